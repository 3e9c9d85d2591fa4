/* Files that tests compare with. With VIPGATE_GOLDEN=write in the environment a test writes what it got instead, for
 * the diff to be read. */
#ifndef VIPGATE_TESTS_UNIT_FILE_TEXT_H
#define VIPGATE_TESTS_UNIT_FILE_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text of the file at PATH, which the caller frees; empty where there is none. */
static inline char *file_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    if (!file || getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = strdup("");
    }
    if (file)
        fclose(file);
    return text;
}

/* Whether TEXT is what the file at PATH holds; both are printed where not. */
static inline bool file_is(const char *path, const char *text)
{
    const char *mode = getenv("VIPGATE_GOLDEN");

    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    char *expected = file_text(path);
    bool same = strcmp(text, expected) == 0;
    if (!same)
        print_error("%s: expected:\n%sfound:\n%s", path, expected, text);
    free(expected);
    return same;
}

#endif
