#include "tests/unit/healthd/probes/datagram_server.h"

static size_t answer_pong(const uint8_t *request, size_t size, uint8_t *answer)
{
    (void)request;
    (void)size;
    memcpy(answer, "pong\n", 5);
    return 5;
}

static void test_runs(void **state)
{
    (void)state;
    static const struct {
        struct expected expected;
        const char *more, *request; /* NULL: silence is what the server answers with */
    } rows[] = {
        {{"expected answer", OUTCOME_OK, REASON_NONE, ": answered 5 bytes"},
         ",\"send\":\"ping\",\"expect\":\"pong\"",
         "ping"},
        {{"any answer to an empty datagram", OUTCOME_OK, REASON_NONE, "answered 5 bytes"}, "", ""},
        {{"another answer", OUTCOME_FAIL, REASON_MISMATCH, "answered 5 bytes without the expected text"},
         ",\"send\":\"ping\",\"expect\":\"fine\"",
         "ping"},
        {{"silence", OUTCOME_FAIL, REASON_TIMEOUT, "no answer within 50ms: datagram to 127.0.0.1:"},
         ",\"send\":\"ping\"",
         NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct harness harness;
        struct datagram_server server;

        datagram_server_open(&server);
        server.answer = rows[i].request ? answer_pong : NULL;
        harness_open(&harness, "\"udp\":{\"target\":\"127.0.0.1:%u\"%s}%s", server.port, rows[i].more,
                     rows[i].request ? "" : ",\"timeout\":\"50ms\"");
        datagram_server_join(&server, &harness);
        for (int run = 0; run < 2; run++)
            assert_expected(harness_run(&harness), &rows[i].expected);
        if (rows[i].request) {
            assert_int_equal(server.last_size, strlen(rows[i].request));
            assert_memory_equal(server.last, rows[i].request, server.last_size);
        }
        datagram_server_close(&server, &harness);
    }
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct harness harness;
    struct datagram_server server;

    datagram_server_open(&server);
    close(server.fd);
    harness_open(&harness, "\"udp\":{\"target\":\"127.0.0.1:%u\",\"send\":\"ping\"}", server.port);
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "wait 127.0.0.1:");
    harness_close(&harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
