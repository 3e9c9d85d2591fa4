#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/clock.h"
#include "lib/turns.h"

/* One that never has enough, and takes its time. */
struct glutton {
    struct turn turn;
    struct turns *turns;
    unsigned served;
};

enum { SHARE_US = 1000 };

static void on_turn(struct turn *turn)
{
    struct glutton *glutton = (struct glutton *)turn;
    uint64_t end_us = clock_monotonic_us() + SHARE_US / 4;

    while (clock_monotonic_us() < end_us)
        continue;
    glutton->served++;
    turn_await(glutton->turns, turn, on_turn);
}

static void test_all_get_the_same_and_the_loop_goes_on(void **state)
{
    (void)state;
    enum { COUNT = 10 };
    uv_loop_t loop;
    struct glutton gluttons[COUNT] = {0};
    unsigned total = 0;

    assert_int_equal(uv_loop_init(&loop), 0);
    struct turns *turns = turns_new(&loop, SHARE_US);
    for (int i = 0; i < COUNT; i++) {
        gluttons[i].turns = turns;
        turn_await(turns, &gluttons[i].turn, on_turn);
        turn_await(turns, &gluttons[i].turn, on_turn); /* once is enough */
    }
    for (int i = 0; i < 10 * COUNT; i++) {
        unsigned before = total;
        uv_run(&loop, UV_RUN_NOWAIT);
        total = 0;
        for (int k = 0; k < COUNT; k++)
            total += gluttons[k].served;
        assert_in_range(total - before, 1, 4); /* a share holds four of them */
    }
    for (int i = 0; i < COUNT; i++) {
        assert_in_range(gluttons[i].served, total / COUNT, total / COUNT + 1);
        turn_cancel(turns, &gluttons[i].turn);
        turn_cancel(turns, &gluttons[i].turn);
    }
    unsigned served = gluttons[0].served;
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(gluttons[0].served, served);
    turns_free(turns);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_get_the_same_and_the_loop_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
