#include "healthd/engine/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Sequences: one column a second. Inputs: o OK, f FAIL, F a decisive FAIL, u UNABLE, '-' a second with no probe.
 * Verdicts: '?' unknown with the first verdict pending, 'x' unknown, 'U' up, 'D' down. 'p' in the last line: a change
 * is pending, fast-interval applies.
 */
struct sequence {
    const char *name;
    struct judge_config config;
    const char *inputs, *verdicts, *pending;
};

#define PLAIN .rise = 3, .fall = 3, .lease_ms = 3500

static const struct sequence sequences[] = {
    {"the first verdict takes rise successes", {PLAIN}, "ooo", "??U", "pp."},
    {"or fall failures", {PLAIN}, "fff", "??D", "pp."},
    {"in a row", {PLAIN}, "oofoofooo", "????????U", "pppppppp."},
    {"rise 1 and fall 1 are at once", {.rise = 1, .fall = 1}, "ofof", "UDUD", "...."},
    {"a failure below fall changes nothing", {PLAIN}, "oooffofff", "??UUUUUUD", "pp.pp.pp."},
    {"a success below rise changes nothing", {PLAIN}, "fffoofooo", "??DDDDDDU", "pp.pp.pp."},
    {"a decisive failure does not wait", {PLAIN}, "oooF", "??UD", "pp.."},
    {"nor for the first verdict", {PLAIN}, "F", "D", "."},
    {"UNABLE is neither", {PLAIN}, "oouo", "???U", "ppp."},
    {"UNABLE between failures", {PLAIN}, "oooffuuf", "??UUUUUD", "pp.pppp."},
    {"UNABLE up to the lease holds the verdict", {PLAIN}, "ooouuuu", "??UUUUU", "pp....."},
    {"UNABLE beyond the lease is unknown", {PLAIN}, "ooouuuuu", "??UUUUUx", "pp.....p"},
    {"a second one makes it stay so, and time does the rest", {PLAIN}, "ooouu---", "??UUUUUx", "pp.....p"},
    {"a single one never does", {PLAIN}, "ooou-----", "??UUUUUUU", "pp......."},
    {"and not at the start", {PLAIN}, "u-----", "??????", "pppppp"},
    {"the second may come late", {PLAIN}, "ooou-----u", "??UUUUUUUx", "pp.......p"},
    {"the lease counts from the first UNABLE in a row", {PLAIN}, "ooouuuuouuuu", "??UUUUUUUUUU", "pp.........."},
    {"after unknown it begins again", {PLAIN}, "ooouu---ooo", "??UUUUUxxxU", "pp.....ppp."},
    {"UNABLE from the start ends the wait for a first verdict", {PLAIN}, "uu---", "????x", "ppppp"},
    {"a probe that is carried out ends it too", {PLAIN}, "uu---fff", "????xxxD", "ppppppp."},
    {"hold-down delays the return", {PLAIN, .hold_down_ms = 5000}, "fffoooooo", "??DDDDDDU", "pp.pp...."},
    {"by time alone", {PLAIN, .hold_down_ms = 5000}, "fffooo---", "??DDDDDDU", "pp.pp...."},
    {"from the first success in a row", {PLAIN, .hold_down_ms = 3000}, "fffoofoooo", "??DDDDDDDU", "pp.pp.pp.."},
    {"a failure meanwhile begins it anew",
     {PLAIN, .hold_down_ms = 4000},
     "fffooofooooo",
     "??DDDDDDDDDU",
     "pp.pp.ppp..."},
    {"but not the first verdict", {PLAIN, .hold_down_ms = 60000}, "ooo", "??U", "pp."},
    {"nor the way down", {PLAIN, .hold_down_ms = 60000}, "ooofff", "??UUUD", "pp.pp."},
    {"UNABLE cannot end hold-down", {PLAIN, .hold_down_ms = 4000}, "fffooouuo", "??DDDDDDU", "pp.pp...."},
    {"hold-down outlives unknown", {PLAIN, .hold_down_ms = 4000}, "fffuu---ooooo", "??DDDDDxxxxxU", "pp.....ppp..."},
};

enum { SECOND = 1000, START = 1000000 };

static struct judge_input input_of(char letter)
{
    return (struct judge_input){
        .outcome = letter == 'o'   ? OUTCOME_OK
                   : letter == 'u' ? OUTCOME_UNABLE
                                   : OUTCOME_FAIL,
        .decisive = letter == 'F',
        .healthy_percent = letter == 'o' ? 100 : 0,
    };
}

static char letter_of(const struct judge *judge)
{
    if (judge->verdict == VERDICT_UNKNOWN)
        return judge->first_pending ? '?' : 'x';
    return judge->verdict == VERDICT_UP ? 'U' : 'D';
}

static void run_sequence(const struct sequence *sequence)
{
    char verdicts[32] = "", pending[32] = "";
    struct judge judge;
    uint64_t now = START;

    judge_init(&judge);
    for (size_t i = 0; sequence->inputs[i]; i++, now += SECOND) {
        struct judge_input input = input_of(sequence->inputs[i]);
        if (sequence->inputs[i] == '-')
            judge_input(&judge, &sequence->config, NULL, now);
        else
            judge_input(&judge, &sequence->config, &input, now);
        verdicts[i] = letter_of(&judge);
        pending[i] = judge_is_pending(&judge, &sequence->config) ? 'p' : '.';
    }
    if (strcmp(verdicts, sequence->verdicts) != 0 || strcmp(pending, sequence->pending) != 0)
        print_error("%s: %s\n", sequence->name, sequence->inputs);
    assert_string_equal(verdicts, sequence->verdicts);
    assert_string_equal(pending, sequence->pending);
}

static void test_sequences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        run_sequence(&sequences[i]);
}

static void feed(struct judge *judge, const struct judge_config *config, const char *inputs, uint64_t *now)
{
    for (; *inputs; inputs++, *now += SECOND) {
        struct judge_input input = input_of(*inputs);
        judge_input(judge, config, &input, *now);
    }
}

static void test_after_unable_it_is_asked_again_well_within_the_lease(void **state)
{
    (void)state;
    const struct judge_config config = {.rise = 1, .fall = 1, .lease_ms = 3000};
    struct judge judge;
    uint64_t now = START;

    judge_init(&judge);
    feed(&judge, &config, "o", &now);
    assert_int_equal(judge_ask_within_ms(&judge, &config), JUDGE_NEVER);
    feed(&judge, &config, "u", &now);
    assert_in_range(judge_ask_within_ms(&judge, &config), 1, 1000);
    assert_int_equal(judge_wake_ms(&judge, &config, now), JUDGE_NEVER);
    feed(&judge, &config, "u", &now);
    assert_in_range(judge_ask_within_ms(&judge, &config), 1, 1000);
    feed(&judge, &config, "uuu", &now);
    assert_int_equal(judge.verdict, VERDICT_UNKNOWN);
    assert_int_equal(judge_ask_within_ms(&judge, &config), JUDGE_NEVER); /* there is no hurry any more */
}

static void test_a_flapping_check_is_suppressed_until_reuse(void **state)
{
    (void)state;
    const struct judge_config config = {.rise = 1, .fall = 1, .lease_ms = 3000, .damping = {true, 60000, 3000, 1000}};
    struct judge judge;
    uint64_t now = START;

    judge_init(&judge);
    feed(&judge, &config, "ofofofo", &now);
    assert_int_equal(judge.verdict, VERDICT_UP); /* three flaps have decayed to a little less than 3000 */
    feed(&judge, &config, "fo", &now);
    assert_int_equal(judge.verdict, VERDICT_DOWN);
    assert_false(judge_is_pending(&judge, &config));

    uint64_t reuse = judge_wake_ms(&judge, &config, now);
    assert_true(reuse > now + 60000 && reuse < now + 4 * 60000);
    assert_false(judge_input(&judge, &config, NULL, reuse - 1));
    assert_true(judge_input(&judge, &config, NULL, reuse));
    assert_int_equal(judge.verdict, VERDICT_UP);
    assert_int_equal(judge.healthy_percent, 100);
}

static void test_flapping_on_while_suppressed_extends_it(void **state)
{
    (void)state;
    const struct judge_config config = {.rise = 1, .fall = 1, .lease_ms = 3000, .damping = {true, 60000, 3000, 1000}};
    struct judge judge;
    uint64_t now = START;

    judge_init(&judge);
    feed(&judge, &config, "ofofofofo", &now);
    uint64_t before = judge_wake_ms(&judge, &config, now);
    feed(&judge, &config, "fofofo", &now);
    assert_int_equal(judge.verdict, VERDICT_DOWN);
    assert_true(judge_wake_ms(&judge, &config, now) > before + 15 * SECOND);
}

static void give(struct judge *judge, const struct judge_config *config, enum outcome outcome, uint8_t percent)
{
    struct judge_input input = {.outcome = outcome, .healthy_percent = percent};

    judge_input(judge, config, &input, START);
}

static void test_the_fraction_belongs_to_the_verdict(void **state)
{
    (void)state;
    const struct judge_config config = {.rise = 2, .fall = 2, .lease_ms = 3000};
    struct judge judge;

    judge_init(&judge);
    give(&judge, &config, OUTCOME_OK, 75);
    assert_int_equal(judge.healthy_percent, 0);
    give(&judge, &config, OUTCOME_OK, 75);
    assert_int_equal(judge.healthy_percent, 75);
    give(&judge, &config, OUTCOME_OK, 50); /* while up each OK counts at once */
    assert_int_equal(judge.healthy_percent, 50);
    give(&judge, &config, OUTCOME_FAIL, 25); /* a FAIL waits for fall */
    assert_int_equal(judge.healthy_percent, 50);
    give(&judge, &config, OUTCOME_FAIL, 10);
    assert_int_equal(judge.healthy_percent, 10);
    give(&judge, &config, OUTCOME_OK, 90);
    assert_int_equal(judge.healthy_percent, 10);
    give(&judge, &config, OUTCOME_OK, 90);
    assert_int_equal(judge.healthy_percent, 90);
    give(&judge, &config, OUTCOME_UNABLE, 0);
    give(&judge, &config, OUTCOME_UNABLE, 0);
    assert_int_equal(judge.healthy_percent, 90);
    assert_true(judge_input(&judge, &config, NULL, START + config.lease_ms + 1));
    assert_int_equal(judge.healthy_percent, 0); /* unknown has none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_after_unable_it_is_asked_again_well_within_the_lease),
        cmocka_unit_test(test_a_flapping_check_is_suppressed_until_reuse),
        cmocka_unit_test(test_flapping_on_while_suppressed_extends_it),
        cmocka_unit_test(test_the_fraction_belongs_to_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
