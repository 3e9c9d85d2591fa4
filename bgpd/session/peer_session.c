/*
 * What the connections and the timers of a peer tell it: sessions that come up and go down, UPDATEs, collisions; and
 * how soon the next connection is tried.
 */
#include "bgpd/session/collision.h"
#include "bgpd/session/peer_private.h"
#include "lib/clock.h"

#include <bsd/stdlib.h>

enum {
    STABLE_MS = 60 * 1000, /* a session that lasted this long is not part of an oscillation */
    BACKOFF_MAX_MS = 60 * 1000,
    IDLE_HOLD_FIRST_MS = 500,
    RETRIES_ESTABLISHED = 3, /* the failures that are remembered when a session comes up: an idle hold time of 1.1 s */
};

/* ---- which connection, and how soon the next is tried ---- */

/* The first of the two places, unless it is the session's, or the second is still in use from when it was. */
struct connection *peer_theirs(struct peer *peer)
{
    struct connection *first = &peer->connections[THEIRS], *second = &peer->connections[THEIRS_TOO];

    if (peer->session == first)
        return second;
    return second->state == SESSION_IDLE || peer->session == second ? first : second;
}

/* What CONNECTION collides with: the session, or the one from the other side. */
static struct connection *other_of(struct connection *connection)
{
    struct peer *peer = peer_of(connection);

    if (peer->session && peer->session != connection)
        return peer->session;
    return connection->ours ? peer_theirs(peer) : &peer->connections[OURS];
}

/* Doubles with each failed attempt, up to a minute (or what is configured, where that is more). */
static uint64_t connect_retry_ms(const struct connection *connection)
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
static void start_idle_hold(struct peer *peer)
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
static void count_retry(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = peer_of(connection);

    if (!is_failure(happening))
        return;
    if (!peer->session)
        peer->retries++;
    if (happening->from < SESSION_ESTABLISHED || peer->retries > 1 || peer->idle_hold_floor_ms > 0)
        peer->refuse_until_ms = uv_now(peer->context->loop) + peer_idle_hold_ms(peer);
}

/* ---- OPEN ---- */

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

static void on_terms(const struct connection *connection, struct open_terms *terms)
{
    const struct peer *peer = peer_of(connection);

    *terms = (struct open_terms){peer_local_open(peer), peer->config->peer_as};
}

/* ---- collisions ---- */

/* The neighbor has restarted: its routes are retained (RFC 4724 section 4.2), and no NOTIFICATION is sent on a
 * connection that it has lost. */
static void replace(struct connection *session)
{
    peer_note_transport(peer_of(session), "the neighbor has restarted and reconnected");
    connection_event(session, EVENT_TCP_CONNECTION_FAILS, &(struct event_detail){.replaced = true});
}

static bool on_stays(struct connection *connection)
{
    struct peer *peer = peer_of(connection);
    struct connection *other = other_of(connection);
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
    enum collision_verdict verdict = collision_judge(&collision);

    if (verdict == COLLISION_DROP_OTHER && other == peer->session)
        replace(other);
    else if (verdict == COLLISION_DROP_OTHER)
        connection_event(other, EVENT_OPEN_COLLISION_DUMP, NULL);
    return verdict != COLLISION_DROP_THIS;
}

/* ---- the FSM's actions that are the peer's ---- */

static void tell_change(struct peer *peer)
{
    if (peer->context->change)
        peer->context->change(peer, peer->context->user);
}

static void session_up(struct connection *connection)
{
    struct peer *peer = peer_of(connection);

    peer->session = connection;
    peer->connect_attempts = 0;
    if (peer->retries > RETRIES_ESTABLISHED)
        peer->retries = RETRIES_ESTABLISHED;
    peer->transitions++;
    peer->established_us = clock_real_us();
    peer->established_ms = uv_now(peer->context->loop);
    timers_stop(&peer->shared.timers, TIMER_IDLE_HOLD);
    connection_event(other_of(connection), EVENT_OPEN_COLLISION_DUMP, NULL);
    peer_graceful_up(connection);
    peer_send_start(peer);
    peer_journal_up(peer);
    tell_change(peer);
    peer_flush(peer);
}

static void session_down(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = peer_of(connection);

    if (uv_now(peer->context->loop) - peer->established_ms >= STABLE_MS)
        peer->retries = 0; /* not an oscillation */
    peer->session = NULL;
    rib_out_session_lost(peer->rib_out);
    peer_graceful_down(connection, happening->event, happening->detail.error);
}

static void begin_connection(struct connection *connection)
{
    struct peer *peer = peer_of(connection);

    peer->connect_attempts++;
    peer->md5_before = md5_drops_read(uv_now(peer->context->loop));
    connection_connect(connection, peer->config);
}

static void accept_update(struct peer *peer, const struct update_view *update)
{
    peer_import(peer, update);
    if (update->end_of_rib != FAMILY_NONE)
        peer_graceful_end_of_rib(peer, update->end_of_rib);
    peer_import_check(peer);
}

static void accept_refresh(struct peer *peer, const struct refresh_message *refresh)
{
    if (refresh && refresh->subtype == REFRESH_REQUEST)
        peer->refresh_asked |= family_bit(refresh->family) & peer->session->negotiated.families;
    else if (refresh)
        peer_import_refresh(peer, refresh);
}

static void on_act(struct connection *connection, enum fsm_action action, const struct happening *happening)
{
    struct peer *peer = peer_of(connection);

    switch (action) {
    case ACTION_SESSION_UP:
        session_up(connection);
        break;
    case ACTION_SESSION_DOWN:
        session_down(connection, happening);
        break;
    case ACTION_RESET_RETRY_COUNTER:
        peer->retries = peer->connect_attempts = 0;
        break;
    case ACTION_COUNT_RETRY:
        count_retry(connection, happening);
        break;
    case ACTION_START_IDLE_HOLD:
        start_idle_hold(peer);
        break;
    case ACTION_AUTOMATIC_START:
        connection_event(
            connection,
            peer->config->passive ? EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT : EVENT_AUTOMATIC_START, NULL);
        break;
    case ACTION_CONNECT:
        begin_connection(connection);
        break;
    case ACTION_ACCEPT_UPDATE:
        accept_update(peer, happening->detail.update);
        break;
    case ACTION_ACCEPT_REFRESH:
        accept_refresh(peer, happening->detail.refresh);
        break;
    default: /* the connection's own */
        break;
    }
}

/* Reported after all is done, as the listener may ask for anything; and once, though an action may have led to events
 * of its own. */
static void on_done(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = peer_of(connection);
    enum session_state from = happening->from, to = (enum session_state)happening->step.next;

    if (from < SESSION_OPEN_SENT || to >= SESSION_OPEN_SENT || happening->event == EVENT_OPEN_COLLISION_DUMP)
        return;
    if (from == SESSION_ESTABLISHED || !connection_is_alive(other_of(connection)))
        peer_journal_down(peer, from, to);
    if (from == SESSION_ESTABLISHED)
        tell_change(peer);
}

/* ---- the other things that a connection tells ---- */

static void on_notifying(struct connection *connection, struct bgp_error *error, const struct happening *happening)
{
    peer_graceful_harden(connection, error);
    if (happening->event != EVENT_OPEN_COLLISION_DUMP)
        peer_note_notification(peer_of(connection), ERROR_SENT, error, happening->detail.explanation);
}

static void on_notified(struct connection *connection, const struct bgp_error *error)
{
    struct peer *peer = peer_of(connection);
    bool collision = error->code == ERROR_CEASE && error->subcode == CEASE_COLLISION_RESOLUTION;

    if (!collision || peer->session == connection || !connection_is_alive(other_of(connection)))
        peer_note_notification(peer, ERROR_RECEIVED, error, NULL);
}

static void on_received(struct connection *connection)
{
    struct peer *peer = peer_of(connection);

    if (peer->session == connection && peer->refresh_asked)
        peer_flush(peer);
}

static void on_writable(struct connection *connection)
{
    struct peer *peer = peer_of(connection);

    if (peer->session != connection)
        return;
    bool waited = rib_out_pending(peer->rib_out);
    peer_flush(peer);
    if (waited)
        tell_change(peer);
}

static void on_lost(struct connection *connection, const char *reason)
{
    struct peer *peer = peer_of(connection);

    if (connection->state < SESSION_OPEN_SENT)
        peer_note_connect(peer, reason);
    else if (!peer->session || peer->session == connection)
        peer_note_transport(peer, reason);
}

const struct connection_handler peer_connection_handler = {
    .terms = on_terms,
    .stays = on_stays,
    .connect_retry_ms = connect_retry_ms,
    .act = on_act,
    .done = on_done,
    .notifying = on_notifying,
    .notified = on_notified,
    .malformed = peer_note_malformed,
    .received = on_received,
    .writable = on_writable,
    .unanswered = peer_note_no_answer,
    .lost = on_lost,
};

/* ---- timers ---- */

void peer_timer_expired(unsigned number, void *user)
{
    struct peer *peer = user;

    switch (number) {
    case TIMER_IDLE_HOLD:
        connection_event(&peer->connections[OURS], EVENT_IDLE_HOLD_TIMER_EXPIRES, NULL);
        break;
    case TIMER_STALE:
        peer_graceful_expired(peer);
        break;
    case TIMER_REFRESH:
        peer_import_sweep(peer, (uint8_t)~peer->end_of_rib_awaited); /* they have not confirmed the rest */
        break;
    case TIMER_IMPORT:
        peer_import_tidy(peer);
        break;
    default:
        connection_timer_expired(&peer->connections[number / CONNECTION_TIMERS], number % CONNECTION_TIMERS);
        break;
    }
}
