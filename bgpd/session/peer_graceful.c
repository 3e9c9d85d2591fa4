/*
 * Graceful restart (RFC 4724, RFC 8538). As helper: the routes of a neighbor whose connection is lost are retained as
 * stale until its restart time has passed, or until it is back and its End-of-RIB says that it has sent everything. As
 * the restarting speaker: our OPEN says for which families forwarding has continued without us, and End-of-RIB waits
 * for the first verdicts.
 */
#include "bgpd/session/peer_private.h"

enum { END_OF_RIB_MAX_MS = 6 * 60 * 1000 };

/* Whether the neighbor may have kept forwarding, by the way the session ended. */
static bool is_graceful(const struct graceful_restart *graceful, enum fsm_event event, const struct bgp_error *error)
{
    switch (event) {
    case EVENT_TCP_CONNECTION_FAILS:
        return true;
    case EVENT_HOLD_TIMER_EXPIRES:
        return graceful->notification;
    case EVENT_NOTIF_MSG:
        return graceful->notification && !(error->code == ERROR_CEASE && error->subcode == CEASE_HARD_RESET);
    default:
        return false;
    }
}

void peer_graceful_down(struct connection *connection, enum fsm_event event, const struct bgp_error *error)
{
    struct peer *peer = peer_of(connection);
    const struct graceful_restart *graceful = &connection->negotiated.common.graceful_restart;

    if (!graceful->offered || graceful->restart_time == 0 || !is_graceful(graceful, event, error)) {
        peer_import_reset(peer);
        return;
    }
    /* A restart during a restart: what was stale already goes (RFC 4724 section 4.2). */
    peer_import_sweep(peer, peer->end_of_rib_awaited);
    if (!rib_in_mark_stale(peer->rib_in, FAMILY_IPV4) || !rib_in_mark_stale(peer->rib_in, FAMILY_IPV6)) {
        peer_import_reset(peer);
        return;
    }
    peer_import_sweep(peer, (uint8_t)~graceful->families);
    peer->holds_stale = true;
    timers_stop(&peer->shared.timers, TIMER_REFRESH);
    timers_start(&peer->shared.timers, TIMER_STALE, graceful->restart_time * UINT64_C(1000));
    log_info(peer->subject, "graceful restart: retaining stale routes for up to %u s", graceful->restart_time);
}

void peer_graceful_up(struct connection *connection)
{
    struct peer *peer = peer_of(connection);
    const struct graceful_restart *graceful = &connection->negotiated.common.graceful_restart;

    peer->end_of_rib_awaited = graceful->offered ? connection->negotiated.families : 0;
    if (!peer->holds_stale)
        return;
    /* What it does not claim to have preserved, it has lost (RFC 4724 section 4.2). */
    uint8_t kept = graceful->offered ? graceful->families & graceful->forwarding : 0;
    peer_import_sweep(peer, (uint8_t)~kept);
    peer->holds_stale = false;
    timers_start(&peer->shared.timers, TIMER_STALE, END_OF_RIB_MAX_MS);
}

void peer_graceful_expired(struct peer *peer)
{
    if (peer->holds_stale)
        log_info(peer->subject, "graceful restart: restart timer expired; stale routes removed");
    peer->holds_stale = false;
    peer->end_of_rib_awaited = 0;
    peer_import_sweep(peer, FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6);
}

void peer_graceful_end_of_rib(struct peer *peer, uint8_t family)
{
    peer->end_of_rib_awaited &= (uint8_t)~family_bit(family);
    peer_import_sweep(peer, family_bit(family));
}

bool peer_is_graceful(const struct peer *peer)
{
    const struct connection *session = peer->session;

    return session && session->negotiated.common.graceful_restart.offered &&
           session->negotiated.common.graceful_restart.families;
}

struct graceful_restart peer_graceful_offer(const struct peer *peer)
{
    const struct peer_context *context = peer->context;
    const struct neighbor_config *config = peer->config;

    if (!config->graceful_restart)
        return (struct graceful_restart){.offered = false};
    bool restarting =
        context->preserved && uv_now(context->loop) - context->started_ms < config->restart_time_s * UINT64_C(1000);
    return (struct graceful_restart){.offered = true,
                                     .restart_state = restarting,
                                     .notification = true,
                                     .restart_time = config->restart_time_s,
                                     .families = config->families,
                                     .forwarding = restarting ? context->preserved & config->families : 0};
}

void peer_graceful_harden(const struct connection *connection, struct bgp_error *error)
{
    const struct graceful_restart *graceful = &connection->negotiated.common.graceful_restart;
    bool final = error->subcode == CEASE_MAXIMUM_PREFIXES || error->subcode == CEASE_ADMINISTRATIVE_SHUTDOWN ||
                 error->subcode == CEASE_PEER_DECONFIGURED;

    if (peer_of(connection)->session == connection && graceful->offered && graceful->notification &&
        error->code == ERROR_CEASE && final)
        bgp_error_hard_reset(error);
}
