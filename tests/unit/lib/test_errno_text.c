#include "lib/errno_text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_words_for_the_middle_of_a_line(void **state)
{
    (void)state;
    static const struct {
        int error;
        const char *words;
    } rows[] = {
        {ECONNREFUSED, "connection refused"},
        {EDOTDOT, "RFS specific error"},
        {4711, "unknown error 4711"},
    };
    char text[ERRNO_TEXT_SIZE];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_ptr_equal(errno_text(rows[i].error, text), text);
        assert_string_equal(text, rows[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words_for_the_middle_of_a_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
