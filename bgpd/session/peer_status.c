/* What show neighbor shows, and routes as they are sent on this session. */
#include "bgpd/session/peer_private.h"

#include "lib/clock.h"

/* The connection that has come farthest. */
static const struct connection *foremost(const struct peer *peer)
{
    const struct connection *first = &peer->connections[OURS];

    for (unsigned i = THEIRS; i < CONNECTIONS; i++) {
        if (peer->connections[i].state > first->state)
            first = &peer->connections[i];
    }
    return first;
}

static int32_t seconds(int64_t ms)
{
    return ms < 0 ? -1 : (int32_t)((ms + 999) / 1000);
}

static void fill_timers(const struct peer *peer, const struct connection *connection, struct timers_left *timers)
{
    timers->hold = seconds(connection_timer_left(connection, TIMER_HOLD));
    timers->keepalive = seconds(connection_timer_left(connection, TIMER_KEEPALIVE));
    timers->connect_retry = seconds(connection_timer_left(&peer->connections[OURS], TIMER_CONNECT_RETRY));
    timers->idle_hold = seconds(timers_left(&peer->shared.timers, TIMER_IDLE_HOLD));
    timers->send_hold = seconds(connection_timer_left(connection, TIMER_SEND_HOLD));
}

static void fill_negotiated(const struct connection *connection, struct peer_status *status)
{
    status->remote_router_id = connection->remote_open.router_id;
    status->hold_time_s = connection->hold_time_s;
    status->keepalive_time_s = connection->hold_time_s / 3;
    capabilities_names(&connection->remote_open.capabilities, &status->remote_capabilities);
    capabilities_names(&connection->negotiated.common, &status->negotiated_capabilities);
}

void peer_status(const struct peer *peer, struct peer_status *status)
{
    const struct connection *connection = foremost(peer);
    struct open_message open = peer_local_open(peer);

    *status = (struct peer_status){
        .state = connection->state,
        .admin_down = peer->admin_down,
        .established_us = peer->established_us,
        .transitions = peer->transitions,
        .prefixes_received = (uint32_t)rib_in_received(peer->rib_in),
        .prefixes_kept = (uint32_t)rib_in_count(peer->rib_in, FAMILY_NONE),
        .prefixes_looped = (uint32_t)rib_in_looped(peer->rib_in),
        .prefixes_sent = (uint32_t)rib_out_sent_count(peer->rib_out),
        .sent = peer->shared.sent,
        .received = peer->shared.received,
        .updates_malformed = peer->updates_malformed,
        .last_error_sent = peer->last_error_sent,
        .last_error_received = peer->last_error_received,
        .last_transport_error = peer->last_transport_error,
    };
    if (peer->last_notification)
        status->last_error = *peer->last_notification;
    if (peer->session)
        status->uptime_s = (uint32_t)((uv_now(peer->context->loop) - peer->established_ms) / 1000);
    capabilities_names(&open.capabilities, &status->local_capabilities);
    fill_timers(peer, connection, &status->timers);
    if (connection->transport)
        transport_facts(connection->transport, &status->socket);
    if (connection->state >= SESSION_OPEN_CONFIRM)
        fill_negotiated(connection, status);
}

const struct session_error *peer_status_cause(const struct peer_status *status)
{
    const struct session_error *said = &status->last_error, *transport = &status->last_transport_error;
    bool explains = said->direction != ERROR_NONE && said->time_us >= status->established_us;

    return explains || transport->direction == ERROR_NONE ? said : transport;
}

/* Before there is a session: as it would be with a neighbor that offers the usual capabilities. */
static struct update_session shown_session(const struct peer *peer)
{
    if (peer->session)
        return peer->session->update_session;
    struct update_session session = {.local_as = peer->context->config->local_as,
                                     .peer_as = peer->config->peer_as,
                                     .ebgp = peer_is_ebgp(peer),
                                     .four_octet_as = true,
                                     .families = peer->config->families,
                                     .role = ROLE_NONE,
                                     .message_max = MESSAGE_MAX,
                                     .neighbor = peer->config->address};
    struct address local = peer->config->local_address;
    if (local.family == FAMILY_IPV4)
        session.local_ipv4 = local;
    else if (local.family == FAMILY_IPV6)
        session.local_ipv6 = local;
    return session;
}

const char *peer_obstacle(const struct peer *peer, uint8_t family, const struct path_attributes *attributes)
{
    return peer->session ? update_obstacle(&peer->session->update_session, family, attributes) : NULL;
}

const char *peer_as_path_text(const struct peer *peer, const struct path_attributes *attributes, char *buffer,
                              size_t size)
{
    struct update_session session = shown_session(peer);

    return update_as_path_text(&session, attributes, buffer, size);
}

struct address peer_next_hop(const struct peer *peer, const struct prefix *prefix,
                             const struct path_attributes *attributes)
{
    struct update_session session = shown_session(peer);
    struct address next_hop = {.family = FAMILY_NONE};

    update_next_hop(&session, prefix->family, attributes, &next_hop);
    return next_hop;
}
