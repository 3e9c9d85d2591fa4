#include "lib/damping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct damping_config config = {.enabled = true, .half_life_ms = 60000, .suppress = 3000, .reuse = 1000};

static void test_the_figure_halves_each_half_life(void **state)
{
    (void)state;
    struct damping damping = {0};

    damping_flap(&damping, &config, 5000);
    assert_int_equal(damping_penalty(&damping, &config, 5000), 1000);
    assert_int_equal(damping_penalty(&damping, &config, 65000), 500);
    assert_int_equal(damping_penalty(&damping, &config, 125000), 250);
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
        cmocka_unit_test(test_suppressed_from_suppress_until_below_reuse),
        cmocka_unit_test(test_flaps_while_suppressed_add_up_to_the_ceiling),
        cmocka_unit_test(test_once_reused_it_takes_suppress_again),
        cmocka_unit_test(test_off_unless_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
