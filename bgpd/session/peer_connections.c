/* Which connection of a peer, and how soon the next is tried. */
#include "bgpd/session/collision.h"
#include "bgpd/session/peer_private.h"
#include "lib/clock.h"

#include <bsd/stdlib.h>

enum {
    BACKOFF_MAX_MS = 60 * 1000,
    IDLE_HOLD_FIRST_MS = 500,
};

bool peer_is_ebgp(const struct peer *peer)
{
    return peer->config->peer_as != peer->context->config->local_as;
}

/* The first of the two places, unless it is the session's, or the second is still in use from when it was. */
struct connection *peer_theirs(struct peer *peer)
{
    struct connection *first = &peer->connections[THEIRS], *second = &peer->connections[THEIRS_TOO];
    if (peer->session == first)
        return second;
    return second->state == SESSION_IDLE || peer->session == second ? first : second;
}

struct connection *peer_other(struct connection *connection)
{
    struct peer *peer = peer_of(connection);
    if (peer->session && peer->session != connection)
        return peer->session;
    return connection->ours ? peer_theirs(peer) : &peer->connections[OURS];
}

/* Doubles with each failed attempt, up to a minute (or what is configured, where that is more). */
uint64_t peer_connect_retry_ms(const struct connection *connection)
{
    const struct peer *peer = peer_of(connection);
    uint64_t ms = peer->config->connect_retry_ms;
    uint64_t limit = ms > BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
    if (!connection->ours || peer->config->passive)
        return 0;
    for (unsigned i = 1; i < peer->connect_attempts && ms < limit; i++)
        ms *= 2;
    return duration_jitter(ms < limit ? ms : limit, arc4random());
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

/* Until ours starts again. A young connection of theirs is given the time to become the session: the two would only
 * collide. A silent one does not hold us up. */
void peer_start_idle_hold(struct peer *peer)
{
    if (peer->admin_down || peer->session || peer->connections[OURS].state != SESSION_IDLE)
        return;
    if (timers_left(&peer->shared.timers, TIMER_IDLE_HOLD) >= 0)
        return;
    uint64_t ms = peer_idle_hold_ms(peer);
    if (connection_is_alive(peer_theirs(peer)) && ms < COLLISION_YOUNG_MS)
        ms = COLLISION_YOUNG_MS;
    timers_start(&peer->shared.timers, TIMER_IDLE_HOLD, ms);
    peer->idle_hold_floor_ms = 0;
}

/* Losing a collision is no failure, whichever end decided it; nor is giving way to the neighbor's new connection. */
static bool is_failure(const struct happening *happening)
{
    const struct bgp_error *error = happening->detail.error;
    if (happening->event == EVENT_OPEN_COLLISION_DUMP || happening->detail.replaced)
        return false;
    return happening->event != EVENT_NOTIF_MSG || !error || error->code != ERROR_CEASE ||
           error->subcode != CEASE_COLLISION_RESOLUTION;
}

/* After a stable session no connection is refused: a neighbor that has restarted returns at once. */
void peer_count_retry(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = peer_of(connection);
    if (!is_failure(happening))
        return;
    if (!peer->session)
        peer->retries++;
    if (happening->from < SESSION_ESTABLISHED || peer->retries > 1 || peer->idle_hold_floor_ms > 0)
        peer->refuse_until_ms = uv_now(peer->context->loop) + peer_idle_hold_ms(peer);
}
