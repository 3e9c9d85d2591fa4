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

enum { PIECE_SIZE = 100 };

struct listing {
    struct daemon *daemon;
    struct control_request *request;
    const struct lyd_node *rpc; /* the request's own */
    size_t next;                /* the check that the next piece begins with */
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
    for (size_t room = PIECE_SIZE; room > 0 && listing->next < checks_count(checks); room--)
        state_append_check(state, checks_at(checks, listing->next++));
    return listing->next >= checks_count(checks);
}

static void on_gone(struct control_request *request, void *user)
{
    (void)request;
    free(user);
}

static void finish(struct listing *listing, struct lyd_node *state)
{
    const struct lyd_node *rpc = listing->rpc;
    struct event_feed *feed = listing->daemon->feed;

    control_on_gone(listing->request, NULL, NULL);
    if (control_asks_for(rpc, "event"))
        event_feed_append(feed, state, (uint32_t)model_number(rpc, "last", UINT32_MAX));
    if (control_asks_for(rpc, "event") && model_boolean(rpc, "follow", false))
        event_feed_follow(feed, listing->request, state);
    else
        control_reply(listing->request, state);
    free(listing);
}

static void send_piece(struct control_request *request, void *user)
{
    struct listing *listing = user;
    struct lyd_node *state = get_new_state(listing->daemon);

    if (listing->next == 0 && control_asks_for(listing->rpc, "daemon"))
        append_daemon(listing->daemon, state);
    if (!control_asks_for(listing->rpc, "check") || append_checks(listing, state)) {
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
