#include "lib/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {"a", 1},
        {"\xc3\xa9", 2},
        {"\xe2\x82\xac", 3},
        {"\xf0\x9f\x98\x80", 4},
        {"", 0},
        {"\x80", 0},             /* a later octet first */
        {"\xc0\xaf", 0},         /* overlong '/' */
        {"\xe0\x80\xaf", 0},     /* overlong '/' */
        {"\xed\xa0\x80", 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 0}, /* beyond U+10FFFF */
        {"\xe2\x82", 0},         /* cut */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(text_utf8_length(rows[i].text), rows[i].length);
}

static void test_clean(void **state)
{
    (void)state;
    static const struct {
        const char *dirty, *clean;
    } rows[] = {
        {"maintenance until 06:00", "maintenance until 06:00"},
        {"caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac"},
        {"two\nlines\ttab", "two?lines?tab"},
        {"\x1b[31mred", "?[31mred"}, /* terminal escape */
        {"\xc2\x9b"
         "31mred",
         "??31mred"},            /* the same as one C1 character */
        {"\xef\xbf\xbe", "???"}, /* U+FFFE */
        {"cut \xe2\x82", "cut ??"},
        {"\xff\xfe", "??"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        strcpy(text, rows[i].dirty);
        assert_int_equal(text_is_clean(text), strcmp(rows[i].dirty, rows[i].clean) == 0);
        text_clean(text);
        assert_string_equal(text, rows[i].clean);
        assert_true(text_is_clean(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lengths), cmocka_unit_test(test_clean)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
