#include "healthd/probes/coap/coap_message.h"
#include "lib/kinds/kind.h"
#include "tests/unit/healthd/probes/datagram_server.h"

/* What the server does with a request. */
static const char *behaviour;

static size_t answer_coap(const uint8_t *request, size_t size, uint8_t *answer)
{
    struct coap_message message;
    struct wire_writer writer = wire_writer_of(answer, 2048);

    assert_null(coap_read(&message, request, size));
    if (strcmp(behaviour, "garbage") == 0) {
        wire_write_bytes(&writer, "<html>404</html>", 16);
        return writer.position;
    }
    if (message.code == COAP_EMPTY || strcmp(behaviour, "reset") == 0) {
        message.type = COAP_RESET;
        message.code = COAP_EMPTY;
        message.token_length = 0;
    } else {
        message.type = strcmp(behaviour, "separate") == 0 ? COAP_CONFIRMABLE : COAP_ACKNOWLEDGEMENT;
        message.code = strcmp(behaviour, "not found") == 0 ? 4 << 5 | 4 : 2 << 5 | 5;
        if (message.type == COAP_CONFIRMABLE)
            message.id ^= 1; /* a message of its own */
    }
    coap_write_header(&writer, &message);
    if (message.code)
        wire_write_bytes(&writer,
                         "\xff"
                         "22.5 C",
                         7);
    return writer.position;
}

static const struct {
    struct expected expected;
    const char *method, *behaviour;
} runs[] = {
    {{"ping", OUTCOME_OK, REASON_NONE, "answered the ping"}, "ping", "well"},
    {{"get", OUTCOME_OK, REASON_NONE, "answered 2.05"}, "get", "well"},
    {{"a response of its own", OUTCOME_OK, REASON_NONE, "answered 2.05"}, "get", "separate"},
    {{"another code", OUTCOME_FAIL, REASON_STATUS, "code 4.04, not 2.05"}, "get", "not found"},
    {{"get is reset", OUTCOME_FAIL, REASON_PROTOCOL, "reset"}, "get", "reset"},
    {{"get meets garbage", OUTCOME_FAIL, REASON_PROTOCOL, "version"}, "get", "garbage"},
    {{"ping meets garbage", OUTCOME_FAIL, REASON_PROTOCOL, "version"}, "ping", "garbage"},
};

static void open_pair(struct harness *harness, struct datagram_server *server, const char *path, const char *method)
{
    datagram_server_open(server);
    server->answer = answer_coap;
    harness_open(harness, "\"coap\":{\"uri\":\"coap://127.0.0.1:%u%s\",\"method\":\"%s\"}", server->port, path, method);
    datagram_server_join(server, harness);
}

static void test_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct harness harness;
        struct datagram_server server;

        open_pair(&harness, &server, "/sensors/temperature?unit=c&n=1", runs[i].method);
        behaviour = runs[i].behaviour;
        assert_expected(harness_run(&harness), &runs[i].expected);
        datagram_server_close(&server, &harness);
    }
}

/* RFC 7252 section 3: a GET with Uri-Path and Uri-Query options as deltas. */
static void test_request_on_the_wire(void **state)
{
    (void)state;
    struct harness harness;
    struct datagram_server server;

    open_pair(&harness, &server, "/a/bc?q=1", "get");
    behaviour = "well";
    assert_int_equal(harness_run(&harness)->outcome, OUTCOME_OK);
    static const uint8_t options[] = {
        0xb1, 'a',           /* 11 Uri-Path, 1 octet */
        0x02, 'b', 'c',      /* 11 again, 2 octets */
        0x43, 'q', '=', '1', /* 15 Uri-Query, 3 octets */
    };
    assert_int_equal(server.last[0], 0x44); /* version 1, confirmable, a token of 4 */
    assert_int_equal(server.last[1], COAP_GET);
    assert_int_equal(server.last_size, 8 + sizeof options);
    assert_memory_equal(server.last + 8, options, sizeof options);
    datagram_server_close(&server, &harness);
}

static const struct {
    const char *name, *octets;
    size_t size;
    const char *wrong; /* NULL: nothing */
} messages[] = {
    {"a reset", "\x70\x00\x12\x34", 4, NULL},
    {"2.05 with payload", "\x60\x45\x00\x01\xff\x78", 6, NULL},
    {"a token of 8", "\x68\x45\x00\x01\x01\x02\x03\x04\x05\x06\x07\x08", 12, NULL},
    {"an option with one more octet of delta", "\x61\x45\x00\x01\xaa\xd1\x00\x61", 8, NULL},
    {"an option with two more octets of delta", "\x60\x45\x00\x01\xe1\x00\x00\x61", 8, NULL},
    {"cut", "\x70\x00\x12", 3, "truncated header"},
    {"version 0", "\x30\x00\x12\x34", 4, "unknown version"},
    {"9 to 15 are reserved (section 3)", "\x69\x45\x00\x01\x01\x02\x03\x04\x05\x06\x07\x08\x09", 13,
     "token longer than 8 bytes"},
    {"token cut", "\x62\x45\x00\x01\xaa", 5, "truncated token"},
    {"marker alone (section 3)", "\x60\x45\x00\x01\xff", 5, "payload marker without payload"},
    {"delta 15 is reserved", "\x60\x45\x00\x01\xf0", 5, "truncated option"},
    {"length 15 is reserved", "\x60\x45\x00\x01\x0f", 5, "truncated option"},
    {"option cut", "\x60\x45\x00\x01\xb4\x61\x62", 7, "truncated option"},
    {"delta cut in its second octet", "\x60\x45\x00\x01\xe0\x00", 6, "truncated option"},
    {"content of an empty message (section 4.1)", "\x70\x00\x12\x34\x00", 5, "empty message with content"},
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct coap_message message;
        const char *wrong = coap_read(&message, (const uint8_t *)messages[i].octets, messages[i].size);
        if ((!wrong != !messages[i].wrong) || (wrong && strcmp(wrong, messages[i].wrong) != 0))
            fail_msg("%s: %s", messages[i].name, wrong ? wrong : "nothing is wrong");
        if (!wrong) {
            assert_int_equal(message.token_length, messages[i].octets[0] & 15);
            assert_memory_equal(message.token, messages[i].octets + 4, message.token_length);
        }
    }
}

/* RFC 7252 section 3.1: the numbers on either side of each extension, as octets and read again. */
static void test_options_on_the_wire(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned number;
        size_t length;
        uint8_t head[5];
        size_t head_size;
    } rows[] = {
        {"none", 12, 12, {0xcc}, 1},
        {"one octet each, the least", 13, 13, {0xdd, 0, 0}, 3},
        {"one octet each, the most", 268, 268, {0xdd, 255, 255}, 3},
        {"two octets each, the least", 269, 269, {0xee, 0, 0, 0, 0}, 5},
        {"two octets each", 269 + 0x1234, 269 + 0x102, {0xee, 0x12, 0x34, 0x01, 0x02}, 5},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t data[1024];
        char value[1024] = {0};
        struct wire_writer writer = wire_writer_of(data, sizeof data);
        struct coap_message message = {.type = COAP_CONFIRMABLE, .code = COAP_GET};
        unsigned previous = 0;

        coap_write_header(&writer, &message);
        coap_write_option(&writer, &previous, rows[i].number, value, rows[i].length);
        if (writer.failed || writer.position != 4 + rows[i].head_size + rows[i].length ||
            memcmp(data + 4, rows[i].head, rows[i].head_size) != 0)
            fail_msg("%s: another head", rows[i].name);
        if (coap_read(&message, data, writer.position) || !coap_read(&message, data, writer.position - 1))
            fail_msg("%s: not read as it was written", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_request_on_the_wire),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_options_on_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
