#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "healthd/net/http2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION };
enum { ACK = 1, END_STREAM = 1, END_HEADERS = 4, PADDED = 8 };

/* ---- a server, and what the reader is told ---- */

struct answer {
    uint8_t octets[256 * 1024];
    size_t size;
};

static struct answer answer;
static char fields[4096], body[4096];
static size_t body_max;

static void frame(int type, int flags, uint32_t stream, const char *payload, size_t size)
{
    const uint8_t header[9] = {
        (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size, (uint8_t)type, (uint8_t)flags, 0, 0, 0,
        (uint8_t)stream,
    };

    assert_true(answer.size + sizeof header + size <= sizeof answer.octets);
    memcpy(answer.octets + answer.size, header, sizeof header);
    if (size > 0)
        memcpy(answer.octets + answer.size + sizeof header, payload, size);
    answer.size += sizeof header + size;
}

static void on_field(void *user, const char *name, const char *value)
{
    (void)user;
    size_t used = strlen(fields);

    snprintf(fields + used, sizeof fields - used, "%s=%s;", name, value);
}

static bool on_body(void *user, const uint8_t *bytes, size_t size)
{
    (void)user;
    size_t used = strlen(body);

    snprintf(body + used, sizeof body - used, "%.*s", (int)size, (const char *)bytes);
    return strlen(body) < body_max;
}

static struct http2 *begin(const struct http2_request *request)
{
    static const struct http2_reader reader = {.field = on_field, .body = on_body};

    answer.size = 0;
    fields[0] = body[0] = '\0';
    body_max = sizeof body;
    struct http2 *http2 = http2_new(request, &reader, NULL);
    assert_non_null(http2);
    frame(SETTINGS, 0, 0, NULL, 0);
    return http2;
}

static struct http2 *begin_get(void)
{
    static const struct http2_request request = {
        .method = "GET", .scheme = "https", .authority = "www.example.com", .path = "/health"};

    return begin(&request);
}

static size_t say(struct http2 *http2, uint8_t *to, size_t room)
{
    const uint8_t *bytes;
    size_t size, said = 0;

    while ((bytes = http2_say(http2, &size)) && size > 0) {
        assert_true(said + size <= room);
        memcpy(to + said, bytes, size);
        said += size;
    }
    return said;
}

/* Everything that was said so far is what we say: the answer, in pieces of 16 KiB, as a stream brings it. */
static enum http2_state take(struct http2 *http2)
{
    static uint8_t said[256 * 1024];

    say(http2, said, sizeof said);
    for (size_t at = 0; at < answer.size && http2_state(http2) == HTTP2_MORE; at += 16384) {
        http2_take(http2, answer.octets + at, answer.size - at < 16384 ? answer.size - at : 16384);
        say(http2, said, sizeof said);
    }
    return http2_state(http2);
}

/* ---- answers ---- */

static void test_an_answer_with_body_and_trailer(void **state)
{
    (void)state;
    struct http2 *http2 = begin_get();

    frame(HEADERS, END_HEADERS, 1, "\x88", 1);
    frame(DATA, 0, 1, "hel", 3);
    frame(DATA, PADDED, 1, "\2lo\0\0", 5);
    frame(HEADERS, END_HEADERS | END_STREAM, 1, "\0\13grpc-status\0010", 15);
    assert_int_equal(take(http2), HTTP2_COMPLETE);
    assert_string_equal(fields, ":status=200;grpc-status=0;");
    assert_string_equal(body, "hello");
    http2_free(http2);
}

static void test_a_body_that_is_long_enough(void **state)
{
    (void)state;
    struct http2 *http2 = begin_get();

    body_max = 4;
    frame(HEADERS, END_HEADERS, 1, "\x88", 1);
    frame(DATA, 0, 1, "hello", 5);
    assert_int_equal(take(http2), HTTP2_ENOUGH);
    http2_free(http2);
}

static void test_the_request(void **state)
{
    (void)state;
    static const struct http_field wanted[] = {{"X-One", "1"}, {"Host", "other"}, {"Connection", "close"}};
    const struct http2_request request = {
        .method = "POST",
        .scheme = "http",
        .authority = "www.example.com",
        .path = "/",
        .fields = wanted,
        .field_count = 3,
        .body = "octets",
        .body_size = 6,
    };
    uint8_t said[4096];
    struct http2 *http2 = begin(&request);
    size_t size = say(http2, said, sizeof said);

    assert_memory_equal(said, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
    assert_memory_equal(said + size - 6, "octets", 6);
    assert_int_equal(said[size - 6 - 9 + 4], END_STREAM);
    http2_free(http2);
}

static void test_what_ends_badly(void **state)
{
    (void)state;
    struct http2 *http2 = begin_get();

    frame(RST_STREAM, 0, 1, "\0\0\0\2", 4);
    assert_int_equal(take(http2), HTTP2_RESET);
    assert_string_equal(http2_words(http2), "HTTP/2 stream reset: INTERNAL_ERROR");
    http2_free(http2);

    http2 = begin_get();
    frame(HEADERS, END_HEADERS, 1, "\x88", 1);
    assert_int_equal(take(http2), HTTP2_MORE);
    http2_take(http2, NULL, 0);
    assert_int_equal(http2_state(http2), HTTP2_CLOSED);
    http2_free(http2);

    http2 = begin_get();
    answer.size = 0;
    memcpy(answer.octets, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    answer.size = 28;
    assert_int_equal(take(http2), HTTP2_BROKEN);
    http2_free(http2);

    http2 = begin_get();
    frame(GOAWAY, 0, 0, "\0\0\0\0\0\0\0\1", 8); /* our stream was not looked at */
    assert_int_equal(take(http2), HTTP2_RESET);
    http2_free(http2);

    http2 = begin_get();
    frame(SETTINGS, ACK, 0, NULL, 0);
    frame(PUSH_PROMISE, END_HEADERS, 1, "\0\0\0\2\x82\x84\x86\x41\x01h", 10); /* we said that we want none */
    assert_int_equal(take(http2), HTTP2_BROKEN);
    http2_free(http2);
}

/* A goaway that spares our stream changes nothing. */
static void test_a_server_that_is_about_to_stop(void **state)
{
    (void)state;
    struct http2 *http2 = begin_get();

    frame(GOAWAY, 0, 0, "\0\0\0\1\0\0\0\0", 8);
    frame(HEADERS, END_HEADERS | END_STREAM, 1, "\x88", 1);
    assert_int_equal(take(http2), HTTP2_COMPLETE);
    http2_free(http2);
}

/* ---- floods ---- */

static void test_frames_without_end(void **state)
{
    (void)state;
    static const struct {
        int type, flags;
        uint32_t stream;
        const char *payload;
        size_t size;
    } rows[] = {
        {DATA, 0, 1, NULL, 0},
        {DATA, PADDED, 1, "\1\0", 2},
        {PRIORITY, 0, 1, "\0\0\0\0\0", 5},
        {SETTINGS, 0, 0, NULL, 0},
        {PING, 0, 0, "12345678", 8},
        {GOAWAY, 0, 0, "\x7f\xff\xff\xff\0\0\0\0", 8},
        {WINDOW_UPDATE, 0, 0, "\0\0\0\1", 4},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http2 *http2 = begin_get();
        frame(HEADERS, END_HEADERS, 1, "\x88", 1);
        for (unsigned n = 0; n < HTTP2_FRAMES_MAX; n++)
            frame(rows[i].type, rows[i].flags, rows[i].stream, rows[i].payload, rows[i].size);
        assert_int_equal(take(http2), HTTP2_FLOOD);
        http2_free(http2);
    }
}

static void test_a_header_without_end(void **state)
{
    (void)state;
    struct http2 *http2 = begin_get();
    char block[4096] = "\x40\1x\x7f\x81\x1e"; /* a value of 4000 octets into the dynamic table … */

    memset(block + 6, 'y', 4000);
    frame(HEADERS, 0, 1, "\x88", 1);
    block[4] = (char)(0x80 | ((4000 - 127) & 0x7f));
    block[5] = (char)((4000 - 127) >> 7);
    frame(CONTINUATION, 0, 1, block, 4006);
    memset(block, 0xbe, 64); /* … and then named by one octet */
    frame(CONTINUATION, END_HEADERS, 1, block, 64);
    assert_int_equal(take(http2), HTTP2_LONG);
    assert_string_equal(http2_words(http2), "response header too large");
    http2_free(http2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_with_body_and_trailer),
        cmocka_unit_test(test_a_body_that_is_long_enough),
        cmocka_unit_test(test_the_request),
        cmocka_unit_test(test_what_ends_badly),
        cmocka_unit_test(test_a_server_that_is_about_to_stop),
        cmocka_unit_test(test_frames_without_end),
        cmocka_unit_test(test_a_header_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
