#include "lib/acceptor.h"

#include "lib/clock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { CLIENTS = 5, DEADLINE_MS = 10000 };

static struct {
    uv_loop_t loop;
    struct acceptor *acceptor;
    struct sockaddr_un address;
    unsigned accepted;
    int flags;
} stage;

static void on_accepted(int fd, void *user)
{
    (void)user;
    stage.accepted++;
    stage.flags = fcntl(fd, F_GETFL);
    close(fd);
}

static int setup(void **state)
{
    (void)state;
    memset(&stage, 0, sizeof stage);
    stage.address.sun_family = AF_UNIX;
    snprintf(stage.address.sun_path + 1, sizeof stage.address.sun_path - 1, "vipgate-test-%d", (int)getpid());
    uv_loop_init(&stage.loop);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&stage.address, sizeof stage.address), 0);
    assert_int_equal(listen(fd, CLIENTS), 0);
    stage.acceptor = acceptor_new(&stage.loop, fd);
    acceptor_start(stage.acceptor, on_accepted, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    acceptor_close(stage.acceptor);
    uv_run(&stage.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&stage.loop);
}

static void connect_all(int *fds)
{
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fds[i], (struct sockaddr *)&stage.address, sizeof stage.address), 0);
    }
}

static void close_all(const int *fds)
{
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
}

static void run_until_all_are_accepted(void)
{
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; stage.accepted < CLIENTS;) {
        assert_true(clock_monotonic_ms() < deadline);
        uv_run(&stage.loop, UV_RUN_ONCE);
    }
}

static void test_connections_are_taken(void **state)
{
    (void)state;
    int fds[CLIENTS];

    connect_all(fds);
    run_until_all_are_accepted();
    assert_true(stage.flags & O_NONBLOCK);
    close_all(fds);
}

/* They wait, nobody closes them, and the loop sleeps meanwhile. */
static void test_without_descriptors_connections_wait(void **state)
{
    (void)state;
    struct rlimit usual, none;
    int fds[CLIENTS];
    unsigned turns = 0;

    connect_all(fds);
    getrlimit(RLIMIT_NOFILE, &usual);
    none = (struct rlimit){.rlim_cur = (rlim_t)fds[0], .rlim_max = usual.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    for (uint64_t end = clock_monotonic_ms() + 350; clock_monotonic_ms() < end; turns++)
        uv_run(&stage.loop, UV_RUN_ONCE);
    setrlimit(RLIMIT_NOFILE, &usual);
    assert_int_equal(stage.accepted, 0);
    assert_in_range(turns, 1, 50);
    char octet;
    assert_int_equal(recv(fds[0], &octet, 1, MSG_DONTWAIT), -1); /* not its end */
    run_until_all_are_accepted();
    close_all(fds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_connections_are_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_descriptors_connections_wait, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
