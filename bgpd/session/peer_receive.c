/* Messages out of the stream, one after the other, as events. */
#include "bgpd/codec/notification.h"
#include "bgpd/session/peer_private.h"

#include "lib/clock.h"

#include <stdio.h>

static void notification_received(struct connection *connection, struct wire_reader body)
{
    struct peer *peer = connection->peer;
    struct bgp_error error;
    notification_decode(body, &error);
    bool collision = error.code == ERROR_CEASE && error.subcode == CEASE_COLLISION_RESOLUTION;
    if (!collision || peer->session == connection || !connection_is_alive(connection_other(connection)))
        peer_note_notification(peer, ERROR_RECEIVED, &error);
    bool version = error.code == ERROR_OPEN && error.subcode == OPEN_UNSUPPORTED_VERSION;
    connection_event(connection, version ? EVENT_NOTIF_MSG_VER_ERR : EVENT_NOTIF_MSG,
                     &(struct event_detail){.error = &error});
}

/* Which route it was about (RFC 7606 section 8): " of PREFIX", the first where there are several, or nothing. */
static const char *first_announced(const struct update_view *update, char *text, size_t size)
{
    char buffer[PREFIX_TEXT_SIZE];
    struct prefix prefix;
    text[0] = '\0';
    for (size_t i = 0; i < 2; i++) {
        struct nlri announced = update->announced[i];
        if (!nlri_next(&announced, &prefix))
            continue;
        snprintf(text, size, " of %s", prefix_format(&prefix, buffer));
        break;
    }
    return text;
}

/* What resets the session is said with its end. */
static void note_malformed(struct peer *peer, const struct update_view *update)
{
    char route[PREFIX_TEXT_SIZE + 8], others[64] = "";
    uint32_t suppressed = 0;
    peer->updates_malformed++;
    if (update->outcome == UPDATE_RESET) {
        snprintf(peer->explanation, sizeof peer->explanation, "%s", update->what);
        return;
    }
    if (!log_limit_allow(&peer->malformed_limit, uv_now(peer->context->loop), &suppressed))
        return;
    if (suppressed)
        snprintf(others, sizeof others, " (and %u more since the last such line)", suppressed);
    log_warning(peer->subject, "malformed UPDATE%s: %s%s", first_announced(update, route, sizeof route), update->what,
                others);
}

static void update_received(struct connection *connection, struct wire_reader body)
{
    struct peer *peer = connection->peer;
    struct update_view update;
    if (connection->state != SESSION_ESTABLISHED) {
        connection_event(connection, EVENT_UPDATE_MSG, NULL);
        return;
    }
    update_decode(body, &peer->update_session, peer->context->scratch, &update);
    if (update.outcome != UPDATE_ACCEPT)
        note_malformed(peer, &update);
    connection_event(connection, update.outcome == UPDATE_RESET ? EVENT_UPDATE_MSG_ERR : EVENT_UPDATE_MSG,
                     &(struct event_detail){.error = &update.error, .update = &update});
}

static void refresh_received(struct connection *connection, struct wire_reader body)
{
    struct refresh_message refresh;
    struct bgp_error error;
    enum refresh_outcome outcome = refresh_decode(body, &refresh, &error);
    struct event_detail detail = {.error = &error, .refresh = outcome == REFRESH_VALID ? &refresh : NULL};
    connection_event(connection, outcome == REFRESH_ERROR ? EVENT_UPDATE_MSG_ERR : EVENT_ROUTE_REFRESH_MSG, &detail);
}

static void message_received(struct connection *connection, const struct message *message)
{
    struct message_counters *received = &connection->peer->received;
    switch ((enum message_type)message->type) {
    case MESSAGE_OPEN:
        received->open++;
        connection_open_received(connection, message->body);
        break;
    case MESSAGE_UPDATE:
        received->update++;
        update_received(connection, message->body);
        break;
    case MESSAGE_NOTIFICATION:
        received->notification++;
        notification_received(connection, message->body);
        break;
    case MESSAGE_KEEPALIVE:
        received->keepalive++;
        connection_event(connection, EVENT_KEEPALIVE_MSG, NULL);
        break;
    case MESSAGE_ROUTE_REFRESH:
        received->route_refresh++;
        refresh_received(connection, message->body);
        break;
    }
}

static size_t message_limit(const struct connection *connection)
{
    return connection->state >= SESSION_OPEN_CONFIRM ? connection->negotiated.receive_max : MESSAGE_MAX;
}

void connection_receive(struct connection *connection)
{
    struct transport *transport = connection->transport;
    struct wire_reader stream = transport_input(transport);
    /* A message can end the connection; what came after it is then nobody's any more. */
    while (connection->transport == transport) {
        struct message message;
        struct bgp_error error;
        enum message_outcome outcome = message_next(&stream, message_limit(connection), &message, &error);
        if (outcome == MESSAGE_INCOMPLETE)
            break;
        if (outcome == MESSAGE_ERROR)
            connection_event(connection, EVENT_BGP_HEADER_ERR, &(struct event_detail){.error = &error});
        else
            message_received(connection, &message);
    }
    if (connection->transport != transport)
        return;
    transport_consume(transport, stream.position);
    if (connection->peer->session == connection && connection->peer->refresh_asked)
        peer_flush(connection->peer);
}
