/* What the transport and the timers report, and the messages in the stream, one after the other, as events. */
#include "bgpd/codec/notification.h"
#include "bgpd/session/connection.h"

#include <stdio.h>

enum { HOLD_SECOND_CHANCE_MS = 1000 };

/* ---- OPEN ---- */

/* Everything that makes an OPEN good or bad; fills what was negotiated. */
static bool judge_open(struct connection *connection, struct wire_reader body, const struct open_terms *terms,
                       struct bgp_error *error)
{
    const struct open_message *local = &terms->local;
    struct open_message *remote = &connection->remote_open;

    if (!open_decode(body, remote, error) || !open_check(remote, local, terms->peer_as, error) ||
        !capabilities_negotiate(&local->capabilities, &remote->capabilities, terms->peer_as != local->as,
                                &connection->negotiated, error))
        return false;
    connection->hold_time_s = remote->hold_time_s < local->hold_time_s ? remote->hold_time_s : local->hold_time_s;
    return true;
}

/* What the NOTIFICATION does not say, or says to the neighbor's operator but not to ours; empty: nothing. */
static void explain(const struct open_message *remote, uint32_t peer_as, const struct bgp_error *error, char *text,
                    size_t size)
{
    text[0] = '\0';
    if (error->code != ERROR_OPEN)
        return;
    if (error->subcode == OPEN_BAD_PEER_AS)
        snprintf(text, size, "received %u, configured %u", remote->as, peer_as);
    else if (error->subcode == OPEN_UNACCEPTABLE_HOLD_TIME)
        snprintf(text, size, "hold time %u s", remote->hold_time_s);
}

/* Whether the expected OPEN is good and this connection stays; if not, it has been closed. */
static bool takes_open(struct connection *connection, struct wire_reader body)
{
    const struct connection_handler *handler = connection->context->handler;
    struct open_terms terms;
    struct bgp_error error;
    char explanation[64];

    handler->terms(connection, &terms);
    if (judge_open(connection, body, &terms, &error)) {
        if (handler->stays(connection))
            return true;
        connection_event(connection, EVENT_OPEN_COLLISION_DUMP, NULL);
        return false;
    }
    explain(&connection->remote_open, terms.peer_as, &error, explanation, sizeof explanation);
    connection_event(connection, EVENT_BGP_OPEN_MSG_ERR,
                     &(struct event_detail){.error = &error, .explanation = explanation});
    return false;
}

static void open_received(struct connection *connection, struct wire_reader body)
{
    /* Any other OPEN is for the FSM to judge. */
    if (connection->state != SESSION_OPEN_SENT || takes_open(connection, body))
        connection_event(connection, EVENT_BGP_OPEN, NULL);
}

/* ---- messages ---- */

static void notification_received(struct connection *connection, struct wire_reader body)
{
    struct bgp_error error;

    notification_decode(body, &error);
    connection->context->handler->notified(connection, &error);
    bool version = error.code == ERROR_OPEN && error.subcode == OPEN_UNSUPPORTED_VERSION;
    connection_event(connection, version ? EVENT_NOTIF_MSG_VER_ERR : EVENT_NOTIF_MSG,
                     &(struct event_detail){.error = &error});
}

static void update_received(struct connection *connection, struct wire_reader body)
{
    static uint8_t scratch[UPDATE_SCRATCH_SIZE];
    struct update_view update;

    if (connection->state != SESSION_ESTABLISHED) {
        connection_event(connection, EVENT_UPDATE_MSG, NULL);
        return;
    }
    update_decode(body, &connection->update_session, scratch, &update);
    if (update.outcome != UPDATE_ACCEPT)
        connection->context->handler->malformed(connection, &update);
    connection_event(connection, update.outcome == UPDATE_RESET ? EVENT_UPDATE_MSG_ERR : EVENT_UPDATE_MSG,
                     &(struct event_detail){.error = &update.error, .explanation = update.what, .update = &update});
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
    struct message_counters *received = &connection->context->received;

    switch ((enum message_type)message->type) {
    case MESSAGE_OPEN:
        received->open++;
        open_received(connection, message->body);
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

/* ---- what the transport reports ---- */

static void on_connected(void *user)
{
    connection_event(user, EVENT_TCP_CR_ACKED, NULL);
}

static void on_readable(void *user)
{
    struct connection *connection = user;
    struct transport *transport = connection->transport;
    struct wire_reader stream = transport_input(transport);

    /* A message can end the connection; the rest of the input is then meaningless. */
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
    connection->context->handler->received(connection);
}

static void on_writable(void *user)
{
    struct connection *connection = user;

    connection->context->handler->writable(connection);
}

static void on_lost(const char *reason, void *user)
{
    struct connection *connection = user;

    connection->context->handler->lost(connection, reason);
    connection_event(connection, EVENT_TCP_CONNECTION_FAILS, NULL);
}

static struct transport_context transport_context(struct connection *connection)
{
    static const struct transport_handler handler = {on_connected, on_readable, on_writable, on_lost};

    return (struct transport_context){connection->context->loop, &connection->context->lingering, &handler, connection};
}

void connection_connect(struct connection *connection, const struct neighbor_config *neighbor)
{
    struct transport_context context = transport_context(connection);
    char error[192];

    connection->transport = transport_connect(&context, neighbor, error, sizeof error);
    connection->connect_failed = !connection->transport;
    if (connection->connect_failed)
        connection->context->handler->lost(connection, error);
}

void connection_accept(struct connection *connection, int fd, const struct neighbor_config *neighbor)
{
    struct transport_context context = transport_context(connection);
    char error[192];

    connection->transport = transport_accepted(&context, fd, neighbor, error, sizeof error);
    if (!connection->transport) {
        connection->context->handler->lost(connection, error);
        return;
    }
    connection_event(connection, EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT, NULL);
    connection_event(connection, EVENT_TCP_CONNECTION_CONFIRMED, NULL);
}

/* ---- what the timers report ---- */

/* If we were held up ourselves (suspended, swapped out), what the neighbor sent meanwhile lies unread in the socket:
 * that is no reason to drop it. It gets one second chance, which a neighbor that sends no whole message uses up. */
static void hold_expired(struct connection *connection)
{
    if (connection->transport && !connection->hold_extended && transport_input_waits(connection->transport)) {
        connection_start_timer(connection, TIMER_HOLD, HOLD_SECOND_CHANCE_MS);
        connection->hold_extended = true;
        return;
    }
    connection_event(connection, EVENT_HOLD_TIMER_EXPIRES, NULL);
}

void connection_timer_expired(struct connection *connection, enum connection_timer timer)
{
    switch (timer) {
    case TIMER_CONNECT_RETRY:
        if (connection->state == SESSION_CONNECT)
            connection->context->handler->unanswered(connection);
        connection_event(connection, EVENT_CONNECT_RETRY_TIMER_EXPIRES, NULL);
        break;
    case TIMER_HOLD:
        hold_expired(connection);
        break;
    case TIMER_KEEPALIVE:
        connection_event(connection, EVENT_KEEPALIVE_TIMER_EXPIRES, NULL);
        break;
    default:
        if (!connection_has_progress(connection))
            connection_event(connection, EVENT_SEND_HOLD_TIMER_EXPIRES, NULL);
        break;
    }
}
