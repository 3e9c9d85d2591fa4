/* The life of a peer: its beginning and end, what the operator asks, the connections that the neighbor makes. */
#include "bgpd/session/collision.h"
#include "bgpd/session/peer_private.h"

#include "lib/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void free_peer(void *user)
{
    struct peer *peer = user;

    rib_in_free(peer->rib_in);
    rib_out_free(peer->rib_out);
    free(peer);
}

struct peer *peer_new(struct peer_context *context, const struct neighbor_config *config)
{
    struct peer *peer = calloc(1, sizeof *peer);

    if (!peer)
        return NULL;
    peer->rib_in = rib_in_new();
    peer->rib_out = rib_out_new();
    if (!peer->rib_in || !peer->rib_out) {
        free_peer(peer);
        return NULL;
    }
    peer->context = context;
    peer->config = config;
    peer->address = config->address;
    address_format(&peer->address, peer->name);
    snprintf(peer->subject, sizeof peer->subject, "neighbor %s", peer->name);
    peer->shared.handler = &peer_connection_handler;
    peer->shared.peer = peer;
    peer->shared.loop = context->loop;
    peer->shared.subject = peer->subject;
    for (unsigned i = 0; i < CONNECTIONS; i++)
        peer->connections[i] = (struct connection){.context = &peer->shared, .number = i, .ours = i == OURS};
    peer->malformed_limit = peer->error_limit = (struct log_limit){.burst = 5, .interval_ms = 10 * 1000};
    peer->admin_down = true; /* until it is started */
    peer->import_cursor = RIB_IN_WALK_END;
    timers_init(&peer->shared.timers, context->loop, peer_timer_expired, peer);
    return peer;
}

static void begin(struct peer *peer)
{
    peer->admin_down = false;
    timers_stop(&peer->shared.timers, TIMER_IDLE_HOLD);
    peer->refuse_until_ms = 0;
    connection_event(&peer->connections[OURS],
                     peer->config->passive ? EVENT_MANUAL_START_WITH_PASSIVE_TCP_ESTABLISHMENT : EVENT_MANUAL_START,
                     NULL);
}

void peer_start(struct peer *peer)
{
    peer->admin_down = peer->config->shutdown;
    if (!peer->admin_down)
        begin(peer);
}

void peer_stop(struct peer *peer, uint8_t cease, const char *text)
{
    struct bgp_error error;
    struct event_detail detail = {.error = &error};

    if (peer->admin_down)
        return;
    bgp_error_cease(&error, cease, text);
    peer->admin_down = true;
    for (unsigned i = CONNECTIONS; i-- > 0;)
        connection_event(&peer->connections[i], EVENT_MANUAL_STOP, &detail);
    timers_stop(&peer->shared.timers, TIMER_IDLE_HOLD);
}

void peer_remove(struct peer *peer, uint8_t cease)
{
    peer_stop(peer, cease, NULL);
    transport_lingering_move(&peer->shared.lingering, &peer->context->lingering);
    timers_close(&peer->shared.timers, free_peer);
}

/* A new session, with what CEASE and TEXT tell the neighbor about the old one. */
static void restart(struct peer *peer, uint8_t cease, const char *text)
{
    peer_stop(peer, cease, text);
    peer_start(peer);
}

void peer_reconfigure(struct peer *peer, const struct neighbor_config *config, bool reset)
{
    const struct neighbor_config *old = peer->config;
    bool was_down = peer->admin_down, import_changed = old->import != config->import;
    bool shutdown_changed = old->shutdown != config->shutdown;

    peer->config = config;
    if (shutdown_changed && config->shutdown)
        peer_stop(peer, CEASE_ADMINISTRATIVE_SHUTDOWN, config->shutdown_text);
    else if (shutdown_changed || (reset && !was_down))
        restart(peer, CEASE_CONFIGURATION_CHANGE, NULL);
    else if (import_changed)
        peer_import_changed(peer);
    peer_import_check(peer);
}

/* ---- their connections ---- */

/* Why a connection of the neighbor is refused now; NULL: it is accepted. */
static const char *refusal(struct peer *peer)
{
    const struct connection *theirs = peer_theirs(peer);

    if (peer->admin_down)
        return "administratively down";
    if (peer->session && !peer_is_graceful(peer))
        return "a session is established";
    if (uv_now(peer->context->loop) < peer->refuse_until_ms)
        return "too many connections have failed";
    if (theirs->state == SESSION_OPEN_CONFIRM && connection_age_ms(theirs) < COLLISION_YOUNG_MS)
        return "another connection is about to be established";
    return NULL;
}

void peer_accept(struct peer *peer, int fd)
{
    struct connection *theirs = peer_theirs(peer);
    const char *reason = refusal(peer);

    /* The neighbor may have restarted unnoticed: its TCP then answers with a reset, and there is no need to wait for
     * its OPEN or the hold timer. */
    if (peer->session)
        connection_send_keepalive(peer->session);
    if (reason) {
        log_debug(peer->subject, "connection refused: %s", reason);
        close(fd);
        return;
    }
    /* It would not connect again if the first one had not failed at its end. */
    if (theirs->state != SESSION_IDLE)
        connection_event(theirs, EVENT_OPEN_COLLISION_DUMP, NULL);
    connection_accept(theirs, fd, peer->config);
}

/* ---- what the operator asks ---- */

void peer_admin_down(struct peer *peer, const char *text)
{
    peer_stop(peer, CEASE_ADMINISTRATIVE_SHUTDOWN, text);
}

void peer_admin_up(struct peer *peer)
{
    if (peer->admin_down)
        begin(peer);
}

void peer_reset(struct peer *peer, const char *text)
{
    if (!peer->admin_down)
        restart(peer, CEASE_ADMINISTRATIVE_RESET, text);
}

/* ---- what the rooms above ask ---- */

const struct neighbor_config *peer_config(const struct peer *peer)
{
    return peer->config;
}

bool peer_is_established(const struct peer *peer)
{
    return peer->session != NULL;
}

struct rib_out *peer_rib_out(const struct peer *peer)
{
    return peer->rib_out;
}

const struct rib_in *peer_rib_in(const struct peer *peer)
{
    return peer->rib_in;
}

bool peer_carries(const struct peer *peer, uint8_t family)
{
    uint8_t families = peer->session ? peer->session->negotiated.families : peer->config->families;

    return families & family_bit(family);
}

enum delivery peer_delivery(const struct peer *peer, const struct rib_out_route *route)
{
    if (!peer->session || route->pending || !route->sent)
        return DELIVERY_QUEUED;
    return route->sent_offset <= transport_acknowledged(peer->session->transport) ? DELIVERY_ACKNOWLEDGED
                                                                                  : DELIVERY_SENT;
}

bool peer_all_acknowledged(const struct peer *peer)
{
    if (!peer->session)
        return true;
    const struct transport *transport = peer->session->transport;
    return !rib_out_pending(peer->rib_out) && transport_acknowledged(transport) == transport_offset(transport);
}
