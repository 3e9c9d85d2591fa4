/* UPDATEs into the Adj-RIB-In: what is kept, what is only counted, and when it is too much. */
#include "bgpd/session/peer_private.h"

#include "lib/clock.h"

enum {
    MAXIMUM_PREFIX_RESTART_MS = 60 * 1000,
    REFRESH_MAX_MS = 5 * 60 * 1000, /* RFC 7313 section 4: an upper bound on waiting for the end of a refresh */
    NARROW_AT_ONCE = 1024,          /* routes in one turn of the loop, at some hundred nanoseconds each */
};

uint32_t peer_prefixes_received(const struct peer *peer)
{
    return (uint32_t)(rib_in_count(peer->rib_in, FAMILY_NONE) + peer->unkept.count + peer->looped.count);
}

static bool is_wanted(const struct peer *peer, const struct prefix *prefix)
{
    switch (peer->config->import) {
    case IMPORT_ALL:
        return true;
    case IMPORT_VIPS:
        return vip_filter_match(&peer->context->vips, prefix);
    case IMPORT_NONE:
        break;
    }
    return false;
}

/* A route is in one of three places: kept, only counted, or counted as a loop or leak. */
static void withdraw(struct peer *peer, struct nlri nlri)
{
    struct prefix prefix;
    while (nlri_next(&nlri, &prefix)) {
        if (!rib_in_withdraw(peer->rib_in, &prefix) && !prefix_set_remove(&peer->unkept, &prefix))
            prefix_set_remove(&peer->looped, &prefix);
    }
}

static void announce(struct peer *peer, struct nlri nlri, uint32_t attributes)
{
    struct prefix prefix;
    while (nlri_next(&nlri, &prefix)) {
        prefix_set_remove(&peer->looped, &prefix);
        if (attributes && is_wanted(peer, &prefix) && rib_in_set(peer->rib_in, &prefix, attributes)) {
            prefix_set_remove(&peer->unkept, &prefix);
        } else {
            rib_in_withdraw(peer->rib_in, &prefix);
            prefix_set_add(&peer->unkept, &prefix);
        }
    }
}

/* Our own AS is in the path (RFC 4271 section 9.1.2), or the roles say that the route has leaked (RFC 9234 section 5):
 * it is no use to us, and what it replaces neither. */
static bool is_ineligible(const struct update_view *update)
{
    return update->own_as || update->leak;
}

static void refuse(struct peer *peer, struct nlri nlri)
{
    struct prefix prefix;
    while (nlri_next(&nlri, &prefix)) {
        if (!rib_in_withdraw(peer->rib_in, &prefix))
            prefix_set_remove(&peer->unkept, &prefix);
        prefix_set_add(&peer->looped, &prefix);
    }
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
    if (!peer->session || limit == 0 || peer_prefixes_received(peer) <= limit)
        return;
    struct bgp_error error;
    bgp_error_maximum_prefixes(&error, peer->config->address.family, limit);
    peer->idle_hold_floor_ms = MAXIMUM_PREFIX_RESTART_MS;
    connection_event(peer->session, EVENT_AUTOMATIC_STOP, &(struct event_detail){.error = &error});
}

static bool has_announcements(const struct update_view *update)
{
    return wire_remaining(&update->announced[0].reader) + wire_remaining(&update->announced[1].reader) > 0;
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
    if (update->outcome != UPDATE_TREAT_AS_WITHDRAW && !is_ineligible(update) && has_announcements(update))
        announce_all(peer, update);
}

void peer_import_refresh(struct peer *peer, const struct refresh_message *refresh)
{
    if (!peer->session->negotiated.common.enhanced_refresh)
        return;
    /* RFC 7313 section 4: none before End-of-RIB, which is about the same marks. */
    if (peer->end_of_rib_awaited & family_bit(refresh->family))
        return;
    if (refresh->subtype == REFRESH_BEGIN) {
        rib_in_mark_stale(peer->rib_in, refresh->family);
        timers_start(&peer->shared.timers, TIMER_REFRESH, REFRESH_MAX_MS);
    } else if (refresh->subtype == REFRESH_END) {
        rib_in_sweep_stale(peer->rib_in, refresh->family);
    }
}

void peer_import_reset(struct peer *peer)
{
    rib_in_clear(peer->rib_in);
    prefix_set_clear(&peer->unkept);
    prefix_set_clear(&peer->looped);
    peer->holds_stale = false;
    timers_stop(&peer->shared.timers, TIMER_STALE);
    timers_stop(&peer->shared.timers, TIMER_REFRESH);
    timers_stop(&peer->shared.timers, TIMER_IMPORT);
}

void peer_import_refresh_expired(struct peer *peer)
{
    for (unsigned family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        if (!(peer->end_of_rib_awaited & family_bit(family)))
            rib_in_sweep_stale(peer->rib_in, family);
    }
}

void peer_import_narrow(struct peer *peer)
{
    struct rib_in_route route;
    for (unsigned i = 0; i < NARROW_AT_ONCE; i++) {
        if (!rib_in_walk(peer->rib_in, &peer->import_cursor, &route))
            return;
        if (is_wanted(peer, &route.prefix))
            continue;
        rib_in_withdraw(peer->rib_in, &route.prefix);
        prefix_set_add(&peer->unkept, &route.prefix);
    }
    timers_start(&peer->shared.timers, TIMER_IMPORT, 1);
}

/* What is kept can be dropped here; what was only counted can be had by asking for it again (RFC 2918), or not. */
void peer_import_changed(struct peer *peer)
{
    bool missing = peer->unkept.count > 0 && peer->config->import != IMPORT_NONE;
    peer->import_cursor = 0;
    peer_import_narrow(peer);
    if (peer->session && missing && !peer_refresh(peer))
        log_warning(peer->subject,
                    "import: %zu routes that were only counted so far cannot be asked for: the neighbor has not "
                    "offered route refresh; vipgate neighbor %s reset brings them",
                    peer->unkept.count, peer->name);
}
