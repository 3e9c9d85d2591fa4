#include "tests/unit/healthd/harness.h"

#include <sys/resource.h>

static void serve_nothing(int fd)
{
    (void)fd;
}

static void serve_banner(int fd)
{
    static const char text[] = "220 mail.example.com ready\r\n";
    send(fd, text, sizeof text - 1, MSG_NOSIGNAL);
}

static void serve_half(int fd)
{
    send(fd, "220 ma", 6, MSG_NOSIGNAL);
}

/* "PONG" in two pieces after "PING" */
static void serve_pong(int fd)
{
    char text[5] = "";
    recv(fd, text, 4, MSG_WAITALL);
    if (strcmp(text, "PING") != 0)
        return;
    send(fd, "PO", 2, MSG_NOSIGNAL);
    poll(NULL, 0, 5);
    send(fd, "NG", 2, MSG_NOSIGNAL);
}

static void serve_endless(int fd)
{
    char text[4096];
    memset(text, 'x', sizeof text);
    while (send(fd, text, sizeof text, MSG_NOSIGNAL) > 0)
        continue;
}

static void serve_silence(int fd)
{
    char byte;
    while (recv(fd, &byte, 1, 0) > 0)
        continue;
}

static void serve_reset(int fd)
{
    const struct linger reset = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

/* One run against a server that serves so, with the tcp settings MEMBERS beside the target. */
static struct probe_result run_against(void (*serve)(int fd), const char *members, const char *timeout)
{
    struct server server;
    struct harness harness;
    struct probe_result result;

    server_start(&server, serve);
    harness_open(&harness, "\"tcp\":{\"target\":\"127.0.0.1:%u\"%s},\"timeout\":\"%s\"", server.port, members, timeout);
    result = *harness_run(&harness);
    harness_close(&harness);
    server_stop(&server);
    return result;
}

static void test_up(void **state)
{
    (void)state;
    struct probe_result result = run_against(serve_nothing, "", "10s");

    assert_result(&result, OUTCOME_OK, REASON_NONE, "connected to 127.0.0.1:");
    assert_int_equal(result.healthy_percent, 100);
    assert_int_equal(result.phase_count, 1);
    assert_string_equal(result.phases[0].name, "connect");
}

static void test_refused(void **state)
{
    (void)state;
    struct server server;
    struct harness harness;

    server_start(&server, serve_nothing);
    server_stop(&server);
    harness_open(&harness, "\"tcp\":{\"target\":\"127.0.0.1:%u\"}", server.port);
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "connection refused");
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "connection refused");
    harness_close(&harness);
}

static void test_each_address_of_a_name_is_tried(void **state)
{
    (void)state;
    struct server server;
    struct harness harness;

    /* The server listens on 127.0.0.1; localhost is ::1 first where the machine has both. */
    server_start(&server, serve_nothing);
    harness_open(&harness, "\"tcp\":{\"target\":\"localhost:%u\"},\"timeout\":\"5s\"", server.port);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "connected to 127.0.0.1:");
    harness_close(&harness);
    server_stop(&server);
}

static void test_dialogue(void **state)
{
    (void)state;
    static const struct {
        struct expected expected;
        void (*serve)(int fd);
        const char *members;
    } rows[] = {
        {{"banner", OUTCOME_OK, REASON_NONE, "expected answer from 127.0.0.1:"}, serve_banner, ",\"expect\":\"220 \""},
        {{"question and answer", OUTCOME_OK, REASON_NONE, "expected answer"},
         serve_pong,
         ",\"send\":\"PING\",\"expect\":\"PONG\""},
        {{"question alone", OUTCOME_OK, REASON_NONE, "connected and sent"}, serve_silence, ",\"send\":\"PING\""},
        {{"another banner", OUTCOME_FAIL, REASON_CLOSED, "closed after 28 bytes"},
         serve_banner,
         ",\"expect\":\"250 \""},
        {{"half a banner", OUTCOME_FAIL, REASON_CLOSED, "closed after 6 bytes"},
         serve_half,
         ",\"expect\":\"220 mail\""},
        {{"no banner", OUTCOME_FAIL, REASON_CLOSED, "closed after 0 bytes"}, serve_nothing, ",\"expect\":\"220\""},
        {{"reset", OUTCOME_FAIL, REASON_RESET, "connection reset"}, serve_reset, ",\"expect\":\"220\""},
        {{"answer without end", OUTCOME_FAIL, REASON_TOO_LARGE, "too large: 65536 bytes"},
         serve_endless,
         ",\"expect\":\"220\""},
        {{"silence", OUTCOME_FAIL, REASON_TIMEOUT, "no answer within 300ms: wait 127.0.0.1"},
         serve_silence,
         ",\"expect\":\"220\""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool waits = rows[i].expected.reason == REASON_TIMEOUT;
        struct probe_result result = run_against(rows[i].serve, rows[i].members, waits ? "300ms" : "10s");
        assert_expected(&result, &rows[i].expected);
    }
}

static void test_no_descriptor_left_is_unable(void **state)
{
    (void)state;
    struct harness harness;
    struct rlimit before, none;

    harness_open(&harness, "\"tcp\":{\"target\":\"127.0.0.1:9\"}");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct probe_result result = *harness_run(&harness);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_result(&result, OUTCOME_UNABLE, REASON_NO_RESOURCES, "too many open files");
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "refused");
    harness_close(&harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_up),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_each_address_of_a_name_is_tried),
        cmocka_unit_test(test_dialogue),
        cmocka_unit_test(test_no_descriptor_left_is_unable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
