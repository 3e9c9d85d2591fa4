#include "healthd/show.h"

#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

/* ---- a check ---- */

static bool was_appended(const struct probe_result *result, uint8_t index)
{
    for (uint8_t i = 0; i < index; i++) {
        if (strcmp(result->phases[i].name, result->phases[index].name) == 0)
            return true;
    }
    return false;
}

/* A phase that the probe went through more than once is one entry. */
static void append_phases(struct lyd_node *last, const struct probe_result *result)
{
    for (uint8_t i = 0; i < result->phase_count; i++) {
        uint64_t duration_us = 0;
        if (was_appended(result, i))
            continue;
        for (uint8_t j = i; j < result->phase_count; j++) {
            if (strcmp(result->phases[j].name, result->phases[i].name) == 0)
                duration_us += result->phases[j].duration_us;
        }
        struct lyd_node *phase = model_list(last, "phase", result->phases[i].name, NULL);
        model_leaf_number(phase, "duration-us", duration_us);
    }
}

static void append_last(struct lyd_node *node, const struct check *check)
{
    const struct probe_result *result = &check->last;

    if (!check->runs)
        return;
    struct lyd_node *last = model_container(node, "last");
    model_leaf_time(last, "time", check->last_time_us);
    model_leaf(last, "outcome", outcome_name(result->outcome));
    model_leaf(last, "reason", reason_name(result->reason));
    model_leaf(last, "detail", result->detail);
    model_leaf_number(last, "latency-us", result->latency_us);
    append_phases(last, result);
}

static void append_damping(struct lyd_node *node, const struct check *check)
{
    const struct damping_config *config = &check->config->judge.damping;
    uint64_t now_ms = uv_now(check->room->probe.loop);

    if (!config->enabled)
        return;
    model_leaf_number(node, "damping-penalty", (uint64_t)damping_penalty(&check->judge.damping, config, now_ms));
    if (damping_suppressed(&check->judge.damping, config, now_ms))
        model_leaf_number(node, "damping-reuse",
                          (damping_reuse_ms(&check->judge.damping, config, now_ms) - now_ms + 999) / 1000);
}

void show_append_check(struct lyd_node *state, const struct check *check)
{
    struct lyd_node *node = model_list(state, "check", check->config->name, NULL);
    char target[PROBE_TARGET_SIZE];

    check->config->kind->target(check->config->settings, target, sizeof target);
    model_leaf(node, "kind", check->config->kind->name);
    model_leaf(node, "verdict", verdict_name(check->judge.verdict));
    model_leaf_number(node, "healthy-percent", check->judge.healthy_percent);
    model_leaf_time(node, "since", check->since_us);
    model_leaf_number(node, "successes", check->judge.successes);
    model_leaf_number(node, "failures", check->judge.failures);
    model_leaf_number(node, "runs", check->runs);
    model_leaf(node, "target", target);
    append_last(node, check);
    append_damping(node, check);
}

/* ---- get ---- */

/* An answer under way. Ten thousand checks take a while to state, and the probes must not wait for that: the answer is
 * made in pieces, each when the last has left, and the loop runs in between. A reload may come in between too, so what
 * is kept is an index, not a check. */
struct listing {
    struct healthd *healthd;
    struct control_request *request;
    const struct lyd_node *rpc; /* the request's own */
    size_t next;                /* the check that the next piece begins with */
    bool begun, events_begun;
    uint64_t event; /* the number of the last that was sent */
};

struct lyd_node *show_new(const struct healthd *healthd)
{
    struct lyd_node *state = model_top(healthd->daemon.context, "state");

    model_leaf(state, "site", daemon_shared(&healthd->daemon)->site);
    return state;
}

/* The next piece of all checks, or the one that was asked for. False: more are to come. */
static bool append_checks(struct listing *listing, struct lyd_node *state)
{
    const struct checks *checks = listing->healthd->checks;
    const char *name = model_text(listing->rpc, "check");
    const struct check *one = name ? checks_find(checks, name) : NULL;

    if (one)
        show_append_check(state, one);
    if (name)
        return true;
    while (listing->next < checks_count(checks)) {
        show_append_check(state, checks_at(checks, listing->next++));
        if (control_piece_is_full(listing->request))
            return listing->next >= checks_count(checks);
    }
    return true;
}

static bool append_events(struct listing *listing, struct lyd_node *state)
{
    const struct event_feed *feed = listing->healthd->daemon.feed;

    if (!listing->events_begun)
        listing->event = event_feed_begin(feed, (uint32_t)model_number(listing->rpc, "last", UINT32_MAX));
    listing->events_begun = true;
    return event_feed_append(feed, state, &listing->event, listing->request);
}

/* Appends what one piece holds. False: more is to come. */
static bool fill(struct listing *listing, struct lyd_node *state)
{
    const struct lyd_node *rpc = listing->rpc;

    if (!listing->begun && control_asks_for(rpc, "daemon"))
        daemon_describe(&listing->healthd->daemon, state);
    listing->begun = true;
    if (!listing->events_begun && control_asks_for(rpc, "check") && !append_checks(listing, state))
        return false;
    return !control_asks_for(rpc, "event") || append_events(listing, state);
}

static void on_gone(struct control_request *request, void *user)
{
    (void)request;
    free(user);
}

static void finish(struct listing *listing, struct lyd_node *state)
{
    const struct lyd_node *rpc = listing->rpc;

    control_on_gone(listing->request, NULL, NULL);
    if (control_asks_for(rpc, "event") && model_boolean(rpc, "follow", false))
        event_feed_follow(listing->healthd->daemon.feed, listing->request, state, listing->event);
    else
        control_reply(listing->request, state);
    free(listing);
}

static void send_piece(struct control_request *request, void *user)
{
    struct listing *listing = user;
    struct lyd_node *state = show_new(listing->healthd);

    if (fill(listing, state)) {
        finish(listing, state);
    } else if (control_reply_more(request, state)) {
        control_on_ready(request, send_piece, listing);
    } else {
        control_refuse(request, "the client does not read");
        free(listing);
    }
}

void show_get(void *user, struct control_request *request, const struct lyd_node *rpc)
{
    struct healthd *healthd = user;
    const char *name = model_text(rpc, "check");

    if (control_asks_for(rpc, "check") && name && !checks_find(healthd->checks, name)) {
        control_refuse(request, "there is no check %s; 'vipgate show checks' lists them", name);
        return;
    }
    struct listing *listing = calloc(1, sizeof *listing);
    if (!listing) {
        control_refuse(request, "out of memory");
        return;
    }
    *listing = (struct listing){.healthd = healthd, .request = request, .rpc = rpc};
    control_on_gone(request, on_gone, listing);
    send_piece(request, listing);
}
