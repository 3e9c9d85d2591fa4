#include "healthd/probes/websocket/websocket_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* RFC 6455 section 1.3: the key "dGhlIHNhbXBsZSBub25jZQ==" is the nonce "the sample nonce". */
static const char sample_accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

static void test_key_and_accept(void **state)
{
    (void)state;
    char key[WEBSOCKET_KEY_SIZE], accept[WEBSOCKET_ACCEPT_SIZE];

    websocket_key((const uint8_t *)"the sample nonce", key);
    assert_string_equal(key, "dGhlIHNhbXBsZSBub25jZQ==");
    websocket_accept(key, accept);
    assert_string_equal(accept, sample_accept);
}

static const struct {
    const char *text;
    bool whole;
    int status;
    bool upgrade, connection, accept, subprotocol;
} answers[] = {
    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
     true, 101, true, true, true, true},
    {"HTTP/1.1 101 x\r\nUPGRADE:WebSocket \r\nconnection: keep-alive, upgrade\r\n\r\n", true, 101, true, true, false,
     false},
    {"HTTP/1.1 101 x\r\nSec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", true, 101, false, false, false,
     false},
    {"HTTP/1.1 404 Not Found\r\n\r\n", true, 404, false, false, false, false},
    {"SSH-2.0-OpenSSH\r\n\r\n", true, 0, false, false, false, false},
    {"\r\n\r\n", true, 0, false, false, false, false},
    {"HTTP/1.1 101 x\r\nUpgrade: websocket\r\n", false, 0, false, false, false, false},
    {"", false, 0, false, false, false, false},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct websocket_answer answer;
        size_t size = strlen(answers[i].text);
        assert_int_equal(websocket_read_answer(answers[i].text, size, sample_accept, "chat", &answer),
                         answers[i].whole);
        assert_int_equal(answer.status, answers[i].status);
        assert_int_equal(answer.upgrade, answers[i].upgrade);
        assert_int_equal(answer.connection, answers[i].connection);
        assert_int_equal(answer.accept, answers[i].accept);
        assert_int_equal(answer.subprotocol, answers[i].subprotocol);
        assert_int_equal(answer.size, answers[i].whole ? size : 0);
    }
}

/* RFC 6455 section 5.7: a masked "Hello" with key 37 fa 21 3d. */
static void test_masked_frame(void **state)
{
    (void)state;
    uint8_t data[32];
    struct wire_writer writer = wire_writer_of(data, sizeof data);

    websocket_write_frame(&writer, 1, "Hello", 5, 0x37fa213d);
    assert_int_equal(writer.position, 11);
    assert_memory_equal(data, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
}

static const struct {
    const char *octets;
    size_t size;
    int taken;
    uint8_t opcode;
    size_t payload;
    const char *wrong;
} frames[] = {
    {"\x81\x05Hello", 7, 1, 1, 5, NULL}, /* section 5.7: an unmasked text */
    {"\x8a\x05Hello", 7, 1, WEBSOCKET_PONG, 5, NULL},
    {"\x8a\x00", 2, 1, WEBSOCKET_PONG, 0, NULL},
    {"\x82\x7e\x00\x03"
     "abc",
     7, 1, 2, 3, NULL}, /* 16 bits of length */
    {"\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x01"
     "a",
     11, 1, 2, 1, NULL}, /* 64 bits of length */
    {"\x8a", 1, 0, 0, 0, NULL},
    {"\x81\x05Hell", 6, 0, 0, 0, NULL},
    {"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10, 0, 0, 0, NULL},
    {"\xc1\x00", 2, -1, 0, 0, "reserved"},      /* section 5.2: no extension was agreed on */
    {"\x81\x85", 2, -1, 0, 0, "masked"},        /* section 5.1 */
    {"\x8a\x7e", 2, -1, 0, 0, "control frame"}, /* section 5.5 */
    {"\x0a\x00", 2, -1, 0, 0, "control frame"},
};

static void test_frames(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct wire_reader reader = wire_reader_of(frames[i].octets, frames[i].size);
        struct websocket_frame frame;
        const char *wrong;
        assert_int_equal(websocket_read_frame(&reader, &frame, &wrong), frames[i].taken);
        assert_int_equal(reader.position, frames[i].taken > 0 ? frames[i].size : 0);
        if (frames[i].taken > 0) {
            assert_int_equal(frame.opcode, frames[i].opcode);
            assert_int_equal(frame.size, frames[i].payload);
        } else if (frames[i].taken < 0) {
            assert_non_null(strstr(wrong, frames[i].wrong));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_and_accept),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_masked_frame),
        cmocka_unit_test(test_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
