#include "bgpd/show/show.h"

#include "bgpd/show/rows.h"
#include "lib/daemon/listing.h"

#include <stdlib.h>
#include <string.h>

/* The answer to get, with what narrows it and where it is. */
struct show {
    struct listing listing;       /* first: the lists get its address; `at` counts neighbors and VIPs, and is the cursor
                                   * of received routes */
    struct address only_neighbor; /* FAMILY_NONE: all */
    struct prefix only_prefix;    /* FAMILY_NONE: all */
    struct prefix only_longest;   /* the longest that holds this address; FAMILY_NONE: all */
    struct address neighbor;      /* whose routes are listed; FAMILY_NONE before the first */
    struct prefix after;          /* advertised-route: FAMILY_NONE at the beginning */
};

static struct bgpd *bgpd_of(const struct show *show)
{
    return (struct bgpd *)show->listing.daemon;
}

struct peer *show_find_neighbor(const struct bgpd *bgpd, struct control_request *request, const char *text)
{
    struct address address;
    struct peer *peer = address_parse(&address, text) ? speaker_find(bgpd->speaker, &address) : NULL;

    if (!peer)
        control_refuse(request, "no neighbor %s is configured; see 'vipgate show neighbors'", text);
    return peer;
}

/* ---- neighbors and VIPs ---- */

static bool is_wanted(const struct show *show, const struct peer *peer)
{
    return show->only_neighbor.family == FAMILY_NONE ||
           address_equal(&show->only_neighbor, &peer_config(peer)->address);
}

static bool list_neighbors(struct listing *listing, struct json *state)
{
    const struct show *show = (const struct show *)listing;
    const struct speaker *speaker = bgpd_of(show)->speaker;
    uint64_t position = 0;

    for (struct peer *peer = speaker_next(speaker, NULL); peer; peer = speaker_next(speaker, peer)) {
        if (position++ < listing->at || !is_wanted(show, peer))
            continue;
        show_neighbor(state, peer);
        listing->at = position;
        if (listing_is_full(listing))
            return false;
    }
    return true;
}

static bool list_vips(struct listing *listing, struct json *state)
{
    const struct show *show = (const struct show *)listing;
    const struct bgpd *bgpd = bgpd_of(show);
    const struct vip *vip;

    if (rpc_asks_for(listing->rpc, "why")) /* there the row stands with its causes */
        return true;
    if (show->only_prefix.family != FAMILY_NONE) {
        if ((vip = vips_find(bgpd->vips, &show->only_prefix)))
            show_vip(state, bgpd, vip);
        return true;
    }
    while ((vip = vips_at(bgpd->vips, listing->at))) {
        show_vip(state, bgpd, vip);
        listing->at++;
        if (listing_is_full(listing))
            return false;
    }
    return true;
}

static bool list_why(struct listing *listing, struct json *state)
{
    const struct show *show = (const struct show *)listing;
    const struct vip *vip = vips_find(bgpd_of(show)->vips, &show->only_prefix);

    if (vip)
        show_why(state, bgpd_of(show), vip);
    return true;
}

/* ---- routes: those of each neighbor, one after the other ---- */

/* Goes over to the next neighbor whose routes are asked for; NULL: there is none. */
static struct peer *next_neighbor(struct show *show)
{
    const struct speaker *speaker = bgpd_of(show)->speaker;
    struct peer *peer = NULL;

    if (show->listing.begun && !(peer = speaker_find(speaker, &show->neighbor)))
        return NULL; /* a reload took it away */
    do
        peer = speaker_next(speaker, peer);
    while (peer && !is_wanted(show, peer));
    if (peer)
        show->neighbor = peer_config(peer)->address;
    show->listing.begun = true;
    show->listing.at = 0;
    show->after = (struct prefix){0};
    return peer;
}

static bool advertised_of(struct show *show, const struct peer *peer, struct json *state)
{
    const struct rib_out *rib = peer_rib_out(peer);
    const struct rib_out_route *route;

    if (show->only_prefix.family != FAMILY_NONE) {
        if ((route = rib_out_find(rib, &show->only_prefix)))
            show_advertised(state, bgpd_of(show), peer, route);
        return true;
    }
    while ((route = rib_out_after(rib, &show->after))) {
        show_advertised(state, bgpd_of(show), peer, route);
        show->after = route->prefix;
        if (listing_is_full(&show->listing))
            return false;
    }
    return true;
}

static bool received_of(struct show *show, const struct peer *peer, struct json *state)
{
    const struct rib_in *rib = peer_rib_in(peer);
    struct rib_in_route route;

    if (show->only_prefix.family != FAMILY_NONE || show->only_longest.family != FAMILY_NONE) {
        if (show->only_prefix.family != FAMILY_NONE ? rib_in_find(rib, &show->only_prefix, &route)
                                                    : rib_in_longest(rib, &show->only_longest, &route))
            show_received(state, peer, &route);
        return true;
    }
    while (rib_in_walk(rib, &show->listing.at, &route)) {
        show_received(state, peer, &route);
        if (listing_is_full(&show->listing))
            return false;
    }
    return true;
}

static bool list_routes(struct listing *listing, struct json *state,
                        bool (*append)(struct show *show, const struct peer *peer, struct json *state))
{
    struct show *show = (struct show *)listing;
    const struct peer *peer =
        listing->begun ? speaker_find(bgpd_of(show)->speaker, &show->neighbor) : next_neighbor(show);

    for (; peer && append(show, peer, state); peer = next_neighbor(show)) {
        if (!listing_is_full(listing))
            continue;
        return !next_neighbor(show);
    }
    return !peer;
}

static bool list_advertised(struct listing *listing, struct json *state)
{
    return list_routes(listing, state, advertised_of);
}

static bool list_received(struct listing *listing, struct json *state)
{
    return list_routes(listing, state, received_of);
}

/* ---- get ---- */

static const struct listing_list lists[] = {
    {"daemon", listing_daemon},
    {"neighbor", list_neighbors},
    {"vip", list_vips},
    {"why", list_why},
    {"advertised-route", list_advertised},
    {"received-route", list_received},
    {"event", listing_events},
    {NULL, NULL},
};

/* Whether the VIP that is asked for is there. False: it was refused. */
static bool check_vip(const struct show *show, struct control_request *request, const struct json_node *rpc)
{
    const char *prefix = node_text(rpc, "prefix");
    bool why = rpc_asks_for(rpc, "why");

    if (!why && !rpc_asks_for(rpc, "vip"))
        return true;
    if (prefix ? vips_find(bgpd_of(show)->vips, &show->only_prefix) != NULL : !why)
        return true;
    control_refuse(request, prefix ? "no VIP %s is configured; see 'vipgate show vips'" : "why needs a prefix", prefix);
    return false;
}

/* Reads what narrows the answer. False: it was refused. */
static bool read_filters(struct show *show, struct control_request *request, const struct json_node *rpc)
{
    const char *neighbor = node_text(rpc, "neighbor"), *prefix = node_text(rpc, "prefix");
    const char *address = node_text(rpc, "address");

    if (neighbor) {
        const struct peer *peer = show_find_neighbor(bgpd_of(show), request, neighbor);
        if (!peer)
            return false;
        show->only_neighbor = peer_config(peer)->address;
    }
    if (prefix && !prefix_parse(&show->only_prefix, prefix)) {
        control_refuse(request, "%s is not a prefix, or has host bits set", prefix);
        return false;
    }
    if (address && !prefix_parse(&show->only_longest, address)) {
        control_refuse(request, "%s is not an IPv4 or IPv6 address", address);
        return false;
    }
    return check_vip(show, request, rpc);
}

void show_get(void *user, struct control_request *request, const struct json_node *rpc)
{
    struct show *show = calloc(1, sizeof *show);

    if (!show) {
        control_refuse(request, "out of memory");
        return;
    }
    show->listing.daemon = user;
    if (read_filters(show, request, rpc))
        listing_start(&show->listing, user, request, rpc, lists);
    else
        free(show);
}
