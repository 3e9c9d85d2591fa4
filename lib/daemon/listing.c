#include "lib/daemon/listing.h"

#include <stdlib.h>
#include <string.h>

bool listing_is_full(const struct listing *listing)
{
    return control_piece_is_full(listing->request);
}

bool listing_daemon(struct listing *listing, struct json *state)
{
    daemon_describe(listing->daemon, state);
    return true;
}

bool listing_events(struct listing *listing, struct json *state)
{
    const struct event_feed *feed = listing->daemon->feed;

    if (!listing->begun)
        listing->at = event_feed_begin(feed, (uint32_t)node_number(listing->rpc, "last", UINT32_MAX));
    return event_feed_append(feed, state, &listing->at, listing->request);
}

/* Fills a piece. False: more is to come. */
static bool fill(struct listing *listing, struct json *state)
{
    for (; listing->lists->what; listing->lists++) {
        if (!rpc_asks_for(listing->rpc, listing->lists->what))
            continue;
        bool over = listing->lists->append(listing, state);
        listing->begun = true;
        if (!over)
            return false;
        if (strcmp(listing->lists->what, "event") == 0)
            continue; /* whoever follows goes on from there */
        listing->begun = false;
        listing->at = 0;
    }
    return true;
}

static void on_gone(struct control_request *request, void *user)
{
    (void)request;
    free(user);
}

static void finish(struct listing *listing, struct json *state)
{
    control_on_gone(listing->request, NULL, NULL);
    if (rpc_asks_for(listing->rpc, "event") && node_boolean(listing->rpc, "follow"))
        event_feed_follow(listing->daemon->feed, listing->request, state, listing->at);
    else
        control_reply(listing->request, state);
    free(listing);
}

static void send_piece(struct control_request *request, void *user)
{
    struct listing *listing = user;
    struct json state = control_state();

    json_text(&state, "site", daemon_shared(listing->daemon)->site);
    if (fill(listing, &state)) {
        finish(listing, &state);
    } else if (control_reply_more(request, &state)) {
        control_on_ready(request, send_piece, listing);
    } else {
        control_refuse(request, "the client does not read");
        free(listing);
    }
}

void listing_start(struct listing *listing, struct daemon *daemon, struct control_request *request,
                   const struct json_node *rpc, const struct listing_list *lists)
{
    listing->daemon = daemon;
    listing->request = request;
    listing->rpc = rpc;
    listing->lists = lists;
    control_on_gone(request, on_gone, listing);
    send_piece(request, listing);
}
