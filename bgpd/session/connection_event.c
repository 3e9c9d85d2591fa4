/* Events into the FSM, and its actions carried out, in the order of their numbers. */
#include "bgpd/session/connection.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <bsd/stdlib.h>

enum { LARGE_HOLD_MS = 4 * 60 * 1000 };

static void send_notification(struct connection *connection, const struct happening *happening)
{
    struct bgp_error error;
    if (happening->step.code)
        bgp_error_set(&error, happening->step.code, happening->step.subcode, NULL, 0);
    else
        error = *happening->detail.error;
    connection->context->handler->notifying(connection, &error, happening);
    connection_send_notification(connection, &error);
}

static void drop(struct connection *connection)
{
    transport_close(connection->transport);
    connection->transport = NULL;
}

static void stop_timers(struct connection *connection)
{
    for (unsigned timer = 0; timer < CONNECTION_TIMERS; timer++)
        connection_start_timer(connection, timer, 0);
}

static void send_open(struct connection *connection)
{
    struct open_terms terms;
    connection->context->handler->terms(connection, &terms);
    connection_send_open(connection, &terms.local);
}

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

/* Whether ACTION is about timers, and done. */
static bool set_timers(struct connection *connection, enum fsm_action action)
{
    switch (action) {
    case ACTION_STOP_TIMERS:
        stop_timers(connection);
        return true;
    case ACTION_START_CONNECT_RETRY:
        connection_start_timer(connection, TIMER_CONNECT_RETRY,
                               connection->context->handler->connect_retry_ms(connection));
        return true;
    case ACTION_START_LARGE_HOLD:
        restart_hold(connection, LARGE_HOLD_MS);
        return true;
    case ACTION_START_TIMERS:
        start_timers(connection);
        return true;
    case ACTION_RESTART_HOLD:
        restart_hold(connection, connection->hold_time_s * UINT64_C(1000));
        return true;
    case ACTION_RESTART_KEEPALIVE:
        restart_keepalive(connection);
        return true;
    case ACTION_START_SEND_HOLD:
        connection_watch_progress(connection);
        return true;
    default:
        return false;
    }
}

static void carry_out(struct connection *connection, enum fsm_action action, const struct happening *happening)
{
    switch (action) {
    case ACTION_SEND_NOTIFICATION:
        send_notification(connection, happening);
        break;
    case ACTION_DROP:
        drop(connection);
        break;
    case ACTION_SEND_OPEN:
        send_open(connection);
        break;
    case ACTION_SEND_KEEPALIVE:
        connection_send_keepalive(connection);
        break;
    default:
        if (!set_timers(connection, action))
            connection->context->handler->act(connection, action, happening);
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
