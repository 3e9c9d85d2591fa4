#include "ctl/cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t us;
    } rows[] = {
        {"1970-01-01T00:00:01Z", 1000000},
        {"1970-01-01T00:00:01.000001Z", 1000001},
        {"1970-01-01T00:00:01.5Z", 1500000},
        {"1970-01-01T00:00:01.123456789Z", 1123456},
        {"1970-01-01T02:00:01+02:00", 1000000},
        {"1969-12-31T22:30:01-01:30", 1000000},
        {"2026-11-20T11:12:13.000001Z", 1795173133000001},
        {"1969-12-31T23:59:59Z", 0},
        {"yesterday", 0},
        {"1970-01-01T00:00:01", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(time_parse(rows[i].text) == rows[i].us);
}

static void test_ages(void **state)
{
    (void)state;
    static const struct {
        uint64_t seconds;
        const char *text;
    } rows[] = {{0, "0s"},
                {59, "59s"},
                {60, "1m00s"},
                {133, "2m13s"},
                {3599, "59m59s"},
                {3600, "1h00m"},
                {11045, "3h04m"},
                {86399, "23h59m"},
                {86400, "1d00h"},
                {439200, "5d02h"},
                {UINT32_MAX, "49710d06h"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char buffer[AGE_SIZE];
        assert_string_equal(age_format(rows[i].seconds, buffer), rows[i].text);
    }
}

static void test_what_is_added_is_harmless(void **state)
{
    (void)state;
    struct cell cell = {0};
    char text[CELL_SIZE + 100];

    cell_add(&cell, "%s", "\x1b[2J\xc2\x9b");
    assert_string_equal(cell.text, "?[2J??");
    /* Cut in the middle of a character: all of it goes. */
    cell = (struct cell){0};
    memset(text, 'x', sizeof text);
    text[0] = 'y';
    for (size_t i = 1; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[sizeof text - 1] = '\0';
    cell_add(&cell, "%s", text);
    assert_int_equal(strlen(cell.text), CELL_SIZE - 1);
    cell = (struct cell){0};
    cell_add(&cell, "%s", text + 1);
    assert_int_equal(strlen(cell.text), CELL_SIZE - 2);
    cell_add(&cell, "more");
    assert_null(strchr(cell.text, '?'));
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(text_width("caf\xc3\xa9"), 4);
    assert_int_equal(text_width(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_what_is_added_is_harmless),
        cmocka_unit_test(test_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
