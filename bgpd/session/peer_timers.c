/* The timers of a peer: how long they run and what their end means. All of them are jittered (RFC 4271 section 10),
 * but the hold timers. */
#include "bgpd/session/peer_private.h"
#include "lib/clock.h"

#include <bsd/stdlib.h>

enum {
    BACKOFF_MAX_MS = 60 * 1000,
    IDLE_HOLD_FIRST_MS = 500,
    HOLD_SECOND_CHANCE_MS = 1000,
    PROGRESS_TICK_MS = 500,
};

/* Doubles with each attempt in vain, up to a minute (or what is configured, where that is more). */
void peer_start_connect_retry(struct peer *peer)
{
    uint64_t ms = peer->config->connect_retry_ms;
    uint64_t limit = ms > BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
    for (unsigned i = 1; i < peer->connect_attempts && ms < limit; i++)
        ms *= 2;
    timers_start(&peer->timers, TIMER_CONNECT_RETRY, duration_jitter(ms < limit ? ms : limit, arc4random()));
}

/* Grows by half with each failure, from half a second up to a minute at the thirteenth. */
uint64_t peer_idle_hold_ms(const struct peer *peer)
{
    uint64_t ms = IDLE_HOLD_FIRST_MS;
    for (unsigned i = 1; i < peer->retries && ms < BACKOFF_MAX_MS; i++)
        ms += ms / 2;
    ms = duration_jitter(ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS, arc4random());
    return ms > peer->idle_hold_floor_ms ? ms : peer->idle_hold_floor_ms;
}

/* Only a peer that has nothing at all rests: while the other connection lives, there is no need to start again. */
void peer_start_idle_hold(struct peer *peer)
{
    if (peer->admin_down || peer->removed || peer->ours.state != SESSION_IDLE || peer->theirs.state != SESSION_IDLE)
        return;
    if (timers_left(&peer->timers, TIMER_IDLE_HOLD) >= 0)
        return;
    timers_start(&peer->timers, TIMER_IDLE_HOLD, peer_idle_hold_ms(peer));
    peer->idle_hold_floor_ms = 0;
}

static unsigned hold_timer(const struct connection *connection)
{
    return TIMER_HOLD + (connection->ours ? 0 : 1);
}

static unsigned keepalive_timer(const struct connection *connection)
{
    return TIMER_KEEPALIVE + (connection->ours ? 0 : 1);
}

void connection_start_hold(struct connection *connection, uint64_t ms)
{
    connection->hold_extended = false;
    if (ms > 0)
        timers_start(&connection->peer->timers, hold_timer(connection), ms);
}

void connection_start_keepalive(struct connection *connection)
{
    uint64_t ms = connection->hold_time_s * UINT64_C(1000) / 3;
    if (ms > 0)
        timers_start(&connection->peer->timers, keepalive_timer(connection), duration_jitter(ms, arc4random()));
}

void connection_stop_timers(struct connection *connection)
{
    struct timers *timers = &connection->peer->timers;
    timers_stop(timers, hold_timer(connection));
    timers_stop(timers, keepalive_timer(connection));
    if (connection->ours)
        timers_stop(timers, TIMER_CONNECT_RETRY);
}

/* If we were held up ourselves (suspended, swapped out), what the neighbour sent meanwhile lies unread in the socket:
 * that is no reason to let it go. It gets one second chance, which a neighbour that sends no whole message uses up. */
static void hold_expired(struct connection *connection)
{
    if (connection->transport && !connection->hold_extended && transport_input_waits(connection->transport)) {
        connection_start_hold(connection, HOLD_SECOND_CHANCE_MS);
        connection->hold_extended = true;
        return;
    }
    connection_event(connection, EVENT_HOLD_TIMER_EXPIRES, NULL);
}

void peer_watch_progress(struct peer *peer)
{
    if (peer->session->hold_time_s == 0 || timers_left(&peer->timers, TIMER_SEND_HOLD) >= 0)
        return;
    peer->progress_ms = uv_now(peer->context->loop);
    peer->progress_offset = transport_acknowledged(peer->session->transport);
    timers_start(&peer->timers, TIMER_SEND_HOLD, PROGRESS_TICK_MS);
}

/* RFC 9687, with the hold time as the send hold time: octets are on their way and for so long the neighbour's TCP has
 * taken none of them. */
static void check_progress(struct peer *peer)
{
    struct connection *session = peer->session;
    if (!session)
        return;
    uint64_t now = uv_now(peer->context->loop);
    uint64_t acknowledged = transport_acknowledged(session->transport);
    if (acknowledged == transport_offset(session->transport) && !rib_out_pending(peer->rib_out))
        return;
    if (acknowledged != peer->progress_offset) {
        peer->progress_offset = acknowledged;
        peer->progress_ms = now;
    }
    if (now - peer->progress_ms >= session->hold_time_s * UINT64_C(1000))
        connection_event(session, EVENT_SEND_HOLD_TIMER_EXPIRES, NULL);
    else
        timers_start(&peer->timers, TIMER_SEND_HOLD, PROGRESS_TICK_MS);
}

void peer_timer_expired(unsigned number, void *user)
{
    struct peer *peer = user;
    switch (number) {
    case TIMER_CONNECT_RETRY:
        connection_event(&peer->ours, EVENT_CONNECT_RETRY_TIMER_EXPIRES, NULL);
        break;
    case TIMER_IDLE_HOLD:
        connection_event(&peer->ours, EVENT_IDLE_HOLD_TIMER_EXPIRES, NULL);
        break;
    case TIMER_SEND_HOLD:
        check_progress(peer);
        break;
    case TIMER_STALE:
        peer_graceful_expired(peer);
        break;
    case TIMER_HOLD:
    case TIMER_HOLD + 1:
        hold_expired(number == TIMER_HOLD ? &peer->ours : &peer->theirs);
        break;
    default:
        connection_event(number == TIMER_KEEPALIVE ? &peer->ours : &peer->theirs, EVENT_KEEPALIVE_TIMER_EXPIRES, NULL);
        break;
    }
}
