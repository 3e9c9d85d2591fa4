/* The server and the client against each other, and the server against clients that misbehave. */
#include "lib/control/control.h"

#include "lib/clock.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 20000, NOBODY = 65534 };

/* A daemon whose handler does what the test asks of it. */
struct daemon {
    char directory[64];
    uv_loop_t loop;
    struct control_server *server;
    struct control_request *open; /* of a handler that has not answered yet */
    unsigned requests, gone, pieces;
    bool invalid; /* the file of a reload */
};

static struct json *document(const char *site)
{
    static struct json state;

    state = control_state();
    json_text(&state, "site", site);
    return &state;
}

static void on_gone(struct control_request *request, void *user)
{
    struct daemon *daemon = user;
    assert_ptr_equal(request, daemon->open);
    daemon->open = NULL;
    daemon->gone++;
}

/* Streams 40 pieces of 100 kB, each when the last one has left. */
static void send_piece(struct control_request *request, void *user)
{
    struct daemon *daemon = user;
    static char big[100000];
    memset(big, 'x', sizeof big - 1);

    if (++daemon->pieces == 40) {
        control_reply(request, document("end"));
        return;
    }
    assert_true(control_reply_more(request, document(big)));
    control_on_ready(request, send_piece, daemon);
}

/* Goes on and on. */
static void send_endless(struct control_request *request, void *user)
{
    struct daemon *daemon = user;

    daemon->pieces++;
    control_reply_more(request, document("piece"));
    control_on_ready(request, send_endless, daemon);
}

static void on_endless_gone(struct control_request *request, void *user)
{
    (void)request, (void)user;
}

static void handle(struct control_request *request, const struct json_node *rpc, void *user)
{
    struct daemon *daemon = user;
    const char *name = rpc->name;

    daemon->requests++;
    if (strcmp(name, "reload") == 0) {
        if (daemon->invalid)
            control_reply_invalid(request, "a:1:2: x\ty\nb:3:4: z\n");
        else
            control_reply(request, NULL);
    } else if (strcmp(name, "check-run") == 0) {
        control_refuse(request, "no check %s\t", node_text(rpc, "name"));
    } else if (strcmp(name, "get-config") == 0) {
        daemon->pieces = 0;
        send_piece(request, daemon);
    } else if (strcmp(name, "neighbor") == 0) { /* a handler that never ends and sets no gone */
        daemon->open = request;
    } else if (node_boolean(rpc, "follow")) {
        daemon->open = request;
        control_on_gone(request, on_gone, daemon);
    } else if (rpc_asks_for(rpc, "neighbor")) {
        control_on_gone(request, on_endless_gone, daemon);
        send_endless(request, daemon);
    } else {
        control_reply(request, document("north"));
    }
}

static int setup_of(void **state, uid_t uid)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);
    char error[512];

    strcpy(daemon->directory, "/tmp/vipgate-test-XXXXXX");
    if (!mkdtemp(daemon->directory) || uv_loop_init(&daemon->loop) < 0)
        return -1;
    if (chown(daemon->directory, uid, (gid_t)-1) < 0 || seteuid(uid) < 0)
        return -1;
    daemon->server = control_server_open(&daemon->loop, daemon->directory, "bgpd", handle, daemon, error, sizeof error);
    *state = daemon;
    return seteuid(getuid()) == 0 && daemon->server ? 0 : -1;
}

static int setup(void **state)
{
    return setup_of(state, geteuid());
}

/* A daemon that is not root's, where we can make one. */
static int setup_of_nobody(void **state)
{
    return setup_of(state, geteuid() == 0 ? NOBODY : geteuid());
}

static int teardown(void **state)
{
    struct daemon *daemon = *state;
    int leftover;

    control_server_close(daemon->server);
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    leftover = uv_loop_close(&daemon->loop);
    leftover |= rmdir(daemon->directory);
    free(daemon);
    return leftover;
}

/* Runs the daemon's loop until CONDITION holds. */
#define RUN_UNTIL(daemon, condition)                                                                                   \
    do {                                                                                                               \
        uint64_t until = clock_monotonic_ms() + DEADLINE_MS;                                                           \
        while (!(condition)) {                                                                                         \
            uv_run(&(daemon)->loop, UV_RUN_NOWAIT);                                                                    \
            assert_true(clock_monotonic_ms() < until);                                                                 \
        }                                                                                                              \
    } while (0)

/* ---- the client, in a thread of its own because it blocks ---- */

struct call {
    const struct daemon *daemon;
    const char *rpc;
    pthread_t thread;
    enum control_result result;
    char error[512], answer[128];
    size_t answers, bytes;
    volatile bool over;
};

static bool keep_answer(const char *json, size_t size, void *user)
{
    struct call *call = user;
    snprintf(call->answer, sizeof call->answer, "%.*s", (int)size, json);
    call->answers++;
    call->bytes += size;
    return true;
}

static void *run_call(void *user)
{
    struct call *call = user;
    call->result = control_call(call->daemon->directory, "bgpd", call->rpc, DEADLINE_MS, keep_answer, call, call->error,
                                sizeof call->error);
    call->over = true;
    return NULL;
}

static struct call call(struct daemon *daemon, const char *rpc)
{
    struct call call = {.daemon = daemon, .rpc = rpc};

    assert_int_equal(pthread_create(&call.thread, NULL, run_call, &call), 0);
    RUN_UNTIL(daemon, call.over);
    pthread_join(call.thread, NULL);
    return call;
}

#define RELOAD "{\"vipgate:reload\":{\"phase\":\"prepare\",\"token\":\"t\"}}"

static void test_answers(void **state)
{
    struct call got = call(*state, "{\"vipgate:get\":{\"what\":[\"vip\"]}}");
    assert_int_equal(got.result, CONTROL_DONE);
    assert_string_equal(got.answer, "{\"vipgate:state\":{\"site\":\"north\"}}");

    got = call(*state, RELOAD);
    assert_int_equal(got.result, CONTROL_DONE);
    assert_int_equal(got.answers, 0);

    got = call(*state, "{\"vipgate:check-run\":{\"name\":\"web\"}}");
    assert_int_equal(got.result, CONTROL_REFUSED);
    assert_string_equal(got.error, "no check web?");

    got = call(*state, "{\"vipgate:check-run\":{}}");
    assert_int_equal(got.result, CONTROL_REFUSED);
    assert_non_null(strstr(got.error, "bad request"));
}

static void test_an_invalid_file(void **state)
{
    struct daemon *daemon = *state;

    daemon->invalid = true;
    struct call got = call(daemon, RELOAD);
    assert_int_equal(got.result, CONTROL_INVALID);
    assert_string_equal(got.error, "a:1:2: x?y\nb:3:4: z");
}

static void test_a_long_answer_comes_in_pieces(void **state)
{
    struct call got = call(*state, "{\"vipgate:get-config\":{}}");

    assert_int_equal(got.result, CONTROL_DONE);
    assert_int_equal(got.answers, 40);
    assert_true(got.bytes > 39 * 99999);
    assert_string_equal(got.answer, "{\"vipgate:state\":{\"site\":\"end\"}}");
}

static void test_nobody_there(void **state)
{
    const struct daemon *daemon = *state;
    char error[512];

    assert_int_equal(control_call(daemon->directory, "healthd", RELOAD, 100, keep_answer, NULL, error, sizeof error),
                     CONTROL_UNREACHABLE);
    assert_non_null(strstr(error, "healthd.sock"));
    /* Connected, but the loop does not run: the answer never comes. */
    assert_int_equal(control_call(daemon->directory, "bgpd", RELOAD, 50, keep_answer, NULL, error, sizeof error),
                     CONTROL_UNREACHABLE);
    assert_non_null(strstr(error, "no answer"));
}

/* ---- clients that misbehave ---- */

static int raw_connect(const struct daemon *daemon)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/bgpd.sock", daemon->directory);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void raw_request(int fd, const char *json)
{
    uint8_t data[512] = {0, 0, (uint8_t)(strlen(json) >> 8), (uint8_t)strlen(json)};

    memcpy(data + 4, json, strlen(json));
    assert_int_equal(send(fd, data, 4 + strlen(json), 0), 4 + strlen(json));
}

/* What the server sends until it closes. */
static size_t raw_drain(struct daemon *daemon, int fd, char *data, size_t size)
{
    size_t total = 0;
    ssize_t count = -1;

    do {
        RUN_UNTIL(daemon, (count = recv(fd, data + total, size - 1 - total, 0)) >= 0 || errno != EAGAIN);
        total += count > 0 ? (size_t)count : 0;
    } while (count > 0);
    data[total] = '\0';
    return total;
}

static void test_garbage_is_refused(void **state)
{
    struct daemon *daemon = *state;
    char data[512];
    int fd = raw_connect(daemon);

    assert_int_equal(send(fd, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
    size_t size = raw_drain(daemon, fd, data, sizeof data);
    assert_true(size > 5);
    assert_int_equal(data[4], 3); /* a refusal */
    assert_non_null(strstr(data + 5, "bad request"));
    close(fd);
    assert_int_equal(daemon->requests, 0);
}

static void test_a_request_byte_by_byte(void **state)
{
    struct daemon *daemon = *state;
    static const char request[] = "\0\0\0\x32" RELOAD;
    char data[64];
    int fd = raw_connect(daemon);

    for (size_t i = 0; i < sizeof request - 1; i++) {
        assert_int_equal(daemon->requests, 0);
        assert_int_equal(send(fd, request + i, 1, 0), 1);
        for (int turn = 0; turn < 3; turn++)
            uv_run(&daemon->loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(raw_drain(daemon, fd, data, sizeof data), 5);
    assert_memory_equal(data, "\0\0\0\1\1", 5); /* the last answer, empty */
    close(fd);
}

static void test_a_half_request_and_a_vanished_client(void **state)
{
    struct daemon *daemon = *state;
    int fd = raw_connect(daemon);

    assert_int_equal(send(fd, "\0\0\0\x15{\"vip", 9, 0), 9);
    uv_run(&daemon->loop, UV_RUN_NOWAIT);
    close(fd);
    struct call got = call(daemon, RELOAD);
    assert_int_equal(got.result, CONTROL_DONE);

    fd = raw_connect(daemon);
    raw_request(fd, "{\"vipgate:get\":{\"what\":[\"event\"],\"follow\":true}}");
    RUN_UNTIL(daemon, daemon->open);
    close(fd);
    RUN_UNTIL(daemon, daemon->gone == 1);
    assert_null(daemon->open);
}

static void test_a_request_outlives_a_client_that_nobody_watches(void **state)
{
    struct daemon *daemon = *state;
    int fd = raw_connect(daemon);

    raw_request(fd, "{\"vipgate:neighbor\":{\"remote-address\":\"192.0.2.1\",\"action\":\"reset\"}}");
    RUN_UNTIL(daemon, daemon->open);
    close(fd);
    struct call got = call(daemon, RELOAD);
    assert_int_equal(got.result, CONTROL_DONE);
    assert_true(control_reply_more(daemon->open, document("late")));
    control_reply(daemon->open, document("late"));
}

static void test_bytes_after_the_request_close_it(void **state)
{
    struct daemon *daemon = *state;
    char data[64];
    int fd = raw_connect(daemon);

    raw_request(fd, "{\"vipgate:get\":{\"what\":[\"event\"],\"follow\":true}}");
    RUN_UNTIL(daemon, daemon->open);
    assert_int_equal(send(fd, "x", 1, 0), 1);
    RUN_UNTIL(daemon, daemon->gone == 1);
    assert_int_equal(raw_drain(daemon, fd, data, sizeof data), 0);
    close(fd);
}

/* As many clients as there are places, the first of which are as still as the others but for a byte. */
static void fill_places(struct daemon *daemon, int fds[static CONTROL_CLIENTS_MAX])
{
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        fds[i] = raw_connect(daemon);
        for (int turn = 0; turn < 3; turn++)
            uv_run(&daemon->loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(send(fds[0], "", 1, 0), 1);
    for (int turn = 0; turn < 3; turn++)
        uv_run(&daemon->loop, UV_RUN_NOWAIT);
}

static void close_places(const int fds[static CONTROL_CLIENTS_MAX])
{
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        close(fds[i]);
}

static void test_root_finds_a_place(void **state)
{
    struct daemon *daemon = *state;
    int fds[CONTROL_CLIENTS_MAX];
    char byte;

    if (geteuid() != 0)
        skip();
    fill_places(daemon, fds);
    struct call got = call(daemon, RELOAD);
    assert_int_equal(got.result, CONTROL_DONE);
    assert_int_equal(recv(fds[0], &byte, 1, 0), -1);
    assert_int_equal(recv(fds[1], &byte, 1, 0), 0); /* had stood still the longest */
    assert_int_equal(recv(fds[2], &byte, 1, 0), -1);
    close_places(fds);
}

/* All places are taken by the daemon's own user, who is not root. */
static void test_others_find_no_place(void **state)
{
    struct daemon *daemon = *state;
    int fds[CONTROL_CLIENTS_MAX];
    char data[512];

    if (geteuid() != 0)
        skip();
    assert_int_equal(seteuid(NOBODY), 0);
    fill_places(daemon, fds);
    int fd = raw_connect(daemon);
    assert_int_equal(seteuid(0), 0);
    raw_drain(daemon, fd, data, sizeof data);
    assert_non_null(strstr(data + 5, "busy"));
    close(fd);
    fd = raw_connect(daemon); /* root */
    raw_request(fd, RELOAD);
    assert_int_equal(raw_drain(daemon, fd, data, sizeof data), 5);
    close(fd);
    close_places(fds);
}

static void test_a_daemon_of_somebody_else_is_not_believed(void **state)
{
    struct daemon *daemon = *state;

    if (geteuid() != 0)
        skip();
    struct call got = call(daemon, RELOAD);
    assert_int_equal(got.result, CONTROL_UNREACHABLE);
    assert_non_null(strstr(got.error, "cannot trust"));
    assert_non_null(strstr(got.error, "65534"));
    assert_int_equal(daemon->requests, 0);
}

/* ---- turns ---- */

/* A turn of the loop makes one piece, over all clients, and each gets as many as the others. */
static void test_one_piece_a_turn(void **state)
{
    struct daemon *daemon = *state;
    enum { CLIENTS = 10, TURNS = 500 };
    static char data[4096];
    ssize_t got[CLIENTS] = {0};
    int fds[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = raw_connect(daemon);
        raw_request(fds[i], "{\"vipgate:get\":{\"what\":[\"neighbor\"]}}");
    }
    for (unsigned turn = 0, before = 0; turn < TURNS; turn++, before = daemon->pieces) {
        uv_run(&daemon->loop, UV_RUN_NOWAIT);
        assert_in_range(daemon->pieces - before, 0, 1);
        for (int i = 0; i < CLIENTS; i++) {
            ssize_t size = recv(fds[i], data, sizeof data, 0);
            got[i] += size > 0 ? size : 0;
        }
    }
    assert_true(daemon->pieces > TURNS / 2);
    for (int i = 1; i < CLIENTS; i++)
        assert_in_range(got[i] - got[0] + 100, 0, 200); /* a piece has 40 octets */
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
}

static void test_a_client_that_does_not_read(void **state)
{
    struct daemon *daemon = *state;
    static char big[300000];
    memset(big, 'x', sizeof big - 1);
    int fd = raw_connect(daemon), sent = 0;

    raw_request(fd, "{\"vipgate:get\":{\"what\":[\"event\"],\"follow\":true}}");
    RUN_UNTIL(daemon, daemon->open);
    while (control_reply_more(daemon->open, document(big)) && ++sent < 100)
        uv_run(&daemon->loop, UV_RUN_NOWAIT);
    assert_in_range(sent, 4, 8); /* 1 MiB here, and what the kernel holds */
    control_refuse(daemon->open, "too slow");
    close(fd);
    struct call got = call(daemon, RELOAD);
    assert_int_equal(got.result, CONTROL_DONE);
}

static void test_a_second_daemon_is_refused(void **state)
{
    struct daemon *daemon = *state;
    char error[512];

    assert_null(control_server_open(&daemon->loop, daemon->directory, "bgpd", handle, daemon, error, sizeof error));
    assert_non_null(strstr(error, "another daemon answers"));
    struct call got = call(daemon, RELOAD);
    assert_int_equal(got.result, CONTROL_DONE);
}

static void test_close_ends_requests_under_way(void **state)
{
    struct daemon *daemon = *state;
    char data[64];
    int fd = raw_connect(daemon);

    raw_request(fd, "{\"vipgate:get\":{\"what\":[\"event\"],\"follow\":true}}");
    RUN_UNTIL(daemon, daemon->open);
    control_server_close(daemon->server);
    daemon->server = NULL;
    assert_int_equal(daemon->gone, 1);
    assert_int_equal(raw_drain(daemon, fd, data, sizeof data), 0);
    close(fd);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_answers),
        ROW(test_an_invalid_file),
        ROW(test_a_long_answer_comes_in_pieces),
        ROW(test_nobody_there),
        ROW(test_garbage_is_refused),
        ROW(test_a_request_byte_by_byte),
        ROW(test_a_half_request_and_a_vanished_client),
        ROW(test_a_request_outlives_a_client_that_nobody_watches),
        ROW(test_bytes_after_the_request_close_it),
        ROW(test_root_finds_a_place),
        cmocka_unit_test_setup_teardown(test_others_find_no_place, setup_of_nobody, teardown),
        cmocka_unit_test_setup_teardown(test_a_daemon_of_somebody_else_is_not_believed, setup_of_nobody, teardown),
        ROW(test_one_piece_a_turn),
        ROW(test_a_client_that_does_not_read),
        ROW(test_a_second_daemon_is_refused),
        ROW(test_close_ends_requests_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
