/* healthd's answers on the control socket. */
#include "healthd/command.h"

#include "lib/daemon/listing.h"

#include <stdlib.h>
#include <string.h>

/* ---- a check ---- */

static bool was_shown(const struct probe_result *result, uint8_t index)
{
    for (uint8_t i = 0; i < index; i++) {
        if (strcmp(result->phases[i].name, result->phases[index].name) == 0)
            return true;
    }
    return false;
}

/* A phase that the probe went through more than once is one entry. */
static void show_phases(struct json *last, const struct probe_result *result)
{
    for (uint8_t i = 0; i < result->phase_count; i++) {
        uint64_t duration_us = 0;
        if (was_shown(result, i))
            continue;
        for (uint8_t j = i; j < result->phase_count; j++) {
            if (strcmp(result->phases[j].name, result->phases[i].name) == 0)
                duration_us += result->phases[j].duration_us;
        }
        json_entry(last, "phase");
        json_text(last, "name", result->phases[i].name);
        json_number(last, "duration-us", duration_us);
        json_end(last);
    }
}

static void show_last(struct json *row, const struct check *check)
{
    const struct probe_result *result = &check->last;

    if (!check->runs)
        return;
    json_begin(row, "last");
    json_time(row, "time", check->last_time_us);
    json_text(row, "outcome", outcome_name(result->outcome));
    json_text(row, "reason", reason_name(result->reason));
    json_text(row, "detail", result->detail);
    json_number(row, "latency-us", result->latency_us);
    show_phases(row, result);
    json_end(row);
}

static void show_check(struct json *state, const struct check *check)
{
    json_entry(state, "check");
    json_text(state, "name", check->config->name);
    json_text(state, "kind", check->config->kind->name);
    json_text(state, "verdict", verdict_name(check->judge.verdict));
    json_number(state, "healthy-percent", check->judge.healthy_percent);
    json_time(state, "since", check->since_us);
    json_number(state, "successes", check->judge.successes);
    json_number(state, "failures", check->judge.failures);
    json_number(state, "runs", check->runs);
    json_text(state, "target", probe_target(check->probe));
    show_last(state, check);
    damping_show(&check->judge.damping, &check->config->judge.damping, uv_now(check->room->probe.loop), state);
    json_end(state);
}

/* ---- get ---- */

/* The check that was asked for, or all of them. */
static bool list_checks(struct listing *listing, struct json *state)
{
    const struct checks *checks = ((const struct healthd *)listing->daemon)->checks;
    const char *name = node_text(listing->rpc, "check");
    const struct check *one = name ? checks_find(checks, name) : NULL;

    if (one)
        show_check(state, one);
    while (!name && listing->at < checks_count(checks)) {
        show_check(state, checks_at(checks, listing->at++));
        if (listing_is_full(listing))
            return false;
    }
    return true;
}

static const struct listing_list lists[] = {
    {"daemon", listing_daemon},
    {"check", list_checks},
    {"event", listing_events},
    {NULL, NULL},
};

static void answer_get(void *user, struct control_request *request, const struct json_node *rpc)
{
    const struct healthd *healthd = user;
    const char *name = node_text(rpc, "check");
    struct listing *listing = NULL;

    if (rpc_asks_for(rpc, "check") && name && !checks_find(healthd->checks, name))
        control_refuse(request, "no check %s is configured; see 'vipgate show checks'", name);
    else if (!(listing = calloc(1, sizeof *listing)))
        control_refuse(request, "out of memory");
    else
        listing_start(listing, user, request, rpc, lists);
}

/* ---- check-run ---- */

/* A client that waits for a probe to end. */
struct wait {
    struct check_run run; /* first: the callback gets its address */
    struct control_request *request;
};

static void on_run_finished(struct check_run *run, const struct check *check)
{
    struct wait *wait = (struct wait *)run;
    struct json state;

    if (check) {
        state = control_state();
        show_check(&state, check);
        control_reply(wait->request, &state);
    } else {
        control_refuse(wait->request, "a reload removed this check while its probe was running");
    }
    free(wait);
}

static void on_client_gone(struct control_request *request, void *user)
{
    struct wait *wait = user;

    (void)request;
    check_run_cancel(&wait->run);
    free(wait);
}

static void answer_check_run(void *user, struct control_request *request, const struct json_node *rpc)
{
    struct healthd *healthd = user;
    const char *name = node_text(rpc, "name");
    struct check *check = checks_find(healthd->checks, name);
    struct wait *wait = check ? calloc(1, sizeof *wait) : NULL;

    if (!wait) {
        control_refuse(request, check ? "out of memory" : "no check %s is configured; see 'vipgate show checks'", name);
        return;
    }
    wait->run.finished = on_run_finished;
    wait->request = request;
    control_on_gone(request, on_client_gone, wait);
    check_run_now(check, &wait->run);
}

const struct daemon_command healthd_commands[] = {
    {"get", answer_get},
    {"check-run", answer_check_run},
    {NULL, NULL},
};
