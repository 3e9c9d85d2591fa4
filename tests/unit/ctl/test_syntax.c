#include "ctl/syntax.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_a_usage_line_is_read(void **state)
{
    (void)state;
    struct element elements[SYNTAX_ELEMENTS_MAX];
    static const struct element expected[] = {
        {ELEMENT_POSITIONAL, false, "ADDRESS", "ADDRESS", false},
        {ELEMENT_POSITIONAL, false, "up|down", "up|down", false},
        {ELEMENT_KEYWORD, true, "neighbor", "ADDRESS", false},
        {ELEMENT_POSITIONAL, true, "PREFIX", "PREFIX", false},
        {ELEMENT_OPTION, true, "--last", "N", false},
        {ELEMENT_OPTION, true, "--follow", "", false},
        {ELEMENT_OPTION, true, "--watch", "DURATION", true},
        {ELEMENT_OPTION, false, "-c", "FILE", false},
    };
    enum { COUNT = sizeof expected / sizeof *expected };

    assert_int_equal(
        syntax_read("ADDRESS up|down [neighbor ADDRESS] [PREFIX] [--last N] [--follow] [--watch [DURATION]] -c FILE",
                    elements),
        COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(elements[i].kind, expected[i].kind);
        assert_int_equal(elements[i].optional, expected[i].optional);
        assert_string_equal(elements[i].name, expected[i].name);
        assert_string_equal(elements[i].value, expected[i].value);
        assert_int_equal(elements[i].value_optional, expected[i].value_optional);
    }
    assert_int_equal(syntax_read("", elements), 0);
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *text, *value; /* NULL: refused */
    } rows[] = {
        {"ADDRESS", "192.0.2.1", "192.0.2.1"},
        {"ADDRESS", "2001:DB8:0::1", "2001:db8::1"},
        {"ADDRESS", "fe80::1%nowhere0", "fe80::1%nowhere0"},
        {"ADDRESS", "fe80::1%", NULL},
        {"ADDRESS", "192.0.2.1/32", NULL},
        {"ADDRESS", "router", NULL},
        {"PREFIX", "203.0.113.9/32", "203.0.113.9/32"},
        {"PREFIX", "203.0.113.9", "203.0.113.9/32"},
        {"PREFIX", "2001:DB8::/32", "2001:db8::/32"},
        {"PREFIX", "203.0.113.9/24", NULL},
        {"PREFIX", "203.0.113.9/33", NULL},
        {"PREFIX|all", "all", "all"},
        {"PREFIX|all", "203.0.113.9", "203.0.113.9/32"},
        {"PREFIX|all", "al", NULL},
        {"N", "20", "20"},
        {"N", "007", "7"},
        {"N", "-1", NULL},
        {"N", "4294967296", NULL},
        {"N", "99999999999999999999", NULL},
        {"N", "3x", NULL},
        {"DURATION", "5s", "5s"},
        {"DURATION", "5", NULL},
        {"TEXT", "", ""},
        {"TEXT", "caf\xc3\xa9", "caf\xc3\xa9"},
        {"TEXT", "two\nlines", NULL},
        {"FILE", "", NULL},
        {"up|down", "down", "down"},
        {"up|down", "up|down", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arguments arguments = {0};
        struct element element = {.kind = ELEMENT_POSITIONAL};
        char error[256] = "";
        strcpy(element.name, rows[i].spec);
        strcpy(element.value, rows[i].spec);
        assert_int_equal(arguments_take(&arguments, &element, rows[i].text, error, sizeof error), !!rows[i].value);
        if (rows[i].value)
            assert_string_equal(arguments_get(&arguments, rows[i].spec), rows[i].value);
        else
            assert_non_null(strstr(error, rows[i].text));
    }
}

static void test_nothing_is_given_twice(void **state)
{
    (void)state;
    struct arguments arguments = {0};
    const struct element element = {.kind = ELEMENT_OPTION, .name = "--last", .value = "N"};
    char error[256];

    assert_true(arguments_take(&arguments, &element, "1", error, sizeof error));
    assert_false(arguments_take(&arguments, &element, "2", error, sizeof error));
    assert_string_equal(error, "--last is given more than once");
    assert_string_equal(arguments_get(&arguments, "--last"), "1");
    assert_null(arguments_get(&arguments, "--follow"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_usage_line_is_read),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_nothing_is_given_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
