#include "healthd/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_the_next_run_is_due_one_interval_after_this_one_was(void **state)
{
    (void)state;
    static const struct {
        uint64_t due, started, now, next;
    } rows[] = {
        {5000, 5000, 5001, 6000}, /* on time */
        {5000, 5004, 5010, 6000}, /* begun late: no drift */
        {5000, 5000, 5999, 6000}, /* long */
        {5000, 5000, 6000, 6000}, /* as long as the interval */
        {5000, 5000, 6400, 6400}, /* longer: at once */
        {5000, 8300, 8301, 9000}, /* this machine stood still for 3.3 s: its place is kept, nothing is made up for */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(schedule_after(rows[i].due, rows[i].started, 1000, rows[i].now), rows[i].next);
}

static void test_an_extra_run_leaves_the_schedule_alone(void **state)
{
    (void)state;
    assert_int_equal(schedule_after_extra(6000, 5300, 1000, 5301), 6000);
    assert_int_equal(schedule_after_extra(6000, 5300, 200, 5301), 5500);  /* it made a change pending */
    assert_int_equal(schedule_after_extra(6000, 5700, 1000, 6100), 6100); /* it ran past what was due */
}

static void test_first_runs_are_soon_and_spread(void **state)
{
    (void)state;
    assert_int_equal(schedule_first(2, 1000, 12345), 0);
    for (uint32_t random = 0; random < 5000; random += 7) {
        assert_in_range(schedule_first(1000, 1000, random), 0, 99);
        assert_in_range(schedule_first(100000, 1000, random), 0, 999);
    }
}

static void test_second_runs_part_and_lie_on_a_grid(void **state)
{
    (void)state;
    uint64_t first = schedule_second(1000, 12345, 0);
    bool apart = false;

    for (uint32_t random = 0; random < 5000; random += 7) {
        uint64_t due = schedule_second(1000, 12345, random);
        assert_in_range(due, 12345 + 115, 12345 + 1000);
        assert_int_equal(due % 10, 0);
        apart |= due != first;
        assert_in_range(schedule_second(10, 12345, random), 12346, 12355);
    }
    assert_true(apart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_next_run_is_due_one_interval_after_this_one_was),
        cmocka_unit_test(test_an_extra_run_leaves_the_schedule_alone),
        cmocka_unit_test(test_first_runs_are_soon_and_spread),
        cmocka_unit_test(test_second_runs_part_and_lie_on_a_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
