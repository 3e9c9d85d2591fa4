#include "healthd/net/watcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* One end of a pair that is watched, the other that the test writes to. */
struct end {
    struct watch watch; /* first */
    int fd, other;
    unsigned calls;
};

static uv_loop_t loop;
static struct watcher *watcher;
static struct end ends[2], late;

static void pair_open(struct end *end, watch_ready *ready)
{
    int fds[2];

    *end = (struct end){0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    end->fd = fds[0];
    end->other = fds[1];
    assert_int_equal(watch_start(watcher, &end->watch, end->fd, EPOLLIN, ready), 0);
}

static void count_call(struct watch *watch, uint32_t events)
{
    char byte;

    assert_true(events & EPOLLIN);
    ((struct end *)watch)->calls++;
    assert_int_equal(read(watch->fd, &byte, 1), 1);
}

static int setup(void **state)
{
    (void)state;
    uv_loop_init(&loop);
    watcher_new(&watcher, &loop);
    return watcher ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    watcher_free(watcher);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop);
}

static void pair_close(struct end *end)
{
    watch_close(watcher, &end->watch, end->fd);
    close(end->other);
}

static void test_readiness_is_told_until_stopped(void **state)
{
    (void)state;
    pair_open(&ends[0], count_call);
    assert_int_equal(write(ends[0].other, "ab", 2), 2);
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(ends[0].calls, 2);
    watch_stop(watcher, &ends[0].watch);
    assert_int_equal(write(ends[0].other, "c", 1), 1);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(ends[0].calls, 2);
    assert_int_equal(watch_start(watcher, &ends[0].watch, ends[0].fd, EPOLLIN, count_call), 0);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(ends[0].calls, 3);
    pair_close(&ends[0]);
}

/* Closes the other pair, whose event was fetched with this one's, and opens another on the same descriptors. */
static void take_place_of_other(struct watch *watch, uint32_t events)
{
    struct end *self = (struct end *)watch, *other = &ends[self == &ends[0]];
    int fd = other->fd;

    count_call(watch, events);
    if (late.fd)
        return;
    pair_close(other);
    pair_open(&late, count_call);
    assert_int_equal(late.fd, fd);
}

static void test_an_old_event_does_not_reach_the_descriptors_next_use(void **state)
{
    (void)state;
    late = (struct end){0};
    pair_open(&ends[0], take_place_of_other);
    pair_open(&ends[1], take_place_of_other);
    assert_int_equal(write(ends[0].other, "a", 1), 1);
    assert_int_equal(write(ends[1].other, "a", 1), 1);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(ends[0].calls + ends[1].calls, 1);
    assert_int_equal(late.calls, 0);
    assert_int_equal(write(late.other, "a", 1), 1);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(late.calls, 1);
    pair_close(&ends[ends[1].calls]);
    pair_close(&late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_readiness_is_told_until_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_old_event_does_not_reach_the_descriptors_next_use, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
