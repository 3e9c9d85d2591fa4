#include "lib/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The character CODE in UTF-8, as many octets as asked for, also where fewer would do. */
static void encode(uint32_t code, size_t length, char text[5])
{
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};

    memset(text, 0, 5);
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        text[i] = (char)(0x80 | (code & 0x3f));
    text[0] = (char)(first[length] | code);
}

static size_t length_of(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/* U+FDD0 to U+FDEF and the last two of each plane, which YANG strings exclude. */
static bool is_noncharacter(uint32_t code)
{
    return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

static void test_every_character(void **state)
{
    char text[5];

    (void)state;
    for (uint32_t code = 1; code < 0x200000; code++) {
        bool exists = (code < 0xd800 || code > 0xdfff) && code <= 0x10ffff;
        bool shown = code >= 0x20 && (code < 0x7f || code > 0x9f) && !is_noncharacter(code);
        size_t length = length_of(code);
        encode(code, length, text);
        if (text_utf8_length(text) != (exists ? length : 0) ||
            text_clean_length(text) != (exists && shown ? length : 0))
            fail_msg("U+%04X: %zu octets, %zu to be shown", (unsigned)code, text_utf8_length(text),
                     text_clean_length(text));
    }
}

static void test_what_is_no_character(void **state)
{
    char text[5];

    (void)state;
    assert_int_equal(text_utf8_length(""), 0);
    for (uint32_t code = 0; code < 0x10000; code++) {
        encode(code, length_of(code) + 1, text);
        if (text_utf8_length(text) != 0)
            fail_msg("an overlong form of U+%04X", (unsigned)code);
    }
    for (unsigned octet = 0x80; octet <= 0xff; octet++) {
        const char alone[] = {(char)octet, 0};
        assert_int_equal(text_utf8_length(alone), 0);
    }
    for (unsigned first = 0xc2; first <= 0xf4; first++) {
        const char low[] = {(char)first, 0x7f, (char)0x80, (char)0x80, 0};
        const char high[] = {(char)first, (char)0xc0, (char)0x80, (char)0x80, 0};
        if (text_utf8_length(low) != 0 || text_utf8_length(high) != 0)
            fail_msg("%02x is followed by no continuation octet", first);
    }
    for (size_t length = 2; length <= 4; length++) {
        for (size_t i = 1; i < length; i++) {
            static const uint8_t others[] = {0x00, 0x7f, 0xc0, 0xff};
            for (size_t k = 0; k < sizeof others; k++) {
                encode(length == 2 ? 0xe9 : length == 3 ? 0x20ac : 0x1f600, length, text);
                text[i] = (char)others[k];
                if (text_utf8_length(text) != 0)
                    fail_msg("octet %zu of %zu is %02x", i + 1, length, others[k]);
            }
        }
    }
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_character),
                                       cmocka_unit_test(test_what_is_no_character), cmocka_unit_test(test_clean),
                                       cmocka_unit_test(test_words_for_the_middle_of_a_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
