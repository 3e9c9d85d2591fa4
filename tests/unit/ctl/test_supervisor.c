#include "ctl/supervisor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_the_pause_doubles_and_starts_anew(void **state)
{
    (void)state;
    static const struct {
        uint64_t pause_ms, ran_ms, next_ms;
    } rows[] = {
        {0, 5, 200},       {200, 5, 400},       {400, 0, 800},          {6400, 9999, 10000},
        {10000, 1, 10000}, {10000, 10000, 200}, {400, 1000000000, 200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(supervisor_pause(rows[i].pause_ms, rows[i].ran_ms), rows[i].next_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_pause_doubles_and_starts_anew)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
