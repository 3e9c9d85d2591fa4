#include "ctl/supervisor.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_the_pause_doubles(void **state)
{
    (void)state;
    static const struct {
        unsigned deaths;
        uint64_t maximum_ms, pause_ms;
    } rows[] = {
        {0, 10000, 0},     {1, 10000, 200},          {2, 10000, 400}, {3, 10000, 800}, {6, 10000, 6400},
        {7, 10000, 10000}, {UINT_MAX, 10000, 10000}, {0, 500, 0},     {2, 500, 400},   {3, 500, 500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(supervisor_pause(rows[i].deaths, rows[i].maximum_ms), rows[i].pause_ms);
}

static void test_what_another_start_would_not_mend(void **state)
{
    (void)state;
    assert_true(supervisor_is_final(1));
    assert_true(supervisor_is_final(2));
    assert_true(supervisor_is_final(126));
    assert_true(supervisor_is_final(127));
    assert_false(supervisor_is_final(0));
    assert_false(supervisor_is_final(99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_pause_doubles),
                                       cmocka_unit_test(test_what_another_start_would_not_mend)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
