#include "lib/expression.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_SIZE = 64 * 1024 };

static enum expression_outcome match(const char *pattern, const char *text, size_t size)
{
    struct arena arena = {0};
    char wrong[EXPRESSION_WRONG_SIZE] = "";
    const struct expression *expression = expression_compile(&arena, pattern, wrong);

    if (!expression)
        fail_msg("%s: %s", pattern, wrong);
    enum expression_outcome outcome = expression_match(expression, text, size);
    arena_free(&arena);
    return outcome;
}

static void test_what_matches(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches;
    } rows[] = {
        {"ok", "all is ok here", true},
        {"ok", "all is well here", false},
        {"ok", "", false},
        {"o+k?", "ooo", true},
        {"^ok$", "first\nok\nlast", true},
        {"^ok$", "not ok\nnot", false},
        {"^first", "first\nlast", true},
        {"last$", "first\nlast\n", true},
        {"a.b", "a\nb", false},
        {"a.b", "a\rb", true},
        {"(ok|up).*done", "up and done", true},
        {"(ok|up).*done", "up\ndone", false},
        {"[[:digit:]]{3}", "ab123", true},
        {"\"status\": *\"(UP|OK)\"", "{\"status\":  \"UP\"}", true},
        {"(.)\\1", "abba", true},
        {"(.)\\1", "abab", false},
        {"(?i)healthy", "HEALTHY", true},
        {"1.0", "v1.0", true},
        {"a\\.b", "a.b", true},
        {"a\\.b", "axb", false},
        {"]}", "x]}", true},
        {"\xc3\xa9", "caf\xc3\xa9", true},
        {".", "\xff", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum expression_outcome outcome = match(rows[i].pattern, rows[i].text, strlen(rows[i].text));
        if (outcome != (rows[i].matches ? EXPRESSION_MATCHES : EXPRESSION_DIFFERS))
            fail_msg("%s with %s: %d", rows[i].pattern, rows[i].text, outcome);
    }
}

static void test_bytes_of_every_value(void **state)
{
    (void)state;
    assert_int_equal(match("b", "a\0b", 3), EXPRESSION_MATCHES);
    assert_int_equal(match("a.b", "a\0b", 3), EXPRESSION_MATCHES);
    assert_int_equal(match("ab", "a", 1), EXPRESSION_DIFFERS);
}

/* Each of them takes from seconds to years without a bound. */
static void test_a_costly_match_is_given_up(void **state)
{
    (void)state;
    static char text[TEXT_SIZE];
    static const struct {
        const char *pattern, *unit, *end;
    } rows[] = {
        {"(ok|up).*done", "okup", "donne"},
        {"(ok|up).*done", "up done", "\n"}, /* found at once */
        {"ok.*\\n.x", "ok", "\nyzx"},
        {"(a+)+$b", "a", "\nb"},
        {"(a|aa)+c$", "a", "bc"},
        {"(a*)*c", "a", "bc"},
        {"(.*)\\1x", "a", "bx"},
        {"(?i)(.*)\\1x", "a", "bx"},
        {"(\\w+)(\\w+)(\\w+)\\3\\2\\1z", "ab", "cz"},
        {"^(.*)*.(.*)*x$", "ab", "xy"},
        {"((a{0,9}){0,9}){0,9}c", "a", "bc"},
        {"(?=(a+))\\1c", "a", "bc"},
        {"(?:.(?R)?)x", "a", "bx"},
        {"(.|\\n)*(.|\\n)*x", "a\n", "xy"},
        {"\"a\".*\"b\".*\"c\".*\"d\"z", "\"a\":1,\"b\":2,\"c\":3,", "\"d\"yz"},
    };

    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t unit = strlen(rows[i].unit), end = strlen(rows[i].end);
        for (size_t at = 0; at < sizeof text; at++)
            text[at] = rows[i].unit[at % unit];
        memcpy(text + sizeof text - end, rows[i].end, end);
        enum expression_outcome outcome = match(rows[i].pattern, text, sizeof text);
        if (outcome != (i == 1 ? EXPRESSION_MATCHES : EXPRESSION_UNDECIDED))
            print_error("%s: %d\n", rows[i].pattern, outcome), wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* What a health check asks for is within the bound in any text. */
static void test_a_plain_match_is_not_given_up(void **state)
{
    (void)state;
    static char text[TEXT_SIZE];
    static const char *const patterns[] = {"\"status\":\"up\"", "^healthy$", "(ok|up|well)", "[0-9]+ servers",
                                           "ready: *true"};
    size_t size = 0;

    while (size < sizeof text - 64)
        size += (size_t)snprintf(text + size, sizeof text - size, "{\"name\":\"x%zu\",\"status\":\"bad\"},\n", size);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (match(patterns[i], text, size) != EXPRESSION_DIFFERS)
            fail_msg("%s", patterns[i]);
    }
}

static void test_what_does_not_compile(void **state)
{
    (void)state;
    static char deep[1001], many[1024];
    const struct {
        const char *pattern, *wrong;
    } rows[] = {
        {"a(b", "missing closing parenthesis at character 4"},
        {"a[b", "missing terminating ] for character class at character 4"},
        {"*", "quantifier does not follow a repeatable item at character 1"},
        {"a{1,9999}{1,9999}", "quantifier does not follow a repeatable item at character 17"},
        {"(a{1,9999}){1,9999}", "too large"},
        {"((((((((a{1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9})", "too large"},
        {"(abc){1,60000}", "too large"},
        {"((((((abc){0,40}){0,40}))))", "too large"},
        {deep, "too large"},
        {many, "too large"},
        {"(*UTF)a", "using UTF is disabled by the application"},
    };

    memset(deep, '(', 500);
    memset(deep + 500, ')', 500);
    strcpy(many, "(?:");
    while (strlen(many) < sizeof many - 16)
        strcat(many, "(a|b)");
    strcat(many, "){99}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        char wrong[EXPRESSION_WRONG_SIZE] = "";
        assert_null(expression_compile(&arena, rows[i].pattern, wrong));
        if (strncmp(wrong, rows[i].wrong, strlen(rows[i].wrong)) != 0)
            fail_msg("%s: %s", rows[i].pattern, wrong);
        assert_true(arena.size < 256 * 1024);
        assert_false(arena.failed);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_matches),
        cmocka_unit_test(test_bytes_of_every_value),
        cmocka_unit_test(test_a_costly_match_is_given_up),
        cmocka_unit_test(test_a_plain_match_is_not_given_up),
        cmocka_unit_test(test_what_does_not_compile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
