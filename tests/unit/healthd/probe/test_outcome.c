#include "healthd/probe/outcome.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* UNABLE is trouble of this machine; everything else is the target's. */
static void test_errors_of_the_kernel(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int error;
        enum outcome outcome;
        enum reason reason;
    } rows[] = {
        {"ECONNREFUSED", ECONNREFUSED, OUTCOME_FAIL, REASON_REFUSED},
        {"EAGAIN", EAGAIN, OUTCOME_FAIL, REASON_REFUSED},
        {"ETIMEDOUT", ETIMEDOUT, OUTCOME_FAIL, REASON_TIMEOUT},
        {"ECONNRESET", ECONNRESET, OUTCOME_FAIL, REASON_RESET},
        {"EPIPE", EPIPE, OUTCOME_FAIL, REASON_RESET},
        {"ECONNABORTED", ECONNABORTED, OUTCOME_FAIL, REASON_RESET},
        {"EHOSTUNREACH", EHOSTUNREACH, OUTCOME_FAIL, REASON_UNREACHABLE},
        {"EHOSTDOWN", EHOSTDOWN, OUTCOME_FAIL, REASON_UNREACHABLE},
        {"ENOPROTOOPT", ENOPROTOOPT, OUTCOME_FAIL, REASON_UNREACHABLE},
        {"EPROTO", EPROTO, OUTCOME_FAIL, REASON_PROTOCOL},
        {"EMFILE", EMFILE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {"ENFILE", ENFILE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {"ENOBUFS", ENOBUFS, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {"ENOMEM", ENOMEM, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {"EADDRNOTAVAIL", EADDRNOTAVAIL, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {"EADDRINUSE", EADDRINUSE, OUTCOME_UNABLE, REASON_NO_RESOURCES},
        {"EACCES", EACCES, OUTCOME_UNABLE, REASON_NO_PERMISSION},
        {"EPERM", EPERM, OUTCOME_UNABLE, REASON_NO_PERMISSION},
        {"ENETUNREACH", ENETUNREACH, OUTCOME_UNABLE, REASON_NO_ROUTE},
        {"ENETDOWN", ENETDOWN, OUTCOME_UNABLE, REASON_NO_ROUTE},
        {"ENONET", ENONET, OUTCOME_UNABLE, REASON_NO_ROUTE},
        {"ENODEV", ENODEV, OUTCOME_UNABLE, REASON_NO_ROUTE},
        {"EAFNOSUPPORT", EAFNOSUPPORT, OUTCOME_UNABLE, REASON_NO_ROUTE},
        {"ENOENT", ENOENT, OUTCOME_UNABLE, REASON_NO_SOCKET},
        {"ENOTSOCK", ENOTSOCK, OUTCOME_UNABLE, REASON_NO_SOCKET},
        {"not in the table: never held against the target", EXDEV, OUTCOME_UNABLE, REASON_LOCAL},
        {"nor this", 0, OUTCOME_UNABLE, REASON_LOCAL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            enum reason reason = REASON_NONE;
            enum outcome outcome = outcome_of_errno(sign * rows[i].error, &reason);
            if (outcome != rows[i].outcome || reason != rows[i].reason)
                fail_msg("%s: %s %s", rows[i].name, outcome_name(outcome), reason_name(reason));
        }
    }
}

static void test_each_reason_has_a_word_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(outcome_name(OUTCOME_OK), "ok");
    assert_string_equal(outcome_name(OUTCOME_FAIL), "fail");
    assert_string_equal(outcome_name(OUTCOME_UNABLE), "unable");
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
