/*
 * The judge against what it promises, over random sequences: what a reader of the manual would work out from the
 * whole history, by hand and slowly, must be what the judge says from its counters.
 */
#include "healthd/engine/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEQUENCES = 2000, LENGTH = 200 };

struct step {
    uint64_t at_ms;
    struct judge_input input;
};

struct history {
    struct step steps[LENGTH];
    size_t count;
};

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % bound;
}

/* The outcomes at the end of HISTORY that are all OUTCOME, UNABLE aside. */
static unsigned run_length(const struct history *history, enum outcome outcome, uint64_t *since_ms, bool *decisive)
{
    unsigned length = 0;

    *decisive = false;
    for (size_t i = history->count; i-- > 0;) {
        const struct step *step = &history->steps[i];
        if (step->input.outcome == OUTCOME_UNABLE)
            continue;
        if (step->input.outcome != outcome)
            break;
        length++;
        *since_ms = step->at_ms;
        *decisive |= step->input.decisive;
    }
    return length;
}

static bool unable_too_long(const struct history *history, const struct judge_config *config, uint64_t now_ms)
{
    uint64_t since_ms = now_ms;
    unsigned in_a_row = 0;

    for (size_t i = history->count; i-- > 0 && history->steps[i].input.outcome == OUTCOME_UNABLE; in_a_row++)
        since_ms = history->steps[i].at_ms;
    return in_a_row > 1 && now_ms - since_ms > config->lease_ms;
}

struct expectation {
    enum verdict verdict;
    bool been_down;
};

/* What the manual says now, given what it said before this step. */
static void expect(struct expectation *expectation, struct history *history, const struct judge_config *config,
                   uint64_t now_ms)
{
    uint64_t since_ms = 0, ignored;
    bool decisive;

    if (unable_too_long(history, config, now_ms)) {
        expectation->verdict = VERDICT_UNKNOWN;
        /* It begins again: what was before counts no more, but for the UNABLE themselves. */
        struct history rest = {0};
        size_t first = history->count;
        while (first > 0 && history->steps[first - 1].input.outcome == OUTCOME_UNABLE)
            first--;
        while (first < history->count)
            rest.steps[rest.count++] = history->steps[first++];
        *history = rest;
        return;
    }
    unsigned failures = run_length(history, OUTCOME_FAIL, &ignored, &decisive);
    if (failures >= config->fall || decisive) {
        expectation->verdict = VERDICT_DOWN;
        expectation->been_down = true;
        return;
    }
    bool seeing = history->count && history->steps[history->count - 1].input.outcome != OUTCOME_UNABLE;
    unsigned successes = run_length(history, OUTCOME_OK, &since_ms, &decisive);
    uint64_t hold_ms = expectation->been_down ? config->hold_down_ms : 0;
    if (seeing && successes >= config->rise && now_ms - since_ms >= hold_ms) {
        expectation->verdict = VERDICT_UP;
        expectation->been_down = false;
    }
}

static struct judge_input random_input(unsigned bias)
{
    static const enum outcome outcomes[] = {OUTCOME_OK, OUTCOME_FAIL, OUTCOME_UNABLE};
    enum outcome outcome = random_below(4) ? outcomes[bias] : outcomes[random_below(3)];

    return (struct judge_input){.outcome = outcome, .decisive = outcome == OUTCOME_FAIL && random_below(20) == 0};
}

/* The time that the judge says it will change at is the first at which it does. */
static void check_wake(const struct judge *judge, const struct judge_config *config, uint64_t now_ms)
{
    uint64_t wake = judge_wake_ms(judge, config, now_ms);
    struct judge copy = *judge;

    assert_true(wake > now_ms);
    assert_false(judge_input(&copy, config, NULL, wake == JUDGE_NEVER ? now_ms + 10000000 : wake - 1));
    if (wake != JUDGE_NEVER)
        assert_true(judge_input(&copy, config, NULL, wake));
}

static void run_one(uint64_t seed)
{
    random_state = seed;
    const struct judge_config config = {
        .rise = (uint16_t)(1 + random_below(4)),
        .fall = (uint16_t)(1 + random_below(4)),
        .lease_ms = 500 + random_below(4000),
        .hold_down_ms = random_below(2) ? random_below(6000) : 0,
    };
    struct history history = {0};
    struct expectation expectation = {.verdict = VERDICT_UNKNOWN};
    struct judge judge;
    uint64_t now_ms = 1;
    unsigned bias = 0;

    judge_init(&judge);
    for (size_t i = 0; i < LENGTH; i++) {
        now_ms += 1 + random_below(2000);
        expect(&expectation, &history, &config, now_ms);
        judge_input(&judge, &config, NULL, now_ms);
        assert_int_equal(judge.verdict, expectation.verdict);

        if (random_below(6) == 0)
            bias = random_below(3);
        struct judge_input input = random_input(bias);
        history.steps[history.count++] = (struct step){.at_ms = now_ms, .input = input};
        expect(&expectation, &history, &config, now_ms);
        judge_input(&judge, &config, &input, now_ms);
        if (judge.verdict != expectation.verdict)
            print_error("seed %lu, step %zu\n", (unsigned long)seed, i);
        assert_int_equal(judge.verdict, expectation.verdict);
        assert_true(judge.verdict == VERDICT_UNKNOWN || !judge.first_pending);
        check_wake(&judge, &config, now_ms);
    }
}

static void test_random_sequences(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEQUENCES; seed++)
        run_one(seed);
}

/* Whatever flaps, damping only ever keeps a check from being up, and lets it go within four half-lives. */
static void test_damping_only_holds_down(void **state)
{
    (void)state;
    const struct judge_config damped = {.rise = 1, .fall = 2, .lease_ms = 100000, .damping = {true, 10000, 3000, 1000}};
    struct judge_config free_of = damped;
    free_of.damping.enabled = false;

    for (uint64_t seed = 1; seed <= SEQUENCES / 10; seed++) {
        struct judge judge, other;
        uint64_t now_ms = 1;
        random_state = seed;
        judge_init(&judge);
        judge_init(&other);
        for (size_t i = 0; i < LENGTH; i++, now_ms += 1 + random_below(1000)) {
            struct judge_input input = {.outcome = random_below(2) ? OUTCOME_OK : OUTCOME_FAIL};
            judge_input(&judge, &damped, &input, now_ms);
            judge_input(&other, &free_of, &input, now_ms);
            if (other.verdict == VERDICT_DOWN)
                assert_int_equal(judge.verdict, VERDICT_DOWN);
        }
        struct judge_input ok = {.outcome = OUTCOME_OK};
        judge_input(&judge, &damped, &ok, now_ms);
        judge_input(&judge, &damped, NULL, now_ms + 4 * 10000 + 1);
        assert_int_equal(judge.verdict, VERDICT_UP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_sequences),
        cmocka_unit_test(test_damping_only_holds_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
