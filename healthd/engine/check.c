#include "healthd/engine/check.h"

#include "healthd/engine/schedule.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void schedule_next(struct check *check);
static void on_due(uv_timer_t *timer);

static uint64_t now_ms(const struct check *check)
{
    return uv_now(check->room->probe.loop);
}

/* ---- what the judge says ---- */

/* The judge's reason, in words. */
static void explain(struct check *check, enum verdict before)
{
    const struct judge *judge = &check->judge;
    char time[CLOCK_TEXT_SIZE];
    char *cause = check->cause;
    size_t size = sizeof check->cause;

    if (judge->first_pending || (judge->verdict == before && judge->verdict == VERDICT_UP))
        snprintf(cause, size, "%s", check->last.detail);
    else if (judge->verdict == VERDICT_UNKNOWN)
        snprintf(cause, size, "unable to probe for more than %s: %s",
                 duration_format(check->config->judge.lease_ms, time), check->last.detail);
    else if (judge->verdict == VERDICT_DOWN && judge->failures < check->config->judge.fall)
        snprintf(cause, size, "immediately down: %s", check->last.detail);
    else if (judge->verdict == VERDICT_DOWN)
        snprintf(cause, size, "%" PRIu32 " failure%s: %s", judge->failures, text_plural(judge->failures),
                 check->last.detail);
    else
        snprintf(cause, size, "%" PRIu32 " success%s: %s", judge->successes, judge->successes == 1 ? "" : "es",
                 check->last.detail);
}

/* Reports a new verdict: to the stream first, because traffic waits for it. The event carries the time taken before
 * that, so that a cause never looks younger than its effect. */
static void tell(struct check *check, const struct judge *before)
{
    uint64_t now_us = clock_real_us();
    char from[8], to[8];

    if (check->judge.verdict != before->verdict)
        check->since_us = now_us;
    check->room->changed(check, check->room->user);

    if (check->judge.verdict == VERDICT_UNKNOWN && before->verdict == VERDICT_UNKNOWN)
        return; /* nothing that an operator would see has changed */
    if (check->judge.verdict != before->verdict) {
        strlcpy(from, verdict_name(before->verdict), sizeof from);
        strlcpy(to, verdict_name(check->judge.verdict), sizeof to);
    } else {
        snprintf(from, sizeof from, "%u%%", before->healthy_percent);
        snprintf(to, sizeof to, "%u%%", check->judge.healthy_percent);
    }
    journal_add(check->room->journal, now_us, "check", check->config->name, from, to, "%s", check->cause);
}

/* Damping that begins or ends changes no verdict at that moment, but explains why nothing comes back. */
static void note_damping(struct check *check)
{
    const struct damping_config *config = &check->config->judge.damping;
    bool suppressed = damping_suppressed(&check->judge.damping, config, now_ms(check));

    if (suppressed && !check->suppressed)
        log_warning(check->config->name, "suppressed by flap damping for at least %" PRIu64 " s",
                    (damping_reuse_ms(&check->judge.damping, config, now_ms(check)) - now_ms(check)) / 1000);
    check->suppressed = suppressed;
}

static void on_judge_timer(uv_timer_t *timer);

static void arm_judge_timer(struct check *check)
{
    uint64_t wake_ms = judge_wake_ms(&check->judge, &check->config->judge, now_ms(check));

    if (wake_ms != JUDGE_NEVER)
        uv_timer_start(&check->judge_timer, on_judge_timer, wake_ms - now_ms(check), 0);
    else if (uv_is_active((uv_handle_t *)&check->judge_timer))
        uv_timer_stop(&check->judge_timer);
}

/* INPUT NULL: only time has passed. */
static void consult_judge(struct check *check, const struct judge_input *input)
{
    const struct judge before = check->judge;

    if (judge_input(&check->judge, &check->config->judge, input, now_ms(check))) {
        explain(check, before.verdict);
        tell(check, &before);
    }
    note_damping(check);
    arm_judge_timer(check);
}

static void on_judge_timer(uv_timer_t *timer)
{
    consult_judge(timer->data, NULL);
}

/* ---- the end of a run ---- */

/* Local trouble is logged when it begins and when it ends, and not by each of ten thousand checks. */
static void note_trouble(const struct check *check, enum outcome before, enum reason reason_before)
{
    static struct log_limit limit = {.burst = 20, .interval_ms = 1000};
    bool unable = check->last.outcome == OUTCOME_UNABLE;
    bool was_unable = before == OUTCOME_UNABLE;
    uint32_t suppressed = 0;

    if (unable == was_unable && (!unable || check->last.reason == reason_before))
        return;
    if (!log_limit_allow(&limit, now_ms(check), &suppressed))
        return;
    if (suppressed)
        log_warning(NULL, "%" PRIu32 " messages about checks that cannot be probed suppressed", suppressed);
    if (unable)
        log_warning(check->config->name, "cannot probe: %s: %s", reason_name(check->last.reason), check->last.detail);
    else
        log_info(check->config->name, "can probe again: %s", check->last.detail);
}

/* ENDED is the check, or NULL when it is being removed. */
static void tell_waiting(struct check *check, const struct check *ended)
{
    struct check_run *run;

    while ((run = LIST_FIRST(&check->waiting))) {
        LIST_REMOVE(run, link);
        run->check = NULL;
        run->finished(run, ended);
    }
}

/* The one end of all runs. */
static void finish(struct check *check)
{
    enum outcome before = check->runs ? check->last.outcome : OUTCOME_OK;
    enum reason reason_before = check->last.reason;

    check->running = false;
    check->runs++;
    check->last = check->probe->result;
    check->last_time_us = clock_real_us();
    consult_judge(check, &(struct judge_input){check->last.outcome, check->last.decisive, check->last.healthy_percent});
    log_debug(check->config->name, "%s in %" PRIu32 " us: %s", outcome_name(check->last.outcome),
              check->last.latency_us, check->last.detail);
    note_trouble(check, before, reason_before);
    tell_waiting(check, check);
    schedule_next(check);
}

static void on_finished(struct probe *probe, void *user)
{
    (void)probe;
    finish(user);
}

/* The loop looks at timers before it looks at sockets. Where this machine stood still, or was busy, the answer may have
 * been here in time, unread: a run is over only when the loop has looked once more. */
static void on_deadline(uv_timer_t *timer)
{
    struct check *check = timer->data;

    if (!check->overdue) {
        check->overdue = true;
        uv_timer_start(timer, on_deadline, 1, 0);
        return;
    }
    probe_time_out(check->probe, check->config->timeout_ms);
    finish(check);
}

/* ---- the schedule ---- */

static void run(struct check *check, bool scheduled)
{
    check->running = true;
    check->overdue = false;
    check->scheduled = scheduled;
    check->again = false;
    check->started_ms = now_ms(check);
    check->probe->timeout_ms = check->config->timeout_ms;
    probe_start(check->probe);
    if (check->running) /* many probes of this machine are over by now */
        uv_timer_start(&check->run_timer, on_deadline, check->config->timeout_ms, 0);
}

static void on_due(uv_timer_t *timer)
{
    struct check *check = timer->data;

    run(check, check->due_ms <= now_ms(check)); /* before it is due: something happened */
}

static uint64_t interval_ms(const struct check *check)
{
    const struct check_config *config = check->config;
    bool pending = judge_is_pending(&check->judge, &config->judge);
    uint64_t wanted_ms = pending ? config->fast_interval_ms : config->interval_ms;
    uint64_t latest_ms = judge_ask_within_ms(&check->judge, &config->judge);

    return wanted_ms < latest_ms ? wanted_ms : latest_ms;
}

static void schedule_next(struct check *check)
{
    uint64_t now = now_ms(check);
    uint64_t interval = interval_ms(check);
    uint64_t place = schedule_place(check->seed, interval);

    if (!check->scheduled)
        check->due_ms = schedule_after_extra(check->due_ms, check->started_ms, interval, now);
    else if (check->settled)
        check->due_ms = schedule_after(check->due_ms, check->started_ms, interval, place, now);
    else
        check->due_ms = schedule_second(interval, place, now);
    check->settled |= check->scheduled;
    uv_timer_start(&check->run_timer, on_due, check->again ? 0 : check->due_ms - now, 0);
}

static void on_look(struct probe *probe, void *user)
{
    struct check *check = user;

    (void)probe;
    if (check->running)
        check->again = true;
    else
        run(check, false);
}

void check_run_now(struct check *check, struct check_run *waiting)
{
    waiting->check = check;
    LIST_INSERT_HEAD(&check->waiting, waiting, link);
    if (!check->running)
        run(check, false);
}

void check_run_cancel(struct check_run *cancelled)
{
    if (cancelled->check)
        LIST_REMOVE(cancelled, link);
    cancelled->check = NULL;
}

/* ---- coming and going ---- */

struct probe *check_probe_new(struct check *check, const struct check_config *config)
{
    struct probe *probe = probe_new(config->probe, config->settings, &check->room->probe);

    if (!probe)
        return NULL;
    probe->finished = on_finished;
    probe->look = on_look;
    probe->user = check;
    return probe;
}

/* Nothing is known yet: the first run comes at the check's place among all first runs. */
static void schedule_first_run(struct check *check)
{
    check->scheduled = true;
    check->settled = false;
    check->due_ms = now_ms(check) + check->first_run_ms;
    uv_timer_start(&check->run_timer, on_due, check->first_run_ms, 0);
}

struct check *check_new(struct check_room *room, struct check_config *config)
{
    struct check *check = calloc(1, sizeof *check);

    if (!check)
        return NULL;

    check->room = room;
    check->config = config;
    check->probe = check_probe_new(check, config);
    if (!check->probe) {
        free(check);
        return NULL;
    }
    check->seed = schedule_seed(config->name);
    judge_init(&check->judge);
    strlcpy(check->cause, "no verdict yet", sizeof check->cause);
    uv_timer_init(room->probe.loop, &check->run_timer);
    uv_timer_init(room->probe.loop, &check->judge_timer);
    check->run_timer.data = check->judge_timer.data = check;
    check->open_handles = 2;
    return check;
}

void check_start(struct check *check, size_t count)
{
    check->since_us = clock_real_us();
    check->first_run_ms = schedule_first(count, check->config->interval_ms, check->seed);
    schedule_first_run(check);
}

static void closed(uv_handle_t *handle)
{
    struct check *check = handle->data;

    if (--check->open_handles == 0)
        free(check);
}

void check_free(struct check *check)
{
    if (!check)
        return;
    probe_free(check->probe);
    check->probe = NULL;
    tell_waiting(check, NULL);
    uv_close((uv_handle_t *)&check->run_timer, closed);
    uv_close((uv_handle_t *)&check->judge_timer, closed);
}

/* The verdict stands; what is found from now on is counted from zero. */
static void restart_counts(struct check *check)
{
    check->running = false;
    check->judge.successes = check->judge.failures = check->judge.unables = 0;
    schedule_first_run(check);
}

void check_begin_again(struct check *check, const char *why)
{
    const struct judge before = check->judge;

    judge_init(&check->judge);
    check->judge.damping = before.damping;
    probe_cancel(check->probe);
    restart_counts(check);
    arm_judge_timer(check);
    if (before.first_pending)
        return;
    strlcpy(check->cause, why, sizeof check->cause);
    tell(check, &before);
}

/* The next run is at the place that the new interval has for it, if that is sooner. */
static void adopt_interval(struct check *check)
{
    uint64_t now = now_ms(check), interval = check->config->interval_ms;

    check->settled = false;
    if (check->running || check->due_ms <= now + interval)
        return;
    check->due_ms = schedule_next_place(interval, schedule_place(check->seed, interval), now);
    uv_timer_start(&check->run_timer, on_due, check->due_ms - now, 0);
}

void check_reconfigure(struct check *check, struct check_config *config, struct probe *probe)
{
    bool same_interval = check->config->interval_ms == config->interval_ms;

    check->config = config;
    if (probe) {
        probe_free(check->probe);
        check->probe = probe;
        restart_counts(check);
    } else if (!same_interval) {
        adopt_interval(check);
    }
    arm_judge_timer(check);
}

void check_message(const struct check *check, struct verdict_message *message)
{
    *message = (struct verdict_message){
        .type = VERDICT_CHANGE,
        .verdict = check->judge.verdict,
        .first_pending = check->judge.first_pending,
        .healthy_percent = check->judge.healthy_percent,
        .since_us = check->since_us,
    };
    strlcpy(message->name, check->config->name, sizeof message->name);
    strlcpy(message->reason, check->cause, sizeof message->reason);
}
