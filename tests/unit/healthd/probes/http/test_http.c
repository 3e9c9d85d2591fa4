#include "tests/unit/healthd/harness.h"

#include <sys/resource.h>

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const char *answer;
static char request[2048]; /* what the server got */

static void read_request(int fd)
{
    size_t size = 0;
    ssize_t count;

    while (size < sizeof request - 1 && (count = recv(fd, request + size, sizeof request - 1 - size, 0)) > 0) {
        size += (size_t)count;
        request[size] = '\0';
        if (strstr(request, "\r\n\r\n"))
            break;
    }
}

static void serve_answer(int fd)
{
    read_request(fd);
    send(fd, answer, strlen(answer), MSG_NOSIGNAL);
}

static void serve_silence(int fd)
{
    char byte;

    while (recv(fd, &byte, 1, 0) > 0)
        continue;
}

static void serve_forever(int fd, const char *head, const char *again)
{
    read_request(fd);
    send(fd, head, strlen(head), MSG_NOSIGNAL);
    while (send(fd, again, strlen(again), MSG_NOSIGNAL) > 0)
        continue;
}

static void serve_endless_body(int fd)
{
    serve_forever(fd, "HTTP/1.1 200 OK\r\n\r\n", "all work and no play makes jack a dull boy\n");
}

static void serve_endless_header(int fd)
{
    serve_forever(fd, "HTTP/1.1 200 OK\r\n", "X-Jack: a dull boy\r\n");
}

static void serve_endless_header_line(int fd)
{
    serve_forever(fd, "HTTP/1.1 200 OK\r\nX-Jack: ", "a dull boy ");
}

static void serve_body_that_hangs(int fd)
{
    read_request(fd);
    send(fd, OK_ANSWER, strlen(OK_ANSWER) - 2, MSG_NOSIGNAL);
    serve_silence(fd);
}

static void serve_reset(int fd)
{
    const struct linger reset = {.l_onoff = 1};

    read_request(fd);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

static struct probe_result run_against(void (*serve)(int fd), const char *members, const char *timeout)
{
    struct server server;
    struct harness harness;
    struct probe_result result;

    server_start(&server, serve);
    harness_open(&harness, "\"http\":{\"url\":\"http://127.0.0.1:%u/health?a=b\"%s},\"timeout\":\"%s\"", server.port,
                 members, timeout);
    result = *harness_run(&harness);
    harness_close(&harness);
    server_stop(&server);
    return result;
}

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        struct expected expected;
        const char *members, *answer;
    } rows[] = {
        {{"200", OUTCOME_OK, REASON_NONE, "/health?…: status 200"}, "", OK_ANSWER},
        {{"302", OUTCOME_OK, REASON_NONE, "status 302"},
         "",
         "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"},
        {{"503", OUTCOME_FAIL, REASON_STATUS, "status 503"},
         "",
         "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"},
        {{"a status that is expected", OUTCOME_OK, REASON_NONE, "status 404"},
         ",\"expect-status\":[\"200\",\"400-404\"]",
         "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
        {{"another than is expected", OUTCOME_FAIL, REASON_STATUS, "status 204"},
         ",\"expect-status\":[\"200\"]",
         "HTTP/1.1 204 No Content\r\n\r\n"},
        {{"body matches", OUTCOME_OK, REASON_NONE, "status 200"}, ",\"expect-body\":\"^h.l+o$\"", OK_ANSWER},
        {{"body differs", OUTCOME_FAIL, REASON_MISMATCH, "5 bytes do not match \"goodbye\""},
         ",\"expect-body\":\"goodbye\"",
         OK_ANSWER},
        {{"no body", OUTCOME_FAIL, REASON_MISMATCH, "0 bytes"},
         ",\"expect-body\":\"x\"",
         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
        {{"body cut", OUTCOME_FAIL, REASON_CLOSED, "closed in the middle of the response"},
         "",
         "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf of it"},
        {{"header cut", OUTCOME_FAIL, REASON_CLOSED, "127.0.0.1:"}, "", "HTTP/1.1 200 OK\r\nContent-Le"},
        {{"nothing", OUTCOME_FAIL, REASON_CLOSED, "closed without a response"}, "", ""},
        {{"chunks", OUTCOME_OK, REASON_NONE, "status 200"},
         ",\"expect-body\":\"^hello$\"",
         CHUNKED "5\r\nhello\r\n0\r\n\r\n"},
        {{"no chunk", OUTCOME_FAIL, REASON_PROTOCOL, "chunk"}, "", CHUNKED "hello\r\n"},
        {{"HTTP/1.0 until the end", OUTCOME_OK, REASON_NONE, "status 200"},
         ",\"expect-body\":\"hello\"",
         "HTTP/1.0 200 OK\r\n\r\nhello"},
        {{"no HTTP", OUTCOME_FAIL, REASON_PROTOCOL, "not an HTTP/1 response: SSH-2.0-OpenSSH_9.2"},
         "",
         "SSH-2.0-OpenSSH_9.2\r\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer = rows[i].answer;
        struct probe_result result = run_against(serve_answer, rows[i].members, "10s");
        assert_expected(&result, &rows[i].expected);
    }
}

static void test_servers_that_misbehave(void **state)
{
    (void)state;
    static const struct {
        struct expected expected;
        void (*serve)(int fd);
        const char *members;
    } rows[] = {
        {{"silence", OUTCOME_FAIL, REASON_TIMEOUT, "no answer within 300ms: wait 127.0.0.1:"}, serve_silence, ""},
        {{"half a body", OUTCOME_FAIL, REASON_TIMEOUT, "body 127.0.0.1:"}, serve_body_that_hangs, ""},
        {{"reset", OUTCOME_FAIL, REASON_RESET, "connection reset by peer"}, serve_reset, ""},
        {{"body without end", OUTCOME_OK, REASON_NONE, "status 200"}, serve_endless_body, ""},
        {{"it matches", OUTCOME_OK, REASON_NONE, "status 200"}, serve_endless_body, ",\"expect-body\":\"dull boy\""},
        {{"it differs", OUTCOME_FAIL, REASON_MISMATCH, "first 65536 bytes"},
         serve_endless_body,
         ",\"expect-body\":\"bright\""},
        {{"a costly expression", OUTCOME_UNABLE, REASON_TOO_COSTLY, "takes too long"},
         serve_endless_body,
         ",\"expect-body\":\"(?s)(dull|boy).*.*jill\""},
        {{"header without end", OUTCOME_FAIL, REASON_TOO_LARGE, "header"}, serve_endless_header, ""},
        {{"its line without end", OUTCOME_FAIL, REASON_TOO_LARGE, "header"}, serve_endless_header_line, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool waits = rows[i].expected.reason == REASON_TIMEOUT;
        struct probe_result result = run_against(rows[i].serve, rows[i].members, waits ? "300ms" : "10s");
        assert_expected(&result, &rows[i].expected);
    }
}

static void test_the_request(void **state)
{
    (void)state;
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    struct probe_result result =
        run_against(serve_answer, ",\"method\":\"HEAD\",\"header\":[\"Host: www.example.com\",\"X-One: 1\"]", "10s");
    assert_result(&result, OUTCOME_OK, REASON_NONE, "status 200");
    assert_int_equal(strncmp(request, "HEAD /health?a=b HTTP/1.1\r\n", 27), 0);
    assert_non_null(strstr(request, "\r\nHost: www.example.com\r\n"));
    assert_non_null(strstr(request, "\r\nX-One: 1\r\n"));
    assert_non_null(strstr(request, "\r\nUser-Agent: vipgate-healthd/"));

    run_against(serve_answer, ",\"method\":\"OPTIONS\"", "10s");
    assert_int_equal(strncmp(request, "OPTIONS /health", 15), 0);
    run_against(serve_answer, ",\"proxy-protocol\":true", "10s");
    assert_int_equal(strncmp(request, "PROXY TCP4 127.0.0.1 127.0.0.1 ", 31), 0);
}

static void test_another_target_than_the_url_says(void **state)
{
    (void)state;
    struct server server;
    struct harness harness;

    answer = OK_ANSWER;
    server_start(&server, serve_answer);
    harness_open(&harness,
                 "\"http\":{\"url\":\"http://www.example.com/\",\"connect-to\":\"localhost:%u\"},\"timeout\":\"5s\"",
                 server.port);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "http://www.example.com/: status 200");
    assert_non_null(strstr(request, "\r\nHost: www.example.com\r\n"));
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "status 200");
    harness_close(&harness);
    server_stop(&server);
}

static void test_refused_and_again_up(void **state)
{
    (void)state;
    struct server server;
    struct harness harness;

    server_start(&server, serve_answer);
    server_stop(&server);
    harness_open(&harness, "\"http\":{\"url\":\"http://127.0.0.1:%u/\"}", server.port);
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "connect 127.0.0.1:");
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "connection refused");
    harness_close(&harness);
}

static void test_a_unix_socket(void **state)
{
    (void)state;
    struct server server;
    struct harness harness;
    char path[sizeof server.local.sun_path];

    answer = OK_ANSWER;
    server_start_local(&server, serve_answer);
    strcpy(path, server.local.sun_path);
    harness_open(&harness, "\"http\":{\"url\":\"http://www.example.com/\",\"unix-socket\":\"%s\"}", path);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "status 200");
    server_stop(&server);
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_CONNECTION_LOST, "is gone");
    harness_close(&harness);
    harness_open(&harness, "\"http\":{\"url\":\"http://www.example.com/\",\"unix-socket\":\"%s\"}", path);
    assert_result(harness_run(&harness), OUTCOME_UNABLE, REASON_NO_SOCKET, "no such file");
    harness_close(&harness);
}

static void test_no_descriptor_left_is_unable(void **state)
{
    (void)state;
    struct harness harness;
    struct rlimit before, none;

    harness_open(&harness, "\"http\":{\"url\":\"http://127.0.0.1:9/\"}");
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "refused");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct probe_result result = *harness_run(&harness);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_result(&result, OUTCOME_UNABLE, REASON_NO_RESOURCES, "too many open files");
    harness_close(&harness);
}

static void test_settings_are_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *members, *complaint;
    } rows[] = {
        {"\"url\":\"http://192.0.2.1/\",\"expect-body\":\"a(b\"",
         "check t: expect-body is not a regular expression: missing closing parenthesis at character 4"},
        {"\"url\":\"http://192.0.2.1:99999/\"", "check t: url: port must be a number from 1 to 65535"},
        {"\"url\":\"http://:80/\"", "check t: url: host name is empty"},
        {"\"url\":\"http://me:hunter2@192.0.2.1/\"",
         "check t: url: credentials are not allowed in the URL: write header"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char settings[512], complaint[512];
        snprintf(settings, sizeof settings, "\"http\":{%s}", rows[i].members);
        harness_refuse(settings, complaint);
        if (strncmp(complaint, rows[i].complaint, strlen(rows[i].complaint)) != 0)
            fail_msg("%s: %s", rows[i].members, complaint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_servers_that_misbehave),
        cmocka_unit_test(test_the_request),
        cmocka_unit_test(test_another_target_than_the_url_says),
        cmocka_unit_test(test_refused_and_again_up),
        cmocka_unit_test(test_a_unix_socket),
        cmocka_unit_test(test_no_descriptor_left_is_unable),
        cmocka_unit_test(test_settings_are_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
