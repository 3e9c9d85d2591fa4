/* UPDATEs into the Adj-RIB-In: what is kept, what is only counted, and when it is too much. */
#include "bgpd/session/peer_private.h"

#include "lib/clock.h"

enum {
    MAXIMUM_PREFIX_RESTART_MS = 60 * 1000,
    REFRESH_MAX_MS = 5 * 60 * 1000, /* RFC 7313 section 4: an upper bound on waiting for the end of a refresh */
    ROUTES_A_TURN = 1024,           /* of the loop, at some hundred nanoseconds each */
    TOGETHER = 64,                  /* prefixes that the Adj-RIB-In is handed at a time */
};

static enum rib_in_state state_by_import(const struct peer *peer, const struct prefix *prefix)
{
    bool wanted = peer->config->import == IMPORT_ALL ||
                  (peer->config->import == IMPORT_VIPS && vip_filter_match(&peer->context->vips, prefix));

    return wanted ? ROUTE_KEPT : ROUTE_COUNTED;
}

static void withdraw(struct peer *peer, struct nlri nlri)
{
    struct prefix prefixes[TOGETHER];

    for (size_t count; (count = nlri_take(&nlri, prefixes, TOGETHER)) > 0;)
        rib_in_withdraw(peer->rib_in, prefixes, count);
}

/* Neighbors in an UPDATE mostly have the same state. */
static void announce(struct peer *peer, struct nlri nlri, uint32_t attributes)
{
    struct prefix prefixes[TOGETHER];

    for (size_t count; (count = nlri_take(&nlri, prefixes, TOGETHER)) > 0;) {
        for (size_t first = 0, end; first < count; first = end) {
            enum rib_in_state state = state_by_import(peer, &prefixes[first]);
            for (end = first + 1; end < count && state_by_import(peer, &prefixes[end]) == state;)
                end++;
            rib_in_set(peer->rib_in, prefixes + first, end - first, state, attributes);
        }
    }
}

/* Our own AS is in the path (RFC 4271 section 9.1.2), or the roles say that the route has leaked (RFC 9234 section 5):
 * it is of no use to us, nor is what it replaces. */
static bool is_ineligible(const struct update_view *update)
{
    return update->own_as || update->leak;
}

static void refuse(struct peer *peer, struct nlri nlri)
{
    struct prefix prefixes[TOGETHER];

    for (size_t count; (count = nlri_take(&nlri, prefixes, TOGETHER)) > 0;)
        rib_in_set(peer->rib_in, prefixes, count, ROUTE_LOOPED, 0);
}

/* Attributes that no longer fit in memory have handle 0: their routes are counted and not kept. */
static void announce_all(struct peer *peer, const struct update_view *update)
{
    uint32_t attributes = 0;

    if (peer->config->import != IMPORT_NONE)
        attributes = rib_in_attributes(peer->rib_in, update->attributes, update->attributes_size);
    for (unsigned i = 0; i < 2; i++)
        announce(peer, update->announced[i], attributes);
    rib_in_attributes_done(peer->rib_in, attributes);
}

void peer_import_check(struct peer *peer)
{
    uint32_t limit = peer->config->maximum_prefix;

    if (!peer->session || limit == 0 || rib_in_received(peer->rib_in) <= limit)
        return;
    struct bgp_error error;
    bgp_error_maximum_prefixes(&error, peer->config->address.family, limit);
    peer->idle_hold_floor_ms = MAXIMUM_PREFIX_RESTART_MS;
    connection_event(peer->session, EVENT_AUTOMATIC_STOP, &(struct event_detail){.error = &error});
}

void peer_import(struct peer *peer, const struct update_view *update)
{
    for (unsigned i = 0; i < 2; i++)
        withdraw(peer, update->withdrawn[i]);
    for (unsigned i = 0; i < 2; i++) {
        if (update->outcome == UPDATE_TREAT_AS_WITHDRAW)
            withdraw(peer, update->announced[i]);
        else if (is_ineligible(update))
            refuse(peer, update->announced[i]);
    }
    if (update->outcome != UPDATE_TREAT_AS_WITHDRAW && !is_ineligible(update) && update->attributes)
        announce_all(peer, update);
}

void peer_import_refresh(struct peer *peer, const struct refresh_message *refresh)
{
    if (!peer->session->negotiated.common.enhanced_refresh)
        return;
    /* RFC 7313 section 4: not before End-of-RIB, which uses the same marks. */
    if (peer->end_of_rib_awaited & family_bit(refresh->family))
        return;
    if (refresh->subtype == REFRESH_BEGIN) {
        rib_in_mark_stale(peer->rib_in, refresh->family);
        timers_start(&peer->shared.timers, TIMER_REFRESH, REFRESH_MAX_MS);
    } else if (refresh->subtype == REFRESH_END) {
        peer_import_sweep(peer, family_bit(refresh->family));
    }
}

/* What is gone is gone, though its memory comes back in pieces. */
static void clean_later(struct peer *peer)
{
    timers_start(&peer->shared.timers, TIMER_IMPORT, 1);
}

void peer_import_sweep(struct peer *peer, uint8_t families)
{
    for (uint8_t family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        if (families & family_bit(family))
            rib_in_sweep_stale(peer->rib_in, family);
    }
    clean_later(peer);
}

void peer_import_reset(struct peer *peer)
{
    rib_in_clear(peer->rib_in);
    peer->holds_stale = false;
    timers_stop(&peer->shared.timers, TIMER_STALE);
    timers_stop(&peer->shared.timers, TIMER_REFRESH);
    clean_later(peer);
}

/* Whether there is no more to look at. */
static bool narrow(struct peer *peer)
{
    struct rib_in_route route;

    for (unsigned i = 0; i < ROUTES_A_TURN; i++) {
        if (!rib_in_walk(peer->rib_in, &peer->import_cursor, &route))
            return true;
        if (state_by_import(peer, &route.prefix) != ROUTE_KEPT)
            rib_in_narrow(peer->rib_in, &route.prefix);
    }
    return false;
}

void peer_import_tidy(struct peer *peer)
{
    bool clean = rib_in_clean(peer->rib_in, ROUTES_A_TURN);

    if (!narrow(peer) || !clean)
        timers_start(&peer->shared.timers, TIMER_IMPORT, 1);
}

/* What is kept can be dropped here; what was only counted needs a route refresh (RFC 2918), if there is one. */
void peer_import_changed(struct peer *peer)
{
    size_t counted = peer->config->import == IMPORT_NONE ? 0 : rib_in_counted(peer->rib_in);

    peer->import_cursor = 0;
    peer_import_tidy(peer);
    if (peer->session && counted > 0 && !peer_refresh(peer))
        log_warning(peer->subject,
                    "import: %zu routes were not kept and cannot be requested, as the neighbor does not support "
                    "route refresh; to receive them: vipgate neighbor %s reset",
                    counted, peer->name);
}
