#include "healthd/probes/coap/coap_message.h"
#include "lib/kinds/coap.h"
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
    const char *method, *behaviour;
    enum outcome outcome;
    enum reason reason;
    const char *detail;
} runs[] = {
    {"ping", "well", OUTCOME_OK, REASON_NONE, "answered the ping"},
    {"get", "well", OUTCOME_OK, REASON_NONE, "answered 2.05"},
    {"get", "separate", OUTCOME_OK, REASON_NONE, "answered 2.05"},
    {"get", "not found", OUTCOME_FAIL, REASON_STATUS, "code 4.04, not 2.05"},
    {"get", "reset", OUTCOME_FAIL, REASON_PROTOCOL, "reset"},
    {"get", "garbage", OUTCOME_FAIL, REASON_PROTOCOL, "version"},
    {"ping", "garbage", OUTCOME_FAIL, REASON_PROTOCOL, "version"},
};

static void test_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct stage stage;
        struct datagram_server server;
        char json[256];

        server_open(&server);
        snprintf(json, sizeof json,
                 "{\"uri\":\"coap://127.0.0.1:%u/sensors/temperature?unit=c&n=1\",\"method\":\"%s\"}", server.port,
                 runs[i].method);
        stage_open(&stage, "coap", json);
        server.answer = answer_coap;
        behaviour = runs[i].behaviour;
        server_join(&server, &stage);
        const struct probe_result *result = stage_run(&stage);
        if (result->outcome != runs[i].outcome || result->reason != runs[i].reason ||
            !strstr(result->detail, runs[i].detail))
            fail_msg("%s, %s: %s: %s", runs[i].method, runs[i].behaviour, outcome_name(result->outcome),
                     result->detail);
        server_close(&server, &stage);
    }
}

/* RFC 7252 section 3: a GET with Uri-Path and Uri-Query options as deltas. */
static void test_request_on_the_wire(void **state)
{
    (void)state;
    struct stage stage;
    struct datagram_server server;
    char json[128];

    server_open(&server);
    snprintf(json, sizeof json, "{\"uri\":\"coap://127.0.0.1:%u/a/bc?q=1\",\"method\":\"get\"}", server.port);
    stage_open(&stage, "coap", json);
    server.answer = answer_coap;
    behaviour = "well";
    server_join(&server, &stage);
    assert_int_equal(stage_run(&stage)->outcome, OUTCOME_OK);
    static const uint8_t options[] = {
        0xb1, 'a',           /* 11 Uri-Path, 1 octet */
        0x02, 'b', 'c',      /* 11 again, 2 octets */
        0x43, 'q', '=', '1', /* 15 Uri-Query, 3 octets */
    };
    assert_int_equal(server.last[0], 0x44); /* version 1, confirmable, a token of 4 */
    assert_int_equal(server.last[1], COAP_GET);
    assert_int_equal(server.last_size, 8 + sizeof options);
    assert_memory_equal(server.last + 8, options, sizeof options);
    server_close(&server, &stage);
}

static const struct {
    const char *octets;
    size_t size;
    const char *wrong; /* NULL: fine */
} messages[] = {
    {"\x70\x00\x12\x34", 4, NULL}, /* a reset */
    {"\x60\x45\x00\x01\xff"
     "x",
     6, NULL},                                               /* 2.05 with payload */
    {"\x61\x45\x00\x01\xaa\xd1\x00\x61", 8, NULL},           /* an option with an extended delta */
    {"\x70\x00\x12", 3, "shorter than a header"},            /* cut */
    {"\x30\x00\x12\x34", 4, "another version than 1"},       /* version 0 */
    {"\x69\x45\x00\x01", 4, "a token of more than 8 bytes"}, /* section 3: 9 to 15 are reserved */
    {"\x62\x45\x00\x01\xaa", 5, "a token that is cut off"},
    {"\x60\x45\x00\x01\xff", 5, "a payload marker without payload"}, /* section 3 */
    {"\x60\x45\x00\x01\xf0", 5, "an option that is cut off"},        /* delta 15 is reserved */
    {"\x60\x45\x00\x01\xb4"
     "ab",
     7, "an option that is cut off"},
    {"\x70\x00\x12\x34\x00", 5, "an empty message with content"}, /* section 4.1 */
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct coap_message message;
        const char *wrong = coap_read(&message, (const uint8_t *)messages[i].octets, messages[i].size);
        if (!messages[i].wrong)
            assert_null(wrong);
        else
            assert_string_equal(wrong, messages[i].wrong);
    }
}

static void test_long_option(void **state)
{
    (void)state;
    uint8_t data[400];
    char value[300] = {0};
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    struct coap_message message = {.type = COAP_CONFIRMABLE, .code = COAP_GET};
    unsigned previous = 0;

    coap_write_header(&writer, &message);
    coap_write_option(&writer, &previous, COAP_URI_HOST, value, 100);  /* length in one more octet */
    coap_write_option(&writer, &previous, COAP_URI_QUERY, value, 270); /* in two */
    assert_false(writer.failed);
    assert_int_equal(writer.position, 4 + 2 + 100 + 3 + 270);
    assert_null(coap_read(&message, data, writer.position));
    assert_non_null(coap_read(&message, data, writer.position - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_request_on_the_wire),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_long_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
