#include "bgpd/announce/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CHECKS_MAX = 4 };

static const struct gate_check names[CHECKS_MAX] = {{"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}};

/* Each character one check: U up, D down, P pending, L lost; percentages follow as given, 100 for U and 0 else. */
static size_t make_checks(const char *standings, const uint8_t *percents, struct check_view *checks)
{
    size_t count = strlen(standings);

    for (size_t i = 0; i < count; i++) {
        enum check_standing standing = standings[i] == 'U'   ? CHECK_UP
                                       : standings[i] == 'D' ? CHECK_DOWN
                                       : standings[i] == 'P' ? CHECK_PENDING
                                                             : CHECK_LOST;
        uint8_t percent = percents && percents[i] ? percents[i] : (standing == CHECK_UP ? 100 : 0);
        checks[i] = (struct check_view){names[i].name, standing, percent, "", 0};
    }
    return count;
}

static void evaluate(struct gate_config gate, const char *standings, const uint8_t *percents, bool was_degraded,
                     struct gate_result *result)
{
    struct check_view checks[CHECKS_MAX];

    gate.checks = names;
    gate.check_count = make_checks(standings, percents, checks);
    gate_evaluate(&gate, checks, was_degraded, result);
}

static const struct {
    enum gate_require require;
    unsigned count;
    const char *checks;
    enum gate_standing standing;
} rows[] = {
    {REQUIRE_ALL, 0, "U", GATE_UP},
    {REQUIRE_ALL, 0, "D", GATE_DOWN},
    {REQUIRE_ALL, 0, "P", GATE_PENDING},
    {REQUIRE_ALL, 0, "L", GATE_LOST},
    {REQUIRE_ALL, 0, "UU", GATE_UP},
    {REQUIRE_ALL, 0, "UD", GATE_DOWN},
    {REQUIRE_ALL, 0, "UP", GATE_PENDING},
    {REQUIRE_ALL, 0, "UL", GATE_LOST},
    /* One that is down decides, whatever the others will say. */
    {REQUIRE_ALL, 0, "DP", GATE_DOWN},
    {REQUIRE_ALL, 0, "DL", GATE_DOWN},
    /* A verdict to come cannot open what needs a check that is lost. */
    {REQUIRE_ALL, 0, "PL", GATE_LOST},
    {REQUIRE_ANY, 0, "UD", GATE_UP},
    /* One that is up decides. */
    {REQUIRE_ANY, 0, "UP", GATE_UP},
    {REQUIRE_ANY, 0, "UL", GATE_UP},
    {REQUIRE_ANY, 0, "DD", GATE_DOWN},
    {REQUIRE_ANY, 0, "DP", GATE_PENDING},
    {REQUIRE_ANY, 0, "DL", GATE_LOST},
    {REQUIRE_ANY, 0, "PL", GATE_PENDING},
    {REQUIRE_COUNT, 2, "UUD", GATE_UP},
    {REQUIRE_COUNT, 2, "UDD", GATE_DOWN},
    {REQUIRE_COUNT, 2, "UDP", GATE_PENDING},
    {REQUIRE_COUNT, 2, "UDL", GATE_LOST},
    {REQUIRE_COUNT, 2, "UPL", GATE_PENDING},
    {REQUIRE_COUNT, 2, "DPL", GATE_LOST},
    {REQUIRE_COUNT, 3, "UUDD", GATE_DOWN},
    {REQUIRE_COUNT, 3, "UUPL", GATE_PENDING},
    /* More than there are can never be met. */
    {REQUIRE_COUNT, 4, "UUU", GATE_DOWN},
};

static void test_require(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gate_config gate = {
            .require = rows[i].require, .require_count = rows[i].count, .degraded_below = -1, .degraded_recover = -1};
        struct gate_result result;
        evaluate(gate, rows[i].checks, NULL, false, &result);
        if (result.standing != rows[i].standing)
            fail_msg("row %zu (%s): %d instead of %d", i, rows[i].checks, result.standing, rows[i].standing);
    }
}

static void test_no_gate_is_up(void **state)
{
    (void)state;
    struct gate_result result;

    evaluate((struct gate_config){.degraded_below = -1}, "", NULL, false, &result);
    assert_int_equal(result.standing, GATE_UP);
    assert_int_equal(result.healthy_percent, -1);
}

static void test_percent_is_the_mean_of_what_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *checks;
        uint8_t percents[CHECKS_MAX];
        int mean;
    } means[] = {
        {"U", {50}, 50},
        {"UD", {100, 0}, 50},
        {"UUD", {100, 100, 0}, 66},
        /* What a check that is down says of its parts does not count: it gives no service. */
        {"UD", {100, 40}, 50},
        {"UP", {80, 0}, 80},
        {"UL", {80, 0}, 80},
        {"PL", {0, 0}, -1},
    };

    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        struct gate_result result;
        evaluate((struct gate_config){.require = REQUIRE_ANY, .degraded_below = -1}, means[i].checks, means[i].percents,
                 false, &result);
        assert_int_equal(result.healthy_percent, means[i].mean);
    }
}

static void test_degraded_has_hysteresis(void **state)
{
    (void)state;
    const struct gate_config gate = {.require = REQUIRE_ALL, .degraded_below = 50, .degraded_recover = 60};
    static const struct {
        uint8_t percent;
        enum gate_standing standing;
    } steps[] = {
        {100, GATE_UP}, {50, GATE_UP}, {49, GATE_DEGRADED}, {50, GATE_DEGRADED}, {59, GATE_DEGRADED},
        {60, GATE_UP},  {55, GATE_UP}, {1, GATE_DEGRADED},  {100, GATE_UP},
    };
    bool degraded = false;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct gate_result result;
        evaluate(gate, "U", &steps[i].percent, degraded, &result);
        assert_int_equal(result.standing, steps[i].standing);
        degraded = result.degraded;
    }
}

static void test_degraded_waits_for_verdicts_that_decide_it(void **state)
{
    (void)state;
    const struct gate_config gate = {.require = REQUIRE_ANY, .degraded_below = 60, .degraded_recover = 60};
    struct gate_result result;

    /* Half or all of it is healthy: which, the pending check will say. */
    evaluate(gate, "UP", NULL, false, &result);
    assert_int_equal(result.standing, GATE_PENDING);
    /* 67 to 100 %. */
    evaluate(gate, "UUP", NULL, false, &result);
    assert_int_equal(result.standing, GATE_UP);
    /* 25 to 50 %. */
    evaluate(gate, "UDDP", NULL, false, &result);
    assert_int_equal(result.standing, GATE_DEGRADED);
    /* A check that cannot be seen is not held against the backend. */
    evaluate(gate, "UL", NULL, false, &result);
    assert_int_equal(result.standing, GATE_UP);
}

static void test_reason_names_the_check_that_decides(void **state)
{
    (void)state;
    const struct check_view checks[] = {
        {"front", CHECK_UP, 100, "3 successes", 0},
        {"backend", CHECK_DOWN, 0, "3 failures: connection refused by 192.0.2.9:80", 0},
        {"other", CHECK_DOWN, 0, "timeout", 0},
    };
    struct gate_config gate = {.checks = names, .check_count = 1, .degraded_below = -1};
    struct gate_result result;

    gate_evaluate(&gate, &checks[1], false, &result);
    assert_string_equal(result.reason, "check backend down: 3 failures: connection refused by 192.0.2.9:80");
    gate_evaluate(&gate, &checks[0], false, &result);
    assert_string_equal(result.reason, "check front up: 3 successes");
    gate.check_count = 3;
    gate_evaluate(&gate, checks, false, &result);
    assert_string_equal(result.reason, "1 of 3 checks up, all are required: check backend down: 3 failures: "
                                       "connection refused by 192.0.2.9:80 (and 1 more)");
    gate.check_count = 2;
    gate.require = REQUIRE_ANY;
    gate.degraded_below = 50;
    gate.degraded_recover = 60;
    gate_evaluate(&gate, checks, true, &result);
    assert_string_equal(result.reason, "50% healthy, below 60%: 1 of 2 checks up, one is required: check backend "
                                       "down: 3 failures: connection refused by 192.0.2.9:80");
    gate.check_count = 3;
    gate.degraded_recover = 50;
    gate_evaluate(&gate, checks, false, &result);
    assert_string_equal(result.reason, "33% healthy, below 50%: 1 of 3 checks up, one is required: check backend "
                                       "down: 3 failures: connection refused by 192.0.2.9:80 (and 1 more)");
}

/* All ways in which the pending checks may come out, each up with PERCENT or down, agree with a gate that is decided.
 */
static void check_resolutions(const struct gate_config *gate, const struct check_view *checks, size_t position,
                              enum gate_standing decided)
{
    struct check_view resolved[CHECKS_MAX];
    struct gate_result result;

    while (position < gate->check_count && checks[position].standing != CHECK_PENDING)
        position++;
    if (position == gate->check_count) {
        gate_evaluate(gate, checks, false, &result);
        assert_int_equal(result.standing, decided);
        return;
    }
    for (unsigned percent = 0; percent <= 100; percent += 50) {
        memcpy(resolved, checks, sizeof resolved);
        resolved[position].standing = percent ? CHECK_UP : CHECK_DOWN;
        resolved[position].healthy_percent = (uint8_t)percent;
        check_resolutions(gate, resolved, position + 1, decided);
    }
}

static void test_what_is_decided_no_pending_check_can_change(void **state)
{
    (void)state;
    unsigned decided = 0;

    for (unsigned i = 0; i < 256 * 4 * 3; i++) {
        const struct gate_config gate = {.checks = names,
                                         .check_count = CHECKS_MAX,
                                         .require = REQUIRE_COUNT,
                                         .require_count = 1 + i / 256 % 4,
                                         .degraded_below = (int)(i / 1024) * 30,
                                         .degraded_recover = (int)(i / 1024) * 30};
        struct check_view checks[CHECKS_MAX];
        struct gate_result result;
        for (unsigned k = 0; k < CHECKS_MAX; k++)
            checks[k] = (struct check_view){names[k].name, (enum check_standing)(i >> 2 * k & 3), 100, "", 0};
        gate_evaluate(&gate, checks, false, &result);
        if (result.standing == GATE_PENDING || result.standing == GATE_LOST)
            continue;
        check_resolutions(&gate, checks, 0, result.standing);
        decided++;
    }
    assert_true(decided > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_require),
        cmocka_unit_test(test_no_gate_is_up),
        cmocka_unit_test(test_percent_is_the_mean_of_what_is_known),
        cmocka_unit_test(test_degraded_has_hysteresis),
        cmocka_unit_test(test_degraded_waits_for_verdicts_that_decide_it),
        cmocka_unit_test(test_reason_names_the_check_that_decides),
        cmocka_unit_test(test_what_is_decided_no_pending_check_can_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
