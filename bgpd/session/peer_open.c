/* Our OPEN, the judgement of theirs, and which of two connections stays. */
#include "bgpd/session/collision.h"
#include "bgpd/session/peer_private.h"

#include <stdio.h>

bool peer_is_ebgp(const struct peer *peer)
{
    return peer->config->peer_as != peer->context->config->local_as;
}

struct open_message peer_local_open(const struct peer *peer)
{
    const struct neighbor_config *config = peer->config;
    const struct bgp_config *bgp = peer->context->config;
    struct capabilities capabilities = capabilities_none();
    capabilities.four_octet_as = true;
    capabilities.as = bgp->local_as;
    capabilities.multiprotocol = true;
    capabilities.families = config->families;
    capabilities.route_refresh = true;
    capabilities.enhanced_refresh = true;
    capabilities.extended_message = true;
    capabilities.extended_next_hop = config->extended_next_hop;
    capabilities.role = (int8_t)(peer_is_ebgp(peer) ? config->role : ROLE_NONE);
    capabilities.graceful_restart = peer_graceful_offer(peer);
    return (struct open_message){.as = bgp->local_as,
                                 .hold_time_s = config->hold_time_s,
                                 .router_id = bgp->router_id,
                                 .capabilities = capabilities};
}

/* Everything that makes an OPEN good or bad; fills what was negotiated. */
static bool judge_open(struct connection *connection, struct wire_reader body, struct bgp_error *error)
{
    struct peer *peer = connection->peer;
    struct open_message local = peer_local_open(peer);
    struct open_message *remote = &connection->remote_open;
    if (!open_decode(body, remote, error) || !open_check(remote, &local, peer->config->peer_as, error) ||
        !capabilities_negotiate(&local.capabilities, &remote->capabilities, peer_is_ebgp(peer), &connection->negotiated,
                                error))
        return false;
    connection->hold_time_s = remote->hold_time_s < local.hold_time_s ? remote->hold_time_s : local.hold_time_s;
    return true;
}

/* The neighbor has restarted: its routes stay (RFC 4724 section 4.2), and it hears nothing on a connection that it has
 * lost. */
static void replace(struct connection *session)
{
    peer_note_transport(session->peer, "the neighbor has restarted: it connects anew");
    connection_event(session, EVENT_TCP_CONNECTION_FAILS, &(struct event_detail){.replaced = true});
}

/* Whether this connection stays. */
static bool settle_collision(struct connection *connection)
{
    struct peer *peer = connection->peer;
    struct connection *other = connection_other(connection);
    struct collision collision = {
        .this_is_ours = connection->ours,
        .other_state = other->state,
        .other_age_ms = connection_age_ms(other),
        .other_graceful = peer_is_graceful(peer),
        .local_id = peer->context->config->router_id,
        .local_as = peer->context->config->local_as,
        .remote_id = connection->remote_open.router_id,
        .remote_as = connection->remote_open.as,
    };
    switch (collision_judge(&collision)) {
    case COLLISION_NONE:
        return true;
    case COLLISION_DROP_OTHER:
        if (other == peer->session)
            replace(other);
        else
            connection_event(other, EVENT_OPEN_COLLISION_DUMP, NULL);
        return true;
    case COLLISION_DROP_THIS:
        break;
    }
    connection_event(connection, EVENT_OPEN_COLLISION_DUMP, NULL);
    return false;
}

/* What the NOTIFICATION has no words for, or says to the neighbor's operator but not to ours. */
static void explain(struct connection *connection, const struct bgp_error *error)
{
    struct peer *peer = connection->peer;
    const struct open_message *remote = &connection->remote_open;
    if (error->code != ERROR_OPEN)
        return;
    if (error->subcode == OPEN_BAD_PEER_AS)
        snprintf(peer->explanation, sizeof peer->explanation, "the neighbor is AS %u, peer-as says %u", remote->as,
                 peer->config->peer_as);
    else if (error->subcode == OPEN_UNACCEPTABLE_HOLD_TIME)
        snprintf(peer->explanation, sizeof peer->explanation, "hold time %u s", remote->hold_time_s);
}

/* Whether an OPEN that was waited for is good, and this the connection that stays. Else all is done that is to do. */
static bool takes_open(struct connection *connection, struct wire_reader body)
{
    struct bgp_error error;
    if (judge_open(connection, body, &error))
        return settle_collision(connection);
    explain(connection, &error);
    connection_event(connection, EVENT_BGP_OPEN_MSG_ERR, &(struct event_detail){.error = &error});
    return false;
}

void connection_open_received(struct connection *connection, struct wire_reader body)
{
    /* What any other OPEN means, the FSM knows. */
    if (connection->state != SESSION_OPEN_SENT || takes_open(connection, body))
        connection_event(connection, EVENT_BGP_OPEN, NULL);
}
