#include "bgpd/session/timers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    uv_loop_t loop;
    struct timers timers;
    unsigned fired[8], count; /* numbers in the order in which they ran out */
    int restart;              /* this one is started again when it runs out; -1: none */
    bool closed;
};

static void expired(unsigned number, void *user)
{
    struct fixture *f = user;
    f->fired[f->count++] = number;
    if ((int)number == f->restart) {
        f->restart = -1;
        timers_start(&f->timers, number, 5);
    }
}

static void closed(void *user)
{
    ((struct fixture *)user)->closed = true;
}

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.restart = -1};
    uv_loop_init(&fixture.loop);
    timers_init(&fixture.timers, &fixture.loop, expired, &fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    timers_close(&f->timers, closed);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_true(f->closed);
    return uv_loop_close(&f->loop);
}

/* Until no timer runs any more: the loop then has nothing to wait for. */
static void run(struct fixture *f)
{
    uv_run(&f->loop, UV_RUN_DEFAULT);
}

static void test_in_order_of_deadline(void **state)
{
    struct fixture *f = *state;
    timers_start(&f->timers, 0, 30);
    timers_start(&f->timers, 1, 10);
    timers_start(&f->timers, 2, 20);
    assert_int_equal(timers_left(&f->timers, 0), 30); /* the loop has not gone on */
    run(f);
    assert_int_equal(f->count, 3);
    assert_int_equal(f->fired[0], 1);
    assert_int_equal(f->fired[1], 2);
    assert_int_equal(f->fired[2], 0);
    assert_int_equal(timers_left(&f->timers, 0), -1);
}

static void test_started_again_runs_out_later(void **state)
{
    struct fixture *f = *state;
    timers_start(&f->timers, 0, 5);
    timers_start(&f->timers, 1, 15);
    timers_start(&f->timers, 0, 30); /* the libuv timer still fires for the old deadline: that means nothing */
    run(f);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->fired[0], 1);
    assert_int_equal(f->fired[1], 0);
}

static void test_stopped_does_not_run_out(void **state)
{
    struct fixture *f = *state;
    timers_start(&f->timers, 0, 5);
    timers_start(&f->timers, 1, 10);
    timers_stop(&f->timers, 0);
    assert_int_equal(timers_left(&f->timers, 0), -1);
    run(f);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->fired[0], 1);
}

static void test_started_from_its_own_end(void **state)
{
    struct fixture *f = *state;
    f->restart = 3;
    timers_start(&f->timers, 3, 5);
    run(f);
    assert_int_equal(f->count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_order_of_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(test_started_again_runs_out_later, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stopped_does_not_run_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_started_from_its_own_end, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
