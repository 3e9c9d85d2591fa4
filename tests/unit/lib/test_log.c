#include "lib/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char heard[4096];
static unsigned lines;

static void keep(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    strcpy(heard, line);
    lines++;
}

static int setup(void **state)
{
    (void)state;
    log_open("vipgate-test");
    log_set_sink(keep, NULL);
    return 0;
}

static void test_lines(void **state)
{
    static const struct {
        const char *name;
        enum log_format format;
        const char *site, *subject, *message, *expected; /* after the time */
    } rows[] = {
        {"text", LOG_FORMAT_TEXT, NULL, NULL, "hello", " vipgate-test warning: hello"},
        {"text, site", LOG_FORMAT_TEXT, "north", NULL, "hello", " vipgate-test@north warning: hello"},
        {"text, subject", LOG_FORMAT_TEXT, NULL, "check a", "hello", " vipgate-test warning: check a: hello"},
        {"text, one line", LOG_FORMAT_TEXT, NULL, "a\n", "b\x7f\x1f c", " vipgate-test warning: a\\x0a: b\\x7f\\x1f c"},
        {"JSON", LOG_FORMAT_JSON, NULL, NULL, "hello",
         "\",\"level\":\"warning\",\"daemon\":\"vipgate-test\",\"message\":\"hello\"}"},
        {"JSON, site", LOG_FORMAT_JSON, "north", "check a", "hello",
         "\",\"level\":\"warning\",\"daemon\":\"vipgate-test\",\"site\":\"north\",\"subject\":\"check a\",\"message\":"
         "\"hello\"}"},
        {"JSON, quoted", LOG_FORMAT_JSON, NULL, NULL, "a\"b\\c\nd\xff",
         "\",\"level\":\"warning\",\"daemon\":\"vipgate-test\",\"message\":\"a\\\"b\\\\c?d?\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const size_t time = strlen("2026-11-20T11:12:13.000001Z");
        const char *begin = rows[i].format == LOG_FORMAT_JSON ? "{\"time\":\"" : "";
        print_message("%s\n", rows[i].name);
        log_configure(LOG_LEVEL_INFO, rows[i].format, rows[i].site);
        log_warning(rows[i].subject, "%s", rows[i].message);
        assert_memory_equal(heard, begin, strlen(begin));
        assert_string_equal(heard + strlen(begin) + time, rows[i].expected);
    }
}

/* What does not fit a line of the log is cut, and is a whole line. */
static void test_long_message(void **state)
{
    char message[3000];

    (void)state;
    memset(message, '"', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_JSON, NULL);
    log_info(NULL, "%s", message);
    assert_in_range(strlen(heard), 2000, sizeof heard - 2);
    assert_string_equal(heard + strlen(heard) - 3, "\"\"}");
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, NULL);
    log_info(NULL, "%s", message);
    assert_in_range(strlen(heard), 1023, 1100);
}

static void test_level(void **state)
{
    static const enum log_level levels[] = {LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        log_configure(levels[i], LOG_FORMAT_TEXT, NULL);
        lines = 0;
        for (unsigned j = 0; j < 4; j++)
            log_write(levels[j], NULL, "x");
        assert_int_equal(lines, i + 1);
    }
}

/* BURST at once, then one for each interval; the next line knows how many were not. */
static void test_limit(void **state)
{
    struct log_limit limit = {.burst = 2, .interval_ms = 1000};
    uint32_t suppressed = 9;

    (void)state;
    assert_true(log_limit_allow(&limit, 100, &suppressed));
    assert_int_equal(suppressed, 0);
    assert_true(log_limit_allow(&limit, 100, NULL));
    assert_false(log_limit_allow(&limit, 100, &suppressed));
    assert_false(log_limit_allow(&limit, 999, &suppressed));
    assert_true(log_limit_allow(&limit, 1000, &suppressed));
    assert_int_equal(suppressed, 2);
    assert_false(log_limit_allow(&limit, 1999, &suppressed));
    assert_true(log_limit_allow(&limit, 5000, &suppressed));
    assert_int_equal(suppressed, 1);
    assert_true(log_limit_allow(&limit, 5000, &suppressed));
    assert_int_equal(suppressed, 0);
    assert_false(log_limit_allow(&limit, 5000, &suppressed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long_message),
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_limit),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
