#include "tests/unit/healthd/harness.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#define HEADER "# pxname,svname,status,type,\n"

/* What the server answers, in two pieces, to "show stat". */
static const char *answer;

static void serve_answer(int fd)
{
    char request[32] = "";
    size_t length = strlen(answer);

    recv(fd, request, sizeof request - 1, 0);
    if (strncmp(request, "show stat", 9) != 0)
        return;
    send(fd, answer, length / 2, MSG_NOSIGNAL);
    send(fd, answer + length / 2, length - length / 2, MSG_NOSIGNAL);
}

static void serve_endless(int fd)
{
    static const char row[] = "other,w,UP,2,\n";

    send(fd, HEADER, strlen(HEADER), MSG_NOSIGNAL);
    while (send(fd, row, strlen(row), MSG_NOSIGNAL) > 0)
        continue;
}

static void serve_silence(int fd)
{
    char byte;

    while (recv(fd, &byte, 1, 0) > 0)
        continue;
}

static struct probe_result run_against(void (*serve)(int fd), const char *members)
{
    struct server server;
    struct harness harness;
    struct probe_result result;

    server_start_local(&server, serve);
    harness_open(&harness, "\"haproxy\":{\"socket\":[\"%s\"],\"backend\":\"back\"%s},\"timeout\":\"30s\"",
                 server.local.sun_path, members);
    result = *harness_run(&harness);
    harness_close(&harness);
    server_stop(&server);
    return result;
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        struct expected expected;
        unsigned percent;
        const char *members, *answer;
    } rows[] = {
        {{"all up", OUTCOME_OK, REASON_NONE, "back: 2 of 2 servers up"},
         100,
         "",
         HEADER "back,a,UP,2,\nback,b,UP,2,\n\n"},
        {{"one of three", OUTCOME_OK, REASON_NONE, "back: 1 of 3 servers up (1 down, 1 in maintenance)"},
         33,
         "",
         HEADER "back,a,UP,2,\nback,b,DOWN,2,\nback,c,MAINT,2,\n\n"},
        {{"draining", OUTCOME_FAIL, REASON_TOO_FEW, "back: 0 of 1 server up (1 draining)"},
         0,
         "",
         HEADER "back,a,DRAIN,2,\n\n"},
        {{"fewer than the minimum", OUTCOME_FAIL, REASON_TOO_FEW, "1 of 2"},
         50,
         ",\"minimum-up\":\"2\"",
         HEADER "back,a,UP,2,\nback,b,DOWN,2,\n\n"},
        {{"half is enough", OUTCOME_OK, REASON_NONE, "1 of 2"},
         50,
         ",\"minimum-up\":\"50%\"",
         HEADER "back,a,UP,2,\nback,b,DOWN,2,\n\n"},
        {{"half is not", OUTCOME_FAIL, REASON_TOO_FEW, "1 of 2"},
         50,
         ",\"minimum-up\":\"51%\"",
         HEADER "back,a,UP,2,\nback,b,DOWN,2,\n\n"},
        {{"one server", OUTCOME_FAIL, REASON_TOO_FEW, "0 of 1"},
         0,
         ",\"server\":\"b\"",
         HEADER "back,a,UP,2,\nback,b,DOWN,2,\n\n"},
        {{"backup stands in", OUTCOME_OK, REASON_NONE, "back: 1 of 1 server up (1 down, 1 backup in use)"},
         100,
         "",
         "# pxname,svname,status,weight,bck,type,\nback,a,DOWN,1,0,2,\nback,k,UP,1,1,2,\nback,BACKEND,UP,1,1,1,\n\n"},
        {{"weight zero", OUTCOME_FAIL, REASON_TOO_FEW, "back: 0 of 1 server up (1 draining)"},
         0,
         "",
         "# pxname,svname,status,weight,bck,type,\nback,a,no check,0,0,2,\nback,BACKEND,DOWN,0,0,1,\n\n"},
        {{"no such backend", OUTCOME_FAIL, REASON_MISSING, "HAProxy has no backend back; it has: front"},
         0,
         "",
         HEADER "front,BACKEND,UP,1,\n\n"},
        {{"no such server", OUTCOME_FAIL, REASON_MISSING, "backend back has no server z; it has: a"},
         0,
         ",\"server\":\"z\"",
         HEADER "back,a,UP,2,\n\n"},
        {{"cut", OUTCOME_FAIL, REASON_PROTOCOL, "ends in the middle of a line"}, 0, "", HEADER "back,a,UP,2,\nback,b"},
        {{"refusal", OUTCOME_FAIL, REASON_PROTOCOL, "unexpected response to show stat: Permission denied"},
         0,
         "",
         "Permission denied\n\n"},
        {{"nothing", OUTCOME_FAIL, REASON_PROTOCOL, "closed without a response"}, 0, "", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer = rows[i].answer;
        struct probe_result result = run_against(serve_answer, rows[i].members);
        assert_expected(&result, &rows[i].expected);
        if (result.healthy_percent != rows[i].percent)
            fail_msg("%s: %u %%", rows[i].expected.name, result.healthy_percent);
    }
}

static void test_an_endless_answer_is_bounded(void **state)
{
    (void)state;
    struct probe_result result = run_against(serve_endless, "");

    assert_result(&result, OUTCOME_FAIL, REASON_TOO_LARGE, "response too large");
}

static void test_the_worst_process_counts(void **state)
{
    (void)state;
    struct server one, other;
    struct harness harness;

    answer = HEADER "back,a,UP,2,\nback,b,DOWN,2,\n\n";
    server_start_local(&one, serve_answer);
    server_start_local(&other, serve_silence);
    harness_open(&harness, "\"haproxy\":{\"socket\":[\"%s\",\"%s\"],\"backend\":\"back\"},\"timeout\":\"1s\"",
                 one.local.sun_path, other.local.sun_path);
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_TIMEOUT, other.local.sun_path);
    harness_close(&harness);
    server_stop(&other);

    server_start_local(&other, serve_answer);
    harness_open(&harness, "\"haproxy\":{\"socket\":[\"%s\",\"%s\"],\"backend\":\"back\"}", one.local.sun_path,
                 other.local.sun_path);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "1 of 2");
    assert_int_equal(harness.probe->result.healthy_percent, 50);
    harness_close(&harness);
    server_stop(&one);
    server_stop(&other);
}

/* Never seen: we can say nothing. Seen before: it has gone. There, but nobody listens: not running. */
static void test_a_socket_that_does_not_answer(void **state)
{
    (void)state;
    struct server server;
    struct harness harness;
    char path[sizeof server.local.sun_path];

    harness_open(&harness, "\"haproxy\":{\"socket\":[\"/nonexistent/s\"],\"backend\":\"back\"}");
    assert_result(harness_run(&harness), OUTCOME_UNABLE, REASON_NO_SOCKET, "is HAProxy running, with 'stats socket");
    harness_close(&harness);

    answer = HEADER "back,a,UP,2,\n\n";
    server_start_local(&server, serve_answer);
    strcpy(path, server.local.sun_path);
    harness_open(&harness, "\"haproxy\":{\"socket\":[\"%s\"],\"backend\":\"back\"}", path);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "1 of 1");
    shutdown(server.fd, SHUT_RDWR); /* the file stays, as it does when HAProxy is killed */
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_REFUSED, "HAProxy is not running");
    server_stop(&server);
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_CONNECTION_LOST, "HAProxy has stopped");
    harness_close(&harness);
}

/* What stands for HAProxy's process. */
static pid_t process;
static atomic_uint told; /* how often its id was told */

static void serve_process(int fd)
{
    char asked[32] = "", info[64];

    recv(fd, asked, sizeof asked - 1, 0);
    send(fd, answer, strlen(answer), MSG_NOSIGNAL);
    if (strcmp(asked, "show stat;show info\n") == 0) {
        snprintf(info, sizeof info, "Name: HAProxy\nPid: %d\nUptime: 1s\n\n", (int)process);
        told++;
        send(fd, info, strlen(info), MSG_NOSIGNAL);
    }
    shutdown(fd, SHUT_RDWR);
}

static void start_process(void)
{
    process = fork();
    if (process == 0) {
        pause();
        _exit(0);
    }
}

static void stop_process(void)
{
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
}

static void test_the_exit_of_haproxy_is_looked_at_once(void **state)
{
    (void)state;
    struct server server;
    struct harness harness;

    answer = HEADER "back,a,UP,2,\n\n";
    start_process();
    server_start_local(&server, serve_process);
    harness_open(&harness, "\"haproxy\":{\"socket\":[\"%s\"],\"backend\":\"back\"}", server.local.sun_path);
    harness_run(&harness);
    assert_int_equal(told, 1);

    /* A reload: another process has taken the socket over. */
    stop_process();
    start_process();
    HARNESS_UNTIL(&harness, harness.looks == 1);
    assert_result(harness_run(&harness), OUTCOME_OK, REASON_NONE, "1 of 1");
    assert_int_equal(told, 2);
    harness_run(&harness);
    assert_int_equal(told, 2); /* it is followed */

    /* The end: nobody has. */
    server_stop(&server);
    stop_process();
    HARNESS_UNTIL(&harness, harness.looks == 2);
    assert_result(harness_run(&harness), OUTCOME_FAIL, REASON_CONNECTION_LOST, "HAProxy has stopped");
    assert_true(harness.probe->result.decisive);
    assert_false(harness_run(&harness)->decisive);
    harness_close(&harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_an_endless_answer_is_bounded),
        cmocka_unit_test(test_the_worst_process_counts),
        cmocka_unit_test(test_a_socket_that_does_not_answer),
        cmocka_unit_test(test_the_exit_of_haproxy_is_looked_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
