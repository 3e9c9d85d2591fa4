#include "healthd/probes/dns/dns_answer.h"
#include "lib/wire.h"
#include "tests/unit/healthd/probes/datagram_server.h"

/* What the server answers with. */
static struct {
    uint16_t flags; /* with the response bit */
    uint16_t records;
    uint8_t last_octet; /* of the A records: 192.0.2.x, counting up */
    bool wrong_id;
} scene;

enum { RESPONSE = 0x8180, TRUNCATED = 0x0200 };

static size_t question_size(const uint8_t *request, size_t size)
{
    size_t at = 12;

    while (at < size && request[at])
        at += request[at] + 1u;
    return at + 5 - 12;
}

static size_t answer_dns(const uint8_t *request, size_t size, uint8_t *answer)
{
    struct wire_writer writer = wire_writer_of(answer, 2048);

    wire_write_bytes(&writer, request, 2);
    if (scene.wrong_id)
        answer[0] ^= 1;
    wire_write_u16(&writer, scene.flags);
    wire_write_u16(&writer, 1);
    wire_write_u16(&writer, scene.records);
    wire_write_u32(&writer, 0);
    wire_write_bytes(&writer, request + 12, question_size(request, size));
    for (unsigned i = 0; i < scene.records; i++) {
        wire_write_u16(&writer, 0xc00c); /* the question's name */
        wire_write_u16(&writer, 1);      /* A */
        wire_write_u16(&writer, 1);      /* IN */
        wire_write_u32(&writer, 60);
        wire_write_u16(&writer, 4);
        wire_write_u32(&writer, 0xc0000200u + scene.last_octet + i);
    }
    return writer.position;
}

static void open_pair(struct stage *stage, struct datagram_server *server, const char *more)
{
    char json[256];

    server_open(server);
    server->answer = answer_dns;
    snprintf(json, sizeof json, "{\"server\":\"127.0.0.1:%u\",\"name\":\"www.example.net\"%s}", server->port, more);
    stage_open(stage, "dns", json);
    server_join(server, stage);
}

static const struct {
    const char *more;
    uint16_t flags, records;
    enum outcome outcome;
    enum reason reason;
    const char *detail;
} runs[] = {
    {"", RESPONSE, 1, OUTCOME_OK, REASON_NONE, "NOERROR, 1 records"},
    {",\"expect-address\":\"192.0.2.6\"", RESPONSE, 2, OUTCOME_OK, REASON_NONE, "2 records"},
    {",\"expect-address\":\"192.0.2.9\"", RESPONSE, 2, OUTCOME_FAIL, REASON_MISMATCH, "none of them 192.0.2.9"},
    {",\"expect-address\":\"192.0.2.5\"", RESPONSE, 0, OUTCOME_FAIL, REASON_MISMATCH, "0 records"},
    {"", RESPONSE | 3, 0, OUTCOME_FAIL, REASON_STATUS, "answered NXDOMAIN, not NOERROR"},
    {"", RESPONSE | 2, 0, OUTCOME_FAIL, REASON_STATUS, "answered SERVFAIL"},
    {"", RESPONSE | 5, 0, OUTCOME_FAIL, REASON_STATUS, "answered REFUSED"},
    {"", RESPONSE | 9, 0, OUTCOME_FAIL, REASON_STATUS, "another rcode"},
    {",\"expect-rcode\":\"NXDOMAIN\"", RESPONSE | 3, 0, OUTCOME_OK, REASON_NONE, "NXDOMAIN"},
    {"", 0x0100, 0, OUTCOME_FAIL, REASON_PROTOCOL, "a query, not a response"},
    /* Nobody listens on that port over TCP. */
    {"", RESPONSE | TRUNCATED, 0, OUTCOME_FAIL, REASON_REFUSED, "connection refused"},
};

static void test_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct stage stage;
        struct datagram_server server;

        open_pair(&stage, &server, runs[i].more);
        scene.flags = runs[i].flags;
        scene.records = runs[i].records;
        scene.last_octet = 5;
        const struct probe_result *result = stage_run(&stage);
        if (result->outcome != runs[i].outcome || result->reason != runs[i].reason ||
            !strstr(result->detail, runs[i].detail))
            fail_msg("run %zu: %s: %s", i, outcome_name(result->outcome), result->detail);
        server_close(&server, &stage);
    }
}

static void test_another_questions_answer_is_passed_over(void **state)
{
    (void)state;
    struct stage stage;
    struct datagram_server server;

    open_pair(&stage, &server, "");
    scene.flags = RESPONSE;
    scene.wrong_id = true;
    probe_start(stage.probe);
    stage_wait(&stage, &server.received, 0);
    for (int i = 0; i < 3; i++)
        uv_run(&stage.loop, UV_RUN_ONCE);
    assert_int_equal(stage.finished, 0);
    probe_time_out(stage.probe, 500);
    assert_non_null(strstr(stage.probe->result.detail, "asked 127.0.0.1:"));
    scene.wrong_id = false;
    server_close(&server, &stage);
}

static void test_address_of_another_family_is_refused(void **state)
{
    (void)state;
    char error[256], complaint[512];
    struct arena arena = {0};
    struct ly_ctx *context = model_open(error, sizeof error);

    assert_null(stage_configure(context, &arena, "dns",
                                "{\"server\":\"192.0.2.1\",\"name\":\"a\",\"expect-address\":\"2001:db8::1\"}",
                                complaint));
    assert_non_null(strstr(complaint, "write type AAAA"));
    arena_free(&arena);
    ly_ctx_destroy(context);
}

static void test_header(void **state)
{
    (void)state;
    static const uint8_t header[12] = {0x12, 0x34, 0x83, 0x80, 0, 1, 0, 2};
    struct dns_answer answer;

    assert_null(dns_answer_read(&answer, header, sizeof header));
    assert_int_equal(answer.id, 0x1234);
    assert_true(answer.truncated);
    assert_int_equal(answer.record_count, 2);
    for (size_t size = 0; size < sizeof header; size++)
        assert_non_null(dns_answer_read(&answer, header, size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_another_questions_answer_is_passed_over),
        cmocka_unit_test(test_address_of_another_family_is_refused),
        cmocka_unit_test(test_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
