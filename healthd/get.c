/*
 * Ten thousand checks take a fifth of a second to state, and the probes must not wait for that: the answer is made in
 * pieces, each when the last has left, and the loop runs in between. A reload may come in between too, so what is kept
 * is an index, not a check.
 */
#include "healthd/get.h"

#include "healthd/state.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct listing {
    struct daemon *daemon;
    struct control_request *request;
    const struct lyd_node *rpc; /* the request's own */
    size_t next;                /* the check that the next piece begins with */
    bool begun, events_begun;
    uint64_t event; /* the number of the last that was sent */
};

struct lyd_node *get_new_state(const struct daemon *daemon)
{
    struct lyd_node *state = model_top(daemon->context, "state");

    model_leaf(state, "site", checks_config(daemon->checks)->site);
    return state;
}

static void append_daemon(const struct daemon *daemon, struct lyd_node *state)
{
    struct lyd_node *node = model_list(state, "daemon", "healthd", NULL);

    model_leaf(node, "version", VIPGATE_VERSION);
    model_leaf_number(node, "pid", (uint64_t)getpid());
    model_leaf_time(node, "since", daemon->since_us);
    reload_describe(daemon->reload, node);
}

/* The next piece of all checks, or the one that was asked for. False: more are to come. */
static bool append_checks(struct listing *listing, struct lyd_node *state)
{
    const struct checks *checks = listing->daemon->checks;
    const char *name = model_text(listing->rpc, "check");
    const struct check *one = name ? checks_find(checks, name) : NULL;

    if (one)
        state_append_check(state, one);
    if (name)
        return true;
    while (listing->next < checks_count(checks)) {
        state_append_check(state, checks_at(checks, listing->next++));
        if (control_piece_is_full(listing->request))
            return listing->next >= checks_count(checks);
    }
    return true;
}

static bool append_events(struct listing *listing, struct lyd_node *state)
{
    const struct event_feed *feed = listing->daemon->feed;

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
        append_daemon(listing->daemon, state);
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
        event_feed_follow(listing->daemon->feed, listing->request, state, listing->event);
    else
        control_reply(listing->request, state);
    free(listing);
}

static void send_piece(struct control_request *request, void *user)
{
    struct listing *listing = user;
    struct lyd_node *state = get_new_state(listing->daemon);

    if (fill(listing, state)) {
        finish(listing, state);
    } else if (control_reply_more(request, state)) {
        control_on_ready(request, send_piece, listing);
    } else {
        control_refuse(request, "the client does not read");
        free(listing);
    }
}

void get_answer(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc)
{
    const char *name = model_text(rpc, "check");

    if (control_asks_for(rpc, "check") && name && !checks_find(daemon->checks, name)) {
        control_refuse(request, "there is no check %s; 'vipgate show checks' lists them", name);
        return;
    }
    struct listing *listing = calloc(1, sizeof *listing);
    if (!listing) {
        control_refuse(request, "out of memory");
        return;
    }
    *listing = (struct listing){.daemon = daemon, .request = request, .rpc = rpc};
    control_on_gone(request, on_gone, listing);
    send_piece(request, listing);
}
