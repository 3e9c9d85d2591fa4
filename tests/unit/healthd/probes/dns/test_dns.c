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

static void open_pair(struct harness *harness, struct datagram_server *server, const char *more)
{
    datagram_server_open(server);
    server->answer = answer_dns;
    harness_open(harness, "\"dns\":{\"server\":\"127.0.0.1:%u\",\"name\":\"www.example.net\"%s}", server->port, more);
    datagram_server_join(server, harness);
}

static const struct {
    struct expected expected;
    const char *more;
    uint16_t flags, records;
} runs[] = {
    {{"well", OUTCOME_OK, REASON_NONE, "NOERROR, 1 records"}, "", RESPONSE, 1},
    {{"the address is there", OUTCOME_OK, REASON_NONE, "2 records"}, ",\"expect-address\":\"192.0.2.6\"", RESPONSE, 2},
    {{"other addresses", OUTCOME_FAIL, REASON_MISMATCH, "none of them 192.0.2.9"},
     ",\"expect-address\":\"192.0.2.9\"",
     RESPONSE,
     2},
    {{"no address", OUTCOME_FAIL, REASON_MISMATCH, "0 records"}, ",\"expect-address\":\"192.0.2.5\"", RESPONSE, 0},
    {{"no such name", OUTCOME_FAIL, REASON_STATUS, "answered NXDOMAIN, not NOERROR"}, "", RESPONSE | 3, 0},
    {{"server failure", OUTCOME_FAIL, REASON_STATUS, "answered SERVFAIL"}, "", RESPONSE | 2, 0},
    {{"refusal", OUTCOME_FAIL, REASON_STATUS, "answered REFUSED"}, "", RESPONSE | 5, 0},
    {{"rcode without a word", OUTCOME_FAIL, REASON_STATUS, "unknown rcode"}, "", RESPONSE | 9, 0},
    {{"expected NXDOMAIN", OUTCOME_OK, REASON_NONE, "NXDOMAIN"}, ",\"expect-rcode\":\"NXDOMAIN\"", RESPONSE | 3, 0},
    {{"a query", OUTCOME_FAIL, REASON_PROTOCOL, "a query, not a response"}, "", 0x0100, 0},
    {{"truncated, and nobody listens over TCP", OUTCOME_FAIL, REASON_REFUSED, "connection refused"},
     "",
     RESPONSE | TRUNCATED,
     0},
};

static void test_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct harness harness;
        struct datagram_server server;

        open_pair(&harness, &server, runs[i].more);
        scene.flags = runs[i].flags;
        scene.records = runs[i].records;
        scene.last_octet = 5;
        assert_expected(harness_run(&harness), &runs[i].expected);
        datagram_server_close(&server, &harness);
    }
}

static void test_another_questions_answer_is_ignored(void **state)
{
    (void)state;
    struct harness harness;
    struct datagram_server server;

    open_pair(&harness, &server, "");
    scene.flags = RESPONSE;
    scene.wrong_id = true;
    probe_start(harness.probe);
    HARNESS_UNTIL(&harness, server.received);
    for (int i = 0; i < 3; i++)
        uv_run(&harness.loop, UV_RUN_NOWAIT);
    assert_int_equal(harness.finished, 0);
    probe_time_out(harness.probe, 500);
    assert_result(&harness.probe->result, OUTCOME_FAIL, REASON_TIMEOUT, "query to 127.0.0.1:");
    scene.wrong_id = false;
    datagram_server_close(&server, &harness);
}

/* ---- over TCP ---- */

static size_t piece; /* octets that are sent at once; 0: all, but for the last */

/* The same answers, with their length before them. */
static void serve_dns(int fd)
{
    uint8_t request[512], answer[2 + 2048];

    if (recv(fd, request, 2, MSG_WAITALL) != 2)
        return;
    size_t size = (size_t)(request[0] << 8 | request[1]);
    if (recv(fd, request, size, MSG_WAITALL) != (ssize_t)size)
        return;
    size_t length = answer_dns(request, size, answer + 2), all = length + 2;
    answer[0] = (uint8_t)(length >> 8);
    answer[1] = (uint8_t)length;
    for (size_t at = 0; at < all; at += piece ? piece : all) {
        size_t count = !piece ? all - 1 : all - at < piece ? all - at : piece;
        send(fd, answer + at, count, MSG_NOSIGNAL);
        poll(NULL, 0, 1);
    }
}

static void test_runs_over_tcp(void **state)
{
    (void)state;
    static const struct {
        struct expected expected;
        size_t piece;
        bool wrong_id;
    } rows[] = {
        {{"whole", OUTCOME_OK, REASON_NONE, "www.example.net: NOERROR, 1 records"}, 4096, false},
        {{"in pieces", OUTCOME_OK, REASON_NONE, "NOERROR, 1 records"}, 5, false},
        {{"cut", OUTCOME_FAIL, REASON_CLOSED, "closed before the whole response"}, 0, false},
        {{"another question's", OUTCOME_FAIL, REASON_PROTOCOL, "response to another query"}, 4096, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct harness harness;
        struct server server;

        scene.flags = RESPONSE;
        scene.records = 1;
        scene.wrong_id = rows[i].wrong_id;
        piece = rows[i].piece;
        server_start(&server, serve_dns);
        harness_open(&harness,
                     "\"dns\":{\"server\":\"127.0.0.1:%u\",\"name\":\"www.example.net\",\"transport\":\"tcp\"}",
                     server.port);
        assert_expected(harness_run(&harness), &rows[i].expected);
        assert_expected(harness_run(&harness), &rows[i].expected);
        harness_close(&harness);
        server_stop(&server);
    }
    scene.wrong_id = false;
}

static void test_address_of_another_family_is_refused(void **state)
{
    (void)state;
    char complaint[512];

    harness_refuse("\"dns\":{\"server\":\"192.0.2.1\",\"name\":\"a\",\"expect-address\":\"2001:db8::1\"}", complaint);
    assert_non_null(strstr(complaint, "write type AAAA"));
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
        cmocka_unit_test(test_runs),          cmocka_unit_test(test_another_questions_answer_is_ignored),
        cmocka_unit_test(test_runs_over_tcp), cmocka_unit_test(test_address_of_another_family_is_refused),
        cmocka_unit_test(test_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
