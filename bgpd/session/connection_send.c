#include "bgpd/codec/notification.h"
#include "bgpd/session/connection.h"

enum { PROGRESS_TICK_MS = 500, SEND_HOLD_MS = 8 * 60 * 1000 };

uint64_t connection_age_ms(const struct connection *connection)
{
    return uv_now(connection->context->loop) - connection->state_since_ms;
}

bool connection_is_alive(const struct connection *connection)
{
    return connection->state >= SESSION_OPEN_SENT;
}

/* ---- timers ---- */

static unsigned timer_number(const struct connection *connection, enum connection_timer timer)
{
    return connection->number * CONNECTION_TIMERS + timer;
}

void connection_start_timer(struct connection *connection, enum connection_timer timer, uint64_t ms)
{
    if (ms > 0)
        timers_start(&connection->context->timers, timer_number(connection, timer), ms);
    else
        timers_stop(&connection->context->timers, timer_number(connection, timer));
}

/* RFC 9687, with the hold time as the send hold time; without one, the RFC's own eight minutes. */
static uint64_t send_hold_ms(const struct connection *connection)
{
    return connection->hold_time_s > 0 ? connection->hold_time_s * UINT64_C(1000) : SEND_HOLD_MS;
}

int64_t connection_timer_left(const struct connection *connection, enum connection_timer timer)
{
    int64_t left = timers_left(&connection->context->timers, timer_number(connection, timer));
    if (timer != TIMER_SEND_HOLD || left < 0)
        return left;
    uint64_t waited = uv_now(connection->context->loop) - connection->progress_ms, hold = send_hold_ms(connection);
    return waited < hold ? (int64_t)(hold - waited) : 0;
}

/* ---- progress ---- */

void connection_watch_progress(struct connection *connection)
{
    if (connection_timer_left(connection, TIMER_SEND_HOLD) >= 0)
        return;
    connection->progress_ms = uv_now(connection->context->loop); /* nothing was on its way, so its offset is right */
    connection_start_timer(connection, TIMER_SEND_HOLD, PROGRESS_TICK_MS);
}

bool connection_has_progress(struct connection *connection)
{
    uint64_t acknowledged = transport_acknowledged(connection->transport);
    if (acknowledged != connection->progress_offset)
        connection->progress_ms = uv_now(connection->context->loop);
    connection->progress_offset = acknowledged;
    if (acknowledged == transport_offset(connection->transport))
        return true;
    connection_start_timer(connection, TIMER_SEND_HOLD, PROGRESS_TICK_MS);
    return connection_timer_left(connection, TIMER_SEND_HOLD) > 0;
}

/* ---- small messages ---- */

static struct wire_writer urgent_writer(struct connection *connection, size_t size)
{
    uint8_t *room = connection->transport ? transport_reserve(connection->transport, size, true) : NULL;
    return wire_writer_of(room, room ? size : 0);
}

/* Sends what was written; nothing where it did not fit. */
static void send_written(struct connection *connection, const struct wire_writer *writer, uint32_t *counter)
{
    if (writer->failed || !connection->transport)
        return;
    transport_commit(connection->transport, writer->position);
    transport_flush(connection->transport);
    (*counter)++;
    if (connection->state == SESSION_ESTABLISHED)
        connection_watch_progress(connection);
}

void connection_send_open(struct connection *connection, const struct open_message *open)
{
    struct wire_writer writer = urgent_writer(connection, MESSAGE_MAX);
    open_encode(&writer, open);
    send_written(connection, &writer, &connection->context->sent.open);
}

void connection_send_keepalive(struct connection *connection)
{
    struct wire_writer writer = urgent_writer(connection, MESSAGE_HEADER_SIZE);
    keepalive_encode(&writer);
    send_written(connection, &writer, &connection->context->sent.keepalive);
}

void connection_send_notification(struct connection *connection, const struct bgp_error *error)
{
    struct wire_writer writer = urgent_writer(connection, MESSAGE_HEADER_SIZE + 2 + ERROR_DATA_MAX);
    notification_encode(&writer, error);
    send_written(connection, &writer, &connection->context->sent.notification);
}

void connection_send_refresh(struct connection *connection, uint8_t family, uint8_t subtype)
{
    struct wire_writer writer = urgent_writer(connection, MESSAGE_HEADER_SIZE + 4);
    refresh_encode(&writer, &(struct refresh_message){.family = family, .subtype = subtype});
    send_written(connection, &writer, &connection->context->sent.route_refresh);
}
