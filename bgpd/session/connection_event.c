/* Events into the FSM, and its actions carried out, in the order of their numbers; what is sent and timed by them. */
#include "bgpd/codec/notification.h"
#include "bgpd/session/connection.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <bsd/stdlib.h>

enum { LARGE_HOLD_MS = 4 * 60 * 1000, PROGRESS_TICK_MS = 500, SEND_HOLD_MS = 8 * 60 * 1000 };

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

static void send_open(struct connection *connection)
{
    struct open_terms terms;

    connection->context->handler->terms(connection, &terms);
    struct wire_writer writer = urgent_writer(connection, MESSAGE_MAX);
    open_encode(&writer, &terms.local);
    send_written(connection, &writer, &connection->context->sent.open);
}

void connection_send_keepalive(struct connection *connection)
{
    struct wire_writer writer = urgent_writer(connection, MESSAGE_HEADER_SIZE);

    keepalive_encode(&writer);
    send_written(connection, &writer, &connection->context->sent.keepalive);
}

static void send_notification(struct connection *connection, const struct happening *happening)
{
    struct bgp_error error;

    if (happening->step.code)
        bgp_error_set(&error, happening->step.code, happening->step.subcode, NULL, 0);
    else
        error = *happening->detail.error;
    connection->context->handler->notifying(connection, &error, happening);
    struct wire_writer writer = urgent_writer(connection, MESSAGE_HEADER_SIZE + 2 + ERROR_DATA_MAX);
    notification_encode(&writer, &error);
    send_written(connection, &writer, &connection->context->sent.notification);
}

void connection_send_refresh(struct connection *connection, uint8_t family, uint8_t subtype)
{
    struct wire_writer writer = urgent_writer(connection, MESSAGE_HEADER_SIZE + 4);

    refresh_encode(&writer, &(struct refresh_message){.family = family, .subtype = subtype});
    send_written(connection, &writer, &connection->context->sent.route_refresh);
}

/* ---- actions ---- */

static void restart_hold(struct connection *connection, uint64_t ms)
{
    connection->hold_extended = false;
    connection_start_timer(connection, TIMER_HOLD, ms);
}

/* All timers are jittered (RFC 4271 section 10), but the hold timers. */
static void restart_keepalive(struct connection *connection)
{
    uint64_t ms = connection->hold_time_s * UINT64_C(1000) / 3;

    if (ms > 0)
        connection_start_timer(connection, TIMER_KEEPALIVE, duration_jitter(ms, arc4random()));
}

/* A hold time of zero applies to the session; the wait for the KEEPALIVE that begins it is bounded. */
static void start_timers(struct connection *connection)
{
    restart_hold(connection, connection->hold_time_s > 0 ? connection->hold_time_s * UINT64_C(1000) : LARGE_HOLD_MS);
    restart_keepalive(connection);
}

/* An action on timers, or one of the peer. */
static void set_timers(struct connection *connection, enum fsm_action action, const struct happening *happening)
{
    switch (action) {
    case ACTION_STOP_TIMERS:
        for (unsigned timer = 0; timer < CONNECTION_TIMERS; timer++)
            connection_start_timer(connection, timer, 0);
        break;
    case ACTION_START_CONNECT_RETRY:
        connection_start_timer(connection, TIMER_CONNECT_RETRY,
                               connection->context->handler->connect_retry_ms(connection));
        break;
    case ACTION_START_LARGE_HOLD:
        restart_hold(connection, LARGE_HOLD_MS);
        break;
    case ACTION_START_TIMERS:
        start_timers(connection);
        break;
    case ACTION_RESTART_HOLD:
        restart_hold(connection, connection->hold_time_s * UINT64_C(1000));
        break;
    case ACTION_RESTART_KEEPALIVE:
        restart_keepalive(connection);
        break;
    case ACTION_START_SEND_HOLD:
        connection_watch_progress(connection);
        break;
    default:
        connection->context->handler->act(connection, action, happening);
        break;
    }
}

static void carry_out(struct connection *connection, enum fsm_action action, const struct happening *happening)
{
    switch (action) {
    case ACTION_SEND_NOTIFICATION:
        send_notification(connection, happening);
        break;
    case ACTION_DROP:
        transport_close(connection->transport);
        connection->transport = NULL;
        break;
    case ACTION_SEND_OPEN:
        send_open(connection);
        break;
    case ACTION_SEND_KEEPALIVE:
        connection_send_keepalive(connection);
        break;
    default:
        set_timers(connection, action, happening);
        break;
    }
}

static void carry_out_all(struct connection *connection, const struct happening *happening)
{
    for (uint32_t left = happening->step.actions; left; left &= left - 1)
        carry_out(connection, left & -left, happening);
    /* A lost connection of theirs does not wait in Active: it does not connect again. */
    if (!connection->ours && !connection->transport && connection->state != SESSION_IDLE) {
        connection->state = SESSION_IDLE;
        carry_out(connection, ACTION_START_IDLE_HOLD, happening);
    }
}

void connection_event(struct connection *connection, enum fsm_event event, const struct event_detail *detail)
{
    struct connection_context *context = connection->context;
    struct happening happening = {event, connection->state, fsm_step(connection->state, event),
                                  detail ? *detail : (struct event_detail){.error = NULL}};

    if (happening.step.next != happening.from) {
        connection->state = (enum session_state)happening.step.next;
        connection->state_since_ms = uv_now(context->loop);
        log_debug(context->subject, "%s connection: %s, %s to %s", connection->ours ? "our" : "their",
                  fsm_event_name(event), session_state_name(happening.from), session_state_name(connection->state));
    }
    carry_out_all(connection, &happening);
    context->handler->done(connection, &happening);
    if (connection->connect_failed) {
        connection->connect_failed = false;
        connection_event(connection, EVENT_TCP_CONNECTION_FAILS, NULL);
    }
}
