#include "healthd/engine/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

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
        {5000, 5000, 6900, 7000}, /* longer: at once, or at its place where that is near */
        {5000, 5000, 6400, 6525},
        {5000, 8300, 8301, 9000}, /* this machine stood still for 3.3 s: its place is kept, nothing is made up for */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(schedule_after(rows[i].due, rows[i].started, 1000, 0, rows[i].now), rows[i].next);
}

static void test_off_its_place_it_goes_back_by_an_eighth_a_run(void **state)
{
    (void)state;
    static const struct {
        uint64_t due, place, next;
    } rows[] = {
        {5000, 60, 6060},  {5000, 940, 5940}, /* near: at once there */
        {5000, 400, 6125}, {5000, 600, 5875}, /* the nearer way round */
        {5125, 400, 6250}, {5250, 400, 6375}, {5375, 400, 6400}, {5400, 400, 6400},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(schedule_after(rows[i].due, rows[i].due, 1000, rows[i].place, rows[i].due + 1), rows[i].next);
    assert_int_equal(schedule_after(3, 3, 1000, 0, 4), 1000); /* the clock has only just begun */
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
    assert_int_equal(schedule_first(1000, 1000, 12345), 45);
    assert_int_equal(schedule_first(100000, 1000, 4000000123), 123);
    for (uint32_t seed = 0; seed < 5000; seed += 7) {
        assert_in_range(schedule_first(1000, 1000, seed), 0, 99);
        assert_in_range(schedule_first(100000, 1000, seed), 0, 999);
    }
}

static void test_second_runs_are_at_the_place_but_not_at_once(void **state)
{
    (void)state;
    assert_int_equal(schedule_second(1000, 340, 12345), 13340);
    assert_int_equal(schedule_second(1000, 480, 12345), 12480);
    assert_int_equal(schedule_second(1000, 460, 12345), 13345);
    for (uint32_t seed = 0; seed < 5000; seed += 7) {
        assert_int_equal(schedule_place(seed, 1000) % 10, 0);
        assert_in_range(schedule_place(seed, 1000), 0, 999);
        assert_in_range(schedule_second(3, schedule_place(seed, 3), 12345), 12345, 12348);
    }
}

/* ---- many checks and a clock ---- */

enum { CHECKS = 300, INTERVAL = 1000, TWENTIETHS = 20, RUN_MS = 3 };

static struct model {
    uint32_t seed;
    uint64_t due, gap; /* gap: from the run before */
} models[CHECKS];

static void name_models(void)
{
    for (int i = 0; i < CHECKS; i++) {
        char name[32];
        snprintf(name, sizeof name, "backend-%d", i);
        models[i].seed = schedule_seed(name);
    }
}

/* One run of each, whose turn comes at its time, but not before NOT_BEFORE. */
static void run_all(uint64_t interval, uint64_t not_before)
{
    for (int i = 0; i < CHECKS; i++) {
        struct model *model = &models[i];
        uint64_t started = model->due > not_before ? model->due : not_before;
        uint64_t place = schedule_place(model->seed, interval);
        uint64_t next = schedule_after(model->due, started, interval, place, started + RUN_MS);
        model->gap = next - model->due;
        model->due = next;
    }
}

/* Fifteen in each twentieth of the interval would be even. */
static void expect_spread(uint64_t interval)
{
    unsigned counts[TWENTIETHS] = {0};

    for (int i = 0; i < CHECKS; i++)
        counts[models[i].due % interval * TWENTIETHS / interval]++;
    for (int i = 0; i < TWENTIETHS; i++)
        assert_in_range(counts[i], 1, 40);
}

static void test_checks_that_run_together_part_again(void **state)
{
    (void)state;
    name_models();
    for (int i = 0; i < CHECKS; i++)
        models[i].due = 777000;
    for (int run = 0; run < 4; run++) {
        run_all(INTERVAL, 0);
        for (int i = 0; i < CHECKS; i++)
            assert_in_range(models[i].gap, INTERVAL * 7 / 8, INTERVAL * 9 / 8);
    }
    expect_spread(INTERVAL);
    for (int i = 0; i < CHECKS; i++)
        assert_int_equal(models[i].due % INTERVAL, schedule_place(models[i].seed, INTERVAL));
}

static void test_a_stop_does_not_gather_them(void **state)
{
    (void)state;
    name_models();
    for (int i = 0; i < CHECKS; i++)
        models[i].due = 777000 + schedule_place(models[i].seed, INTERVAL);
    run_all(INTERVAL, 782000); /* four seconds lost */
    expect_spread(INTERVAL);
}

static void test_runs_that_a_stop_lengthened_part_again(void **state)
{
    (void)state;
    name_models();
    for (int i = 0; i < CHECKS; i++) {
        uint64_t place = schedule_place(models[i].seed, INTERVAL);
        models[i].due = schedule_after(777000 + place, 777000 + place, INTERVAL, place, 782345);
    }
    for (int run = 0; run < 4; run++)
        run_all(INTERVAL, 0);
    expect_spread(INTERVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_next_run_is_due_one_interval_after_this_one_was),
        cmocka_unit_test(test_off_its_place_it_goes_back_by_an_eighth_a_run),
        cmocka_unit_test(test_an_extra_run_leaves_the_schedule_alone),
        cmocka_unit_test(test_first_runs_are_soon_and_spread),
        cmocka_unit_test(test_second_runs_are_at_the_place_but_not_at_once),
        cmocka_unit_test(test_checks_that_run_together_part_again),
        cmocka_unit_test(test_a_stop_does_not_gather_them),
        cmocka_unit_test(test_runs_that_a_stop_lengthened_part_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
