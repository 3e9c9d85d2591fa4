#include "tests/unit/healthd/probes/datagram_server.h"

static size_t answer_pong(const uint8_t *request, size_t size, uint8_t *answer)
{
    (void)request;
    (void)size;
    memcpy(answer, "pong\n", 5);
    return 5;
}

static void open_pair(struct stage *stage, struct datagram_server *server, const char *more)
{
    char json[256];

    server_open(server);
    snprintf(json, sizeof json, "{\"target\":\"127.0.0.1:%u\"%s}", server->port, more);
    stage_open(stage, "udp", json);
    server_join(server, stage);
}

static void test_expected_answer(void **state)
{
    (void)state;
    struct stage stage;
    struct datagram_server server;

    open_pair(&stage, &server, ",\"send\":\"ping\",\"expect\":\"pong\"");
    server.answer = answer_pong;
    assert_int_equal(stage_run(&stage)->outcome, OUTCOME_OK);
    assert_int_equal(server.last_size, 4);
    assert_memory_equal(server.last, "ping", 4);
    assert_int_equal(stage_run(&stage)->outcome, OUTCOME_OK);
    server_close(&server, &stage);
}

static void test_any_answer_to_an_empty_datagram(void **state)
{
    (void)state;
    struct stage stage;
    struct datagram_server server;

    open_pair(&stage, &server, "");
    server.answer = answer_pong;
    assert_int_equal(stage_run(&stage)->outcome, OUTCOME_OK);
    assert_int_equal(server.last_size, 0);
    server_close(&server, &stage);
}

static void test_another_answer(void **state)
{
    (void)state;
    struct stage stage;
    struct datagram_server server;

    open_pair(&stage, &server, ",\"send\":\"ping\",\"expect\":\"fine\"");
    server.answer = answer_pong;
    assert_int_equal(stage_run(&stage)->reason, REASON_MISMATCH);
    server_close(&server, &stage);
}

static void test_silence_until_the_timeout(void **state)
{
    (void)state;
    struct stage stage;
    struct datagram_server server;

    open_pair(&stage, &server, ",\"send\":\"ping\"");
    probe_start(stage.probe);
    stage_wait(&stage, &server.received, 0);
    probe_time_out(stage.probe, 500);
    assert_int_equal(stage.probe->result.outcome, OUTCOME_FAIL);
    assert_int_equal(stage.probe->result.reason, REASON_TIMEOUT);
    assert_int_equal(stage.finished, 0);
    server_close(&server, &stage);
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct stage stage;
    struct datagram_server server;
    char json[128];

    server_open(&server);
    close(server.fd);
    snprintf(json, sizeof json, "{\"target\":\"127.0.0.1:%u\",\"send\":\"ping\"}", server.port);
    stage_open(&stage, "udp", json);
    assert_int_equal(stage_run(&stage)->reason, REASON_REFUSED);
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expected_answer), cmocka_unit_test(test_any_answer_to_an_empty_datagram),
        cmocka_unit_test(test_another_answer),  cmocka_unit_test(test_silence_until_the_timeout),
        cmocka_unit_test(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
