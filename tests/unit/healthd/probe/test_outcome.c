#include "healthd/probe/outcome.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Contract 1.2: UNABLE is trouble of this machine; everything else is the target's. */
static void test_errors_of_the_kernel(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum outcome outcome;
        enum reason reason;
    } rows[] = {
        {ECONNREFUSED, OUTCOME_FAIL, REASON_REFUSED},
        {ECONNRESET, OUTCOME_FAIL, REASON_RESET},
        {ETIMEDOUT, OUTCOME_FAIL, REASON_TIMEOUT},
        {EHOSTUNREACH, OUTCOME_FAIL, REASON_UNREACHABLE},
        {EMFILE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {ENFILE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {ENOBUFS, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {EADDRNOTAVAIL, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {EACCES, OUTCOME_UNABLE, REASON_NO_PERMISSION},
        {ENETUNREACH, OUTCOME_UNABLE, REASON_NO_ROUTE},
        {ENOENT, OUTCOME_UNABLE, REASON_NO_SOCKET},
        {EXDEV, OUTCOME_UNABLE, REASON_LOCAL}, /* not in the table: never held against the target */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum outcome outcome;
        enum reason reason;
        outcome_of_errno(rows[i].error, &outcome, &reason);
        assert_int_equal(outcome, rows[i].outcome);
        assert_int_equal(reason, rows[i].reason);
    }
}

static void test_each_reason_has_a_word_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(reason_name(REASON_NONE), "passed");
    for (int i = 1; i < REASONS; i++) {
        assert_non_null(reason_name((enum reason)i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(reason_name((enum reason)i), reason_name((enum reason)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_of_the_kernel),
        cmocka_unit_test(test_each_reason_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
