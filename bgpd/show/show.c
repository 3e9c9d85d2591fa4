#include "bgpd/show/show.h"

#include "lib/model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An answer under way: which list it is at, and where in it. What it walks may change between two pieces, so these are
 * keys, not pointers. */
struct listing {
    struct bgpd *bgpd;
    struct control_request *request;
    const struct lyd_node *rpc;
    struct address only_neighbor; /* FAMILY_NONE: all */
    struct prefix only_prefix;    /* FAMILY_NONE: all */
    struct prefix only_longest;   /* the longest that holds this address; FAMILY_NONE: all */
    unsigned list;
    size_t index;            /* neighbor, vip */
    struct address neighbor; /* routes: of this neighbour, FAMILY_NONE before the first */
    struct prefix after;     /* advertised-route: FAMILY_NONE at the beginning */
    uint64_t cursor;         /* received-route; event: the number of the last */
};

struct peer *state_find_neighbor(const struct bgpd *bgpd, const char *text)
{
    struct address address;

    return address_parse(&address, text) ? speaker_find(bgpd->speaker, &address) : NULL;
}

void state_refuse_neighbor(struct control_request *request, const char *text)
{
    control_refuse(request, "no neighbor %s is configured; see 'vipgate show neighbors'", text);
}

/* ---- the lists; each answers whether it is at its end, and goes on where it was when it is called again ---- */

static bool is_full(const struct listing *listing)
{
    return control_piece_is_full(listing->request);
}

static bool list_daemon(struct listing *listing, struct lyd_node *state)
{
    const struct bgpd *bgpd = listing->bgpd;
    struct lyd_node *node = daemon_describe(&bgpd->daemon, state);

    model_leaf(node, "health-link", health_link_name(verdict_table_link(health_verdicts(bgpd->health))));
    return true;
}

static bool is_wanted(const struct listing *listing, const struct peer *peer)
{
    return listing->only_neighbor.family == FAMILY_NONE ||
           address_equal(&listing->only_neighbor, &peer_config(peer)->address);
}

static bool list_neighbors(struct listing *listing, struct lyd_node *state)
{
    size_t position = 0;

    for (struct peer *peer = speaker_next(listing->bgpd->speaker, NULL); peer;
         peer = speaker_next(listing->bgpd->speaker, peer)) {
        if (position++ < listing->index || !is_wanted(listing, peer))
            continue;
        state_append_neighbor(state, peer);
        listing->index = position;
        if (is_full(listing))
            return false;
    }
    return true;
}

static bool list_vips(struct listing *listing, struct lyd_node *state)
{
    const struct bgpd *bgpd = listing->bgpd;
    const struct vip *vip;

    if (listing->only_prefix.family != FAMILY_NONE) {
        vip = vips_find(bgpd->vips, &listing->only_prefix);
        if (vip)
            state_append_vip(state, bgpd, vip);
        return true;
    }
    while ((vip = vips_at(bgpd->vips, listing->index))) {
        state_append_vip(state, bgpd, vip);
        listing->index++;
        if (is_full(listing))
            return false;
    }
    return true;
}

static bool list_why(struct listing *listing, struct lyd_node *state)
{
    const struct vip *vip = vips_find(listing->bgpd->vips, &listing->only_prefix);

    if (vip)
        state_append_why(state, listing->bgpd, vip);
    return true;
}

/* Goes over to the next neighbour whose routes are asked for. False: there is none. */
static bool next_neighbor(struct listing *listing)
{
    const struct speaker *speaker = listing->bgpd->speaker;
    struct peer *peer = NULL;

    if (listing->neighbor.family != FAMILY_NONE) {
        peer = speaker_find(speaker, &listing->neighbor);
        if (!peer) /* a reload took it away */
            return false;
    }
    do
        peer = speaker_next(speaker, peer);
    while (peer && !is_wanted(listing, peer));
    if (!peer)
        return false;
    listing->neighbor = peer_config(peer)->address;
    listing->after = (struct prefix){0};
    listing->cursor = 0;
    return true;
}

/* The neighbour whose routes are being listed; NULL: there is none left. */
static struct peer *current_neighbor(struct listing *listing)
{
    if (listing->neighbor.family == FAMILY_NONE && !next_neighbor(listing))
        return NULL;
    return speaker_find(listing->bgpd->speaker, &listing->neighbor);
}

static bool advertised_of(struct listing *listing, const struct peer *peer, struct lyd_node *state)
{
    const struct rib_out *rib = peer_rib_out(peer);
    const struct rib_out_route *route;

    if (listing->only_prefix.family != FAMILY_NONE) {
        if ((route = rib_out_find(rib, &listing->only_prefix)))
            state_append_advertised(state, listing->bgpd, peer, route);
        return true;
    }
    while ((route = rib_out_after(rib, &listing->after))) {
        state_append_advertised(state, listing->bgpd, peer, route);
        listing->after = route->prefix;
        if (is_full(listing))
            return false;
    }
    return true;
}

static bool received_of(struct listing *listing, const struct peer *peer, struct lyd_node *state)
{
    const struct rib_in *rib = peer_rib_in(peer);
    struct rib_in_route route;

    if (listing->only_prefix.family != FAMILY_NONE || listing->only_longest.family != FAMILY_NONE) {
        if (listing->only_prefix.family != FAMILY_NONE ? rib_in_find(rib, &listing->only_prefix, &route)
                                                       : rib_in_longest(rib, &listing->only_longest, &route))
            state_append_received(state, peer, &route);
        return true;
    }
    while (rib_in_walk(rib, &listing->cursor, &route)) {
        state_append_received(state, peer, &route);
        if (is_full(listing))
            return false;
    }
    return true;
}

typedef bool list_of_peer(struct listing *listing, const struct peer *peer, struct lyd_node *state);

/* A list of each neighbour, one after the other. */
static bool list_each(struct listing *listing, struct lyd_node *state, list_of_peer *append)
{
    const struct peer *peer;

    while ((peer = current_neighbor(listing))) {
        if (!append(listing, peer, state))
            return false;
        if (!next_neighbor(listing))
            break;
        if (is_full(listing))
            return false;
    }
    return true;
}

static bool list_advertised(struct listing *listing, struct lyd_node *state)
{
    return list_each(listing, state, advertised_of);
}

static bool list_received(struct listing *listing, struct lyd_node *state)
{
    return list_each(listing, state, received_of);
}

static bool list_events(struct listing *listing, struct lyd_node *state)
{
    const struct event_feed *feed = listing->bgpd->daemon.feed;

    if (listing->index++ == 0)
        listing->cursor = event_feed_begin(feed, (uint32_t)model_number(listing->rpc, "last", UINT32_MAX));
    return event_feed_append(feed, state, &listing->cursor, listing->request);
}

static const struct {
    const char *what;
    bool (*append)(struct listing *listing, struct lyd_node *state);
} lists[] = {
    {"daemon", list_daemon}, {"neighbor", list_neighbors},          {"vip", list_vips},
    {"why", list_why},       {"advertised-route", list_advertised}, {"received-route", list_received},
    {"event", list_events},
};

enum { LISTS = sizeof lists / sizeof *lists };

/* ---- piece by piece ---- */

/* With why, a VIP's entry has its causes and stands once. */
static bool is_asked(const struct listing *listing, const char *what)
{
    return control_asks_for(listing->rpc, what) && !(strcmp(what, "vip") == 0 && control_asks_for(listing->rpc, "why"));
}

static void fill(struct listing *listing, struct lyd_node *state)
{
    for (; listing->list < LISTS; listing->list++) {
        if (is_asked(listing, lists[listing->list].what) && !lists[listing->list].append(listing, state))
            return;
        listing->index = 0;
        listing->neighbor = (struct address){0};
    }
}

static void send_piece(struct control_request *request, void *user);

static void on_gone(struct control_request *request, void *user)
{
    (void)request;
    free(user);
}

static void finish(struct listing *listing, struct lyd_node *state)
{
    struct control_request *request = listing->request;

    control_on_gone(request, NULL, NULL);
    if (control_asks_for(listing->rpc, "event") && model_boolean(listing->rpc, "follow", false))
        event_feed_follow(listing->bgpd->daemon.feed, request, state, listing->cursor);
    else
        control_reply(request, state);
    free(listing);
}

static void send_piece(struct control_request *request, void *user)
{
    struct listing *listing = user;
    struct lyd_node *state = model_top(listing->bgpd->daemon.context, "state");

    model_leaf(state, "site", daemon_shared(&listing->bgpd->daemon)->site);
    fill(listing, state);
    if (listing->list == LISTS)
        finish(listing, state);
    else if (control_reply_more(request, state))
        control_on_ready(request, send_piece, listing);
    else {
        control_refuse(request, "the client does not read");
        free(listing);
    }
}

/* ---- get ---- */

/* Reads what narrows the answer. False: it was refused. */
static bool read_filters(struct listing *listing)
{
    const struct lyd_node *rpc = listing->rpc;
    const char *neighbor = model_text(rpc, "neighbor"), *prefix = model_text(rpc, "prefix");
    const char *address = model_text(rpc, "address");

    if (neighbor) {
        const struct peer *peer = state_find_neighbor(listing->bgpd, neighbor);
        if (!peer) {
            state_refuse_neighbor(listing->request, neighbor);
            return false;
        }
        listing->only_neighbor = peer_config(peer)->address;
    }
    if (prefix && !prefix_parse(&listing->only_prefix, prefix)) {
        control_refuse(listing->request, "%s is no prefix: bits past its length are set", prefix);
        return false;
    }
    if (address && !prefix_parse(&listing->only_longest, address)) {
        control_refuse(listing->request, "%s is no address that routes lead to", address);
        return false;
    }
    if (!control_asks_for(rpc, "why") && !control_asks_for(rpc, "vip"))
        return true;
    if (prefix ? vips_find(listing->bgpd->vips, &listing->only_prefix) != NULL : !control_asks_for(rpc, "why"))
        return true;
    control_refuse(listing->request,
                   prefix ? "no vip %s is configured; see 'vipgate show vips'" : "why asks for a prefix", prefix);
    return false;
}

void state_get(void *user, struct control_request *request, const struct lyd_node *rpc)
{
    struct listing *listing = calloc(1, sizeof *listing);

    if (!listing) {
        control_refuse(request, "out of memory");
        return;
    }
    listing->bgpd = user;
    listing->request = request;
    listing->rpc = rpc;
    if (!read_filters(listing)) {
        free(listing);
        return;
    }
    control_on_gone(request, on_gone, listing);
    send_piece(request, listing);
}
