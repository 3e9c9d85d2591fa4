#include "bgpd/codec/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A piece goes in whole or not at all, with room for the end of the text, and nothing follows one that did not fit. */
static void test_pieces(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *text;
        bool truncated;
    } rows[] = {
        {"", "", "", false},       {"abc", "", "abc", false}, {"ab", "c", "abc", false}, {"abcd", "", "", true},
        {"abc", "d", "abc", true}, {"abcd", "e", "", true},   {"ab", "cd", "ab", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char buffer[4];
        struct words words = words_of(buffer, sizeof buffer);
        words_add(&words, "%s", rows[i].first);
        words_add(&words, "%s", rows[i].second);
        assert_string_equal(buffer, rows[i].text);
        assert_int_equal(words.truncated, rows[i].truncated);
        assert_int_equal(words.length, strlen(rows[i].text));
    }
}

static void test_hexadecimal(void **state)
{
    (void)state;
    char buffer[9];
    struct words words = words_of(buffer, sizeof buffer);

    words_add_hex(&words, (const uint8_t *)"\x00\x0f\xf0\x01", 4);
    assert_string_equal(buffer, "00 0f f0");
    assert_true(words.truncated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_hexadecimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
