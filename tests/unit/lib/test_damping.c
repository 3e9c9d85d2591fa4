#include "lib/damping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const struct damping_config config = {.enabled = true, .half_life_ms = 60000, .suppress = 3000, .reuse = 1000};

static void test_the_figure_halves_each_half_life(void **state)
{
    static const struct {
        const char *name;
        uint64_t at_ms;
        int milli; /* the figure, in thousandths */
    } rows[] = {
        {"at once", 5000, 1000000},
        {"before that", 4000, 1000000},
        {"a quarter of a half-life", 20000, 840896},
        {"half of one", 35000, 707106},
        {"all but a millisecond of one", 64999, 500005},
        {"one", 65000, 500000},
        {"one and a half", 95000, 353553},
        {"ten", 605000, 976},
        {"more than any figure lasts", 60000ull * 64 + 5000, 0},
    };
    struct damping damping = {0};

    (void)state;
    damping_flap(&damping, &config, 5000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].name);
        assert_int_equal((int)(damping_penalty(&damping, &config, rows[i].at_ms) * 1000), rows[i].milli);
    }
}

/* "Until it has decayed below": at exactly REUSE it is still held. */
static void test_held_at_exactly_reuse(void **state)
{
    struct damping damping = {0};

    (void)state;
    for (int i = 0; i < 4; i++)
        damping_flap(&damping, &config, 1000);
    assert_int_equal(damping_penalty(&damping, &config, 121000), 1000);
    assert_true(damping_suppressed(&damping, &config, 121000));
    assert_false(damping_suppressed(&damping, &config, 121001));
    assert_int_equal(damping_reuse_ms(&damping, &config, 1000), 121001);
    assert_int_equal(damping_reuse_ms(&damping, &config, 121000), 121001);
}

/* Where suppress is above four half-lives of reuse, it is the ceiling: it must be reached. */
static void test_suppress_is_reached(void **state)
{
    const struct damping_config wide = {.enabled = true, .half_life_ms = 1000, .suppress = 3500, .reuse = 1};
    struct damping damping = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        damping_flap(&damping, &wide, 0);
    assert_false(damping_suppressed(&damping, &wide, 0));
    damping_flap(&damping, &wide, 0);
    assert_true(damping_suppressed(&damping, &wide, 0));
    assert_int_equal(damping_penalty(&damping, &wide, 0), 3500);
}

/* A half-life of nothing forgets at once. */
static void test_no_half_life(void **state)
{
    const struct damping_config none = {.enabled = true, .suppress = 500, .reuse = 100};
    struct damping damping = {0};

    (void)state;
    damping_flap(&damping, &none, 1000);
    assert_int_equal(damping_reuse_ms(&damping, &none, 1000), 1001);
}

static void test_suppressed_from_suppress_until_below_reuse(void **state)
{
    (void)state;
    struct damping damping = {0};

    damping_flap(&damping, &config, 1000);
    damping_flap(&damping, &config, 1000);
    assert_false(damping_suppressed(&damping, &config, 1000));
    damping_flap(&damping, &config, 1000);
    assert_true(damping_suppressed(&damping, &config, 1000));

    /* 3000 to 1000 takes log2(3) half-lives: 95.098 s. */
    uint64_t reuse = damping_reuse_ms(&damping, &config, 1000);
    assert_in_range(reuse, 96098, 96100);
    assert_true(damping_suppressed(&damping, &config, reuse - 1));
    assert_false(damping_suppressed(&damping, &config, reuse));
    assert_int_equal(damping_reuse_ms(&damping, &config, reuse), reuse);
}

/* To the millisecond, from wherever it is asked. */
static void test_the_first_millisecond_of_reuse(void **state)
{
    struct damping damping = {0};

    (void)state;
    for (unsigned flaps = 1; flaps < 12; flaps++) {
        damping_flap(&damping, &config, 1000 * flaps);
        for (uint64_t now_ms = 1000 * flaps; now_ms < 1000 * flaps + 7; now_ms++) {
            uint64_t reuse = damping_reuse_ms(&damping, &config, now_ms);
            assert_false(damping_suppressed(&damping, &config, reuse));
            assert_true(reuse == now_ms || damping_suppressed(&damping, &config, reuse - 1));
        }
    }
}

static void test_flaps_while_suppressed_add_up_to_the_ceiling(void **state)
{
    (void)state;
    struct damping damping = {0};

    for (int i = 0; i < 1000; i++)
        damping_flap(&damping, &config, 1000);
    assert_int_equal(damping_penalty(&damping, &config, 1000), 16000);
    /* Four half-lives and no more. */
    assert_in_range(damping_reuse_ms(&damping, &config, 1000), 241000, 241002);
}

static void test_once_reused_it_takes_suppress_again(void **state)
{
    (void)state;
    struct damping damping = {0};

    for (int i = 0; i < 3; i++)
        damping_flap(&damping, &config, 0);
    uint64_t reuse = damping_reuse_ms(&damping, &config, 0);
    damping_flap(&damping, &config, reuse);
    assert_false(damping_suppressed(&damping, &config, reuse));
    damping_flap(&damping, &config, reuse);
    damping_flap(&damping, &config, reuse);
    assert_true(damping_suppressed(&damping, &config, reuse));
}

static void test_off_unless_written(void **state)
{
    (void)state;
    const struct damping_config off = {.enabled = false};
    struct damping damping = {0};

    for (int i = 0; i < 100; i++)
        damping_flap(&damping, &off, 1000);
    assert_false(damping_suppressed(&damping, &off, 1000));
    assert_int_equal(damping_penalty(&damping, &off, 2000), 0);
    assert_int_equal(damping_reuse_ms(&damping, &off, 1000), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_figure_halves_each_half_life),
        cmocka_unit_test(test_held_at_exactly_reuse),
        cmocka_unit_test(test_suppress_is_reached),
        cmocka_unit_test(test_no_half_life),
        cmocka_unit_test(test_suppressed_from_suppress_until_below_reuse),
        cmocka_unit_test(test_the_first_millisecond_of_reuse),
        cmocka_unit_test(test_flaps_while_suppressed_add_up_to_the_ceiling),
        cmocka_unit_test(test_once_reused_it_takes_suppress_again),
        cmocka_unit_test(test_off_unless_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
