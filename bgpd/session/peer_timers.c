/* The timers of a peer: how long they run and what their end means. All of them are jittered (RFC 4271 section 10),
 * but the hold timers. */
#include "bgpd/session/collision.h"
#include "bgpd/session/peer_private.h"
#include "lib/clock.h"

#include <bsd/stdlib.h>

enum {
    BACKOFF_MAX_MS = 60 * 1000,
    IDLE_HOLD_FIRST_MS = 500,
    HOLD_SECOND_CHANCE_MS = 1000,
    PROGRESS_TICK_MS = 500,
    SEND_HOLD_MS = 8 * 60 * 1000,
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

/* Until ours starts again. A connection of theirs that is young is given the time to become the session: the two would
 * only collide. One that is silent keeps nobody waiting. */
void peer_start_idle_hold(struct peer *peer)
{
    if (peer->admin_down || peer->removed || peer->session || peer->ours.state != SESSION_IDLE)
        return;
    if (timers_left(&peer->timers, TIMER_IDLE_HOLD) >= 0)
        return;
    uint64_t ms = peer_idle_hold_ms(peer);
    if (connection_is_alive(peer_theirs(peer)) && ms < COLLISION_YOUNG_MS)
        ms = COLLISION_YOUNG_MS;
    timers_start(&peer->timers, TIMER_IDLE_HOLD, ms);
    peer->idle_hold_floor_ms = 0;
}

void connection_start_hold(struct connection *connection, uint64_t ms)
{
    connection->hold_extended = false;
    if (ms > 0)
        timers_start(&connection->peer->timers, TIMER_HOLD + connection->number, ms);
    else
        timers_stop(&connection->peer->timers, TIMER_HOLD + connection->number);
}

void connection_start_keepalive(struct connection *connection)
{
    uint64_t ms = connection->hold_time_s * UINT64_C(1000) / 3;
    if (ms > 0)
        timers_start(&connection->peer->timers, TIMER_KEEPALIVE + connection->number,
                     duration_jitter(ms, arc4random()));
}

void connection_stop_timers(struct connection *connection)
{
    struct timers *timers = &connection->peer->timers;
    timers_stop(timers, TIMER_HOLD + connection->number);
    timers_stop(timers, TIMER_KEEPALIVE + connection->number);
    if (connection->ours)
        timers_stop(timers, TIMER_CONNECT_RETRY);
}

/* If we were held up ourselves (suspended, swapped out), what the neighbor sent meanwhile lies unread in the socket:
 * that is no reason to let it go. It gets one second chance, which a neighbor that sends no whole message uses up. */
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
    if (timers_left(&peer->timers, TIMER_SEND_HOLD) >= 0)
        return;
    peer->progress_ms = uv_now(peer->context->loop);
    peer->progress_offset = transport_acknowledged(peer->session->transport);
    timers_start(&peer->timers, TIMER_SEND_HOLD, PROGRESS_TICK_MS);
}

/* RFC 9687, with the hold time as the send hold time; without one, the RFC's own eight minutes. */
uint64_t peer_send_hold_ms(const struct peer *peer)
{
    uint64_t ms = peer->session->hold_time_s * UINT64_C(1000);
    return ms > 0 ? ms : SEND_HOLD_MS;
}

/* Octets are on their way and for the send hold time the neighbor's TCP has taken none of them. */
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
    if (now - peer->progress_ms >= peer_send_hold_ms(peer))
        connection_event(session, EVENT_SEND_HOLD_TIMER_EXPIRES, NULL);
    else
        timers_start(&peer->timers, TIMER_SEND_HOLD, PROGRESS_TICK_MS);
}

void peer_timer_expired(unsigned number, void *user)
{
    struct peer *peer = user;
    switch (number) {
    case TIMER_CONNECT_RETRY:
        if (peer->ours.state == SESSION_CONNECT)
            peer_note_no_answer(peer);
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
    case TIMER_REFRESH:
        peer_import_refresh_expired(peer);
        break;
    case TIMER_IMPORT:
        peer_import_narrow(peer);
        break;
    default:
        if (number >= TIMER_KEEPALIVE)
            connection_event(peer_connection(peer, number - TIMER_KEEPALIVE), EVENT_KEEPALIVE_TIMER_EXPIRES, NULL);
        else
            hold_expired(peer_connection(peer, number - TIMER_HOLD));
        break;
    }
}
