#include "lib/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static uint64_t now_us(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Each clock says what the kernel says before and after it. */
static void test_clocks(void **state)
{
    (void)state;
    uint64_t before = now_us(CLOCK_MONOTONIC), us = clock_monotonic_us(), ms = clock_monotonic_ms(),
             after = now_us(CLOCK_MONOTONIC);

    assert_true(before <= us && us <= after);
    assert_true(us / 1000 <= ms && ms <= after / 1000);
    before = now_us(CLOCK_REALTIME);
    us = clock_real_us();
    assert_true(before <= us && us <= now_us(CLOCK_REALTIME));
}

static void test_date(void **state)
{
    static const struct {
        uint64_t us;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {1, "1970-01-01T00:00:00.000001Z"},
        {1000000, "1970-01-01T00:00:01.000000Z"},
        {1763636333999999, "2025-11-20T10:58:53.999999Z"},
        {1709164800000000, "2024-02-29T00:00:00.000000Z"},
    };
    char text[CLOCK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(clock_format(rows[i].us, text), rows[i].text);
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
        const char *written;
    } rows[] = {
        {"0ms", 0, "0s"},       {"0h", 0, "0s"},
        {"1ms", 1, "1ms"},      {"999ms", 999, "999ms"},
        {"1000ms", 1000, "1s"}, {"1500ms", 1500, "1500ms"},
        {"59s", 59000, "59s"},  {"60s", 60000, "1m"},
        {"90s", 90000, "90s"},  {"59m", 3540000, "59m"},
        {"60m", 3600000, "1h"}, {"25h", 90000000, "25h"},
        {"007s", 7000, "7s"},   {"999999999ms", 999999999, "999999999ms"},
    };
    static const char *const wrong[] = {"",    "s",   "5",  "5 s", "5sec", "5d",          "-5s",
                                        "+5s", " 5s", "5S", "5s ", "a5s",  "9999999999ms"};
    char text[CLOCK_TEXT_SIZE];
    uint64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!duration_parse(rows[i].text, &ms) || ms != rows[i].ms)
            fail_msg("%s: %llu ms", rows[i].text, (unsigned long long)ms);
        assert_string_equal(duration_format(rows[i].ms, text), rows[i].written);
    }
    ms = 77;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (duration_parse(wrong[i], &ms) || ms != 77)
            fail_msg("'%s' is a duration", wrong[i]);
    }
}

/* From three quarters to all of it, and both ends are reached. */
static void test_jitter(void **state)
{
    uint64_t least = UINT64_MAX, most = 0;

    (void)state;
    for (uint32_t random = 0; random < 5000; random++) {
        uint64_t ms = duration_jitter(40000, random);
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    assert_int_equal(least, 30000);
    assert_int_equal(most, 40000);
    assert_int_equal(duration_jitter(40000, 512), 40000 - 10000 * 512 / 1023);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_date),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_jitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
