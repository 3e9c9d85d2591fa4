/* A check around a probe that does what the test says, on a real loop with short times. */
#include "healthd/engine/check.h"
#include "healthd/engine/schedule.h"
#include "lib/clock.h"
#include "lib/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DEADLINE_MS = 10000 };

struct stage {
    uv_loop_t loop;
    uv_timer_t tick; /* so that a wait for a deadline ends */
    struct check_room room;
    struct check_config config;
    struct check *check;
    unsigned changes, starts, cancels;
    unsigned starts_then; /* at the last change: a late loop may start again in the same turn */
    enum { ANSWER_OK, ANSWER_FAIL, ANSWER_HALF, ANSWER_DECISIVE, ANSWER_UNABLE, ANSWER_NOTHING } answer;
    uint64_t due_ms[64]; /* of each start */
};

static struct stage *stage;

/* ---- the scripted probe ---- */

static void scripted_start(struct probe *probe)
{
    if (stage->starts < sizeof stage->due_ms / sizeof *stage->due_ms)
        stage->due_ms[stage->starts] = stage->check ? stage->check->due_ms : 0;
    stage->starts++;
    if (stage->answer == ANSWER_OK)
        probe_ok(probe, "fine");
    else if (stage->answer == ANSWER_FAIL)
        probe_fail(probe, REASON_REFUSED, "connection refused");
    else if (stage->answer == ANSWER_HALF) {
        probe->result.outcome = OUTCOME_FAIL;
        probe->result.healthy_percent = 50;
        snprintf(probe->result.detail, sizeof probe->result.detail, "1 of 2");
        probe_finish(probe);
    } else if (stage->answer == ANSWER_UNABLE)
        probe_unable(probe, REASON_NO_RESOURCES, "too many open files");
    else if (stage->answer == ANSWER_DECISIVE) {
        probe->result.outcome = OUTCOME_FAIL;
        probe->result.decisive = true;
        snprintf(probe->result.detail, sizeof probe->result.detail, "gone");
        probe_finish(probe);
    }
}

static void scripted_cancel(struct probe *probe)
{
    (void)probe;
    stage->cancels++;
}

static void scripted_at(const struct probe *probe, char *text, size_t size)
{
    (void)probe;
    snprintf(text, size, "wait for the script");
}

static const struct probe_kind scripted = {
    .name = "scripted",
    .size = sizeof(struct probe),
    .start = scripted_start,
    .cancel = scripted_cancel,
    .at = scripted_at,
};

/* ---- the stage ---- */

static void on_changed(const struct check *check, void *user)
{
    struct stage *of = user;

    (void)check;
    of->changes++;
    of->starts_then = of->starts;
}

static void no_line(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)line;
    (void)user;
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static int setup(void **state)
{
    stage = calloc(1, sizeof *stage);
    uv_loop_init(&stage->loop);
    uv_timer_init(&stage->loop, &stage->tick);
    uv_timer_start(&stage->tick, on_tick, 100, 100);
    log_set_sink(no_line, NULL);
    stage->room.probe.loop = &stage->loop;
    stage->room.journal = journal_new("healthd");
    stage->room.changed = on_changed;
    stage->room.user = stage;
    stage->config = (struct check_config){
        .name = "t",
        .probe = &scripted,
        .interval_ms = 40,
        .fast_interval_ms = 20,
        .timeout_ms = 15,
        .judge = {.rise = 3, .fall = 3, .lease_ms = 100},
    };
    *state = stage;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    check_free(stage->check);
    uv_close((uv_handle_t *)&stage->tick, NULL);
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    journal_free(stage->room.journal);
    int left = uv_loop_close(&stage->loop);
    free(stage);
    return left;
}

static void open_check(int answer)
{
    stage->answer = answer;
    stage->check = check_new(&stage->room, &stage->config);
    assert_non_null(stage->check);
    check_start(stage->check, 0);
}

#define RUN_UNTIL(condition)                                                                                           \
    for (uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS; !(condition);) {                                      \
        assert_true(clock_monotonic_ms() < deadline);                                                                  \
        uv_run(&stage->loop, UV_RUN_ONCE);                                                                             \
    }

/* ---- tests ---- */

static void test_a_verdict_is_published_and_journalled_with_its_cause(void **state)
{
    (void)state;
    struct verdict_message message;

    open_check(ANSWER_OK);
    check_message(stage->check, &message);
    assert_int_equal(message.verdict, VERDICT_UNKNOWN);
    assert_true(message.first_pending);
    RUN_UNTIL(stage->changes == 1);
    assert_int_equal(stage->starts_then, 3);
    assert_int_equal(stage->check->judge.verdict, VERDICT_UP);
    const struct event *event = journal_latest(stage->room.journal, "check", "t");
    assert_string_equal(event->from, "unknown");
    assert_string_equal(event->to, "up");
    assert_string_equal(event->cause, "3 successes: fine");

    stage->answer = ANSWER_FAIL;
    RUN_UNTIL(stage->changes == 2);
    check_message(stage->check, &message);
    assert_string_equal(message.name, "t");
    assert_int_equal(message.verdict, VERDICT_DOWN);
    assert_false(message.first_pending);
    assert_string_equal(message.reason, "3 failures: connection refused");
    assert_string_equal(journal_latest(stage->room.journal, "check", "t")->cause, message.reason);
}

static void test_a_decisive_failure_is_at_once(void **state)
{
    (void)state;
    open_check(ANSWER_OK);
    RUN_UNTIL(stage->changes == 1);
    stage->answer = ANSWER_DECISIVE;
    unsigned before = stage->starts;
    RUN_UNTIL(stage->changes == 2);
    assert_int_equal(stage->starts_then, before + 1);
    assert_string_equal(stage->check->cause, "immediately down: gone");
}

static void test_a_run_without_end_is_a_failure_at_its_timeout(void **state)
{
    (void)state;
    open_check(ANSWER_NOTHING);
    RUN_UNTIL(stage->check->runs == 1);
    assert_int_equal(stage->cancels, 1);
    assert_int_equal(stage->check->last.outcome, OUTCOME_FAIL);
    assert_int_equal(stage->check->last.reason, REASON_TIMEOUT);
    assert_string_equal(stage->check->last.detail, "no answer within 15ms: wait for the script");
    assert_true(stage->check->last.latency_us >= 14000);
}

static void test_unable_is_asked_again_within_the_lease_and_unknown_after_it(void **state)
{
    (void)state;
    open_check(ANSWER_OK);
    RUN_UNTIL(stage->changes == 1);
    stage->answer = ANSWER_UNABLE;
    stage->config.interval_ms = stage->config.fast_interval_ms = 3600000; /* longer than any lease */
    RUN_UNTIL(stage->check->last.outcome == OUTCOME_UNABLE);
    assert_int_equal(stage->check->judge.verdict, VERDICT_UP);
    assert_true(stage->check->due_ms <= uv_now(&stage->loop) + 100);
    RUN_UNTIL(stage->changes == 2);
    assert_true(stage->check->judge.unables >= 2);
    assert_int_equal(stage->check->judge.verdict, VERDICT_UNKNOWN);
    assert_string_equal(stage->check->cause, "unable to probe for more than 100ms: too many open files");
}

/* bgpd must know; who reads the events has been told nothing else before. */
static void test_unknown_that_stays_so_is_no_event(void **state)
{
    (void)state;
    open_check(ANSWER_UNABLE);
    RUN_UNTIL(stage->changes == 1);
    assert_false(stage->check->judge.first_pending);
    assert_string_equal(stage->check->cause, "unable to probe for more than 100ms: too many open files");
    check_begin_again(stage->check, "the health daemon stood still for 5s");
    assert_int_equal(stage->changes, 2);
    assert_null(journal_latest(stage->room.journal, "check", "t"));
}

static void test_a_fraction_before_the_first_verdict_is_no_event(void **state)
{
    (void)state;
    open_check(ANSWER_HALF);
    RUN_UNTIL(stage->changes == 1);
    assert_int_equal(stage->check->judge.verdict, VERDICT_UNKNOWN);
    assert_string_equal(stage->check->cause, "1 of 2");
    assert_null(journal_latest(stage->room.journal, "check", "t"));
    RUN_UNTIL(stage->changes == 2);
    assert_string_equal(journal_latest(stage->room.journal, "check", "t")->cause, "3 failures: 1 of 2");
}

static void expect_at_place(uint64_t interval_ms)
{
    uint64_t place_ms = schedule_place(schedule_seed("t"), interval_ms);
    unsigned starts = stage->starts;

    RUN_UNTIL(stage->check->due_ms % interval_ms == place_ms && !stage->check->running);
    assert_true(stage->starts < starts + 20);
}

static void test_whatever_disturbs_the_schedule_the_check_goes_back_to_its_place(void **state)
{
    (void)state;
    struct check_config other = stage->config;

    stage->config.interval_ms = stage->config.fast_interval_ms = 50;
    open_check(ANSWER_OK);
    RUN_UNTIL(stage->starts == 2);
    expect_at_place(50);
    check_begin_again(stage->check, "stood still");
    RUN_UNTIL(stage->starts >= 4);
    expect_at_place(50);
    other.interval_ms = other.fast_interval_ms = 120;
    check_reconfigure(stage->check, &other, NULL);
    expect_at_place(120);
    check_reconfigure(stage->check, &stage->config, check_probe_new(stage->check, &stage->config));
    expect_at_place(50);
}

static void test_fast_interval_while_a_change_is_pending(void **state)
{
    (void)state;
    stage->config.interval_ms = 3600000;
    open_check(ANSWER_OK);
    RUN_UNTIL(stage->changes == 1); /* three runs in no hour */
    assert_int_equal(stage->starts, 3);
}

static void test_the_schedule_does_not_drift(void **state)
{
    (void)state;
    stage->config.interval_ms = stage->config.fast_interval_ms = 20;
    open_check(ANSWER_OK);
    RUN_UNTIL(stage->starts == 30);
    /* However late each run was, from the second on all are due at multiples of 20 ms after each other. */
    for (unsigned i = 2; i < 30; i++) {
        assert_true(stage->due_ms[i] > stage->due_ms[i - 1]);
        assert_int_equal((stage->due_ms[i] - stage->due_ms[1]) % 20, 0);
    }
}

struct waiter {
    struct check_run run;
    unsigned told;
};

static void on_told(struct check_run *run, const struct check *check)
{
    ((struct waiter *)run)->told++;
    assert_ptr_equal(check, stage->check);
}

static void test_run_now_does_not_disturb_the_schedule(void **state)
{
    (void)state;
    struct waiter one = {.run.finished = on_told}, other = {.run.finished = on_told};

    stage->config.interval_ms = stage->config.fast_interval_ms = 3600000;
    open_check(ANSWER_OK);
    RUN_UNTIL(stage->starts == 1);
    uint64_t due_ms = stage->check->due_ms;
    check_run_now(stage->check, &one.run);
    assert_int_equal(one.told, 1);
    assert_int_equal(stage->starts, 2);
    assert_int_equal(stage->check->due_ms, due_ms);

    /* Two that ask during one run are told of the same; one that went away is not. */
    stage->answer = ANSWER_NOTHING;
    check_run_now(stage->check, &one.run);
    check_run_now(stage->check, &other.run);
    check_run_cancel(&one.run);
    RUN_UNTIL(other.told == 1);
    assert_int_equal(one.told, 1);
    assert_int_equal(stage->starts, 3);
    assert_int_equal(stage->check->due_ms, due_ms);
}

static void test_a_look_during_a_run_starts_another_after_it(void **state)
{
    (void)state;
    stage->config.interval_ms = stage->config.fast_interval_ms = 3600000;
    stage->config.timeout_ms = 3600000;
    open_check(ANSWER_NOTHING);
    RUN_UNTIL(stage->starts == 1);
    probe_look(stage->check->probe);
    probe_look(stage->check->probe);
    assert_int_equal(stage->starts, 1);
    stage->answer = ANSWER_OK;
    probe_ok(stage->check->probe, "fine");
    assert_int_equal(stage->starts, 1);
    RUN_UNTIL(stage->starts == 2);
    uint64_t due_ms = stage->check->due_ms;
    assert_true(due_ms > uv_now(&stage->loop) + 1000);
    probe_look(stage->check->probe); /* between runs: at once */
    assert_int_equal(stage->starts, 3);
    assert_int_equal(stage->check->due_ms, due_ms);
}

static void test_damping_is_lifted_by_time(void **state)
{
    (void)state;
    stage->config.judge.rise = stage->config.judge.fall = 1;
    stage->config.judge.damping = (struct damping_config){true, 2000, 1000, 900};
    open_check(ANSWER_OK);
    RUN_UNTIL(stage->check->judge.verdict == VERDICT_UP);
    stage->answer = ANSWER_FAIL;
    RUN_UNTIL(stage->check->judge.verdict == VERDICT_DOWN);
    stage->answer = ANSWER_OK;
    RUN_UNTIL(stage->check->last.outcome == OUTCOME_OK);
    assert_int_equal(stage->check->judge.verdict, VERDICT_DOWN);
    stage->config.interval_ms = stage->config.fast_interval_ms = 3600000;
    RUN_UNTIL(stage->check->judge.verdict == VERDICT_UP);
}

int main(void)
{
#define CHECK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CHECK_TEST(test_a_verdict_is_published_and_journalled_with_its_cause),
        CHECK_TEST(test_a_decisive_failure_is_at_once),
        CHECK_TEST(test_a_run_without_end_is_a_failure_at_its_timeout),
        CHECK_TEST(test_unknown_that_stays_so_is_no_event),
        CHECK_TEST(test_a_fraction_before_the_first_verdict_is_no_event),
        CHECK_TEST(test_unable_is_asked_again_within_the_lease_and_unknown_after_it),
        CHECK_TEST(test_whatever_disturbs_the_schedule_the_check_goes_back_to_its_place),
        CHECK_TEST(test_fast_interval_while_a_change_is_pending),
        CHECK_TEST(test_the_schedule_does_not_drift),
        CHECK_TEST(test_run_now_does_not_disturb_the_schedule),
        CHECK_TEST(test_a_look_during_a_run_starts_another_after_it),
        CHECK_TEST(test_damping_is_lifted_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
