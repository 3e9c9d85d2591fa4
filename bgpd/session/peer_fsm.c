/* Events into the FSM, and its actions carried out, in the order of their numbers. */
#include "bgpd/session/peer_private.h"

#include "lib/clock.h"

enum {
    LARGE_HOLD_MS = 4 * 60 * 1000,
    STABLE_MS = 60 * 1000,   /* a session that lasted so long is no part of an oscillation */
    RETRIES_ESTABLISHED = 3, /* what a session that came up leaves of the failures before: an idle hold time of 1.1 s */
};

/* An event on its way through the actions. */
struct happening {
    enum fsm_event event;
    enum session_state from;
    struct fsm_step step;
    const struct event_detail *detail;
};

struct connection *peer_connection(struct peer *peer, unsigned number)
{
    return number == 0 ? &peer->ours : &peer->theirs[number - 1];
}

/* The first of the two places, unless that is the session's, or the second is still taken from when it was. */
struct connection *peer_theirs(struct peer *peer)
{
    struct connection *first = &peer->theirs[0], *second = &peer->theirs[1];
    if (peer->session == first)
        return second;
    return second->state == SESSION_IDLE || peer->session == second ? first : second;
}

struct connection *connection_other(struct connection *connection)
{
    struct peer *peer = connection->peer;
    if (peer->session && peer->session != connection)
        return peer->session;
    return connection->ours ? peer_theirs(peer) : &peer->ours;
}

uint64_t connection_age_ms(const struct connection *connection)
{
    return uv_now(connection->peer->context->loop) - connection->state_since_ms;
}

bool connection_is_alive(const struct connection *connection)
{
    return connection->state >= SESSION_OPEN_SENT;
}

struct socket_options peer_socket_options(const struct peer *peer)
{
    const struct neighbor_config *config = peer->config;
    return (struct socket_options){.local = config->local_address,
                                   .remote = config->address,
                                   .port = config->port,
                                   .ttl = config->ttl,
                                   .ttl_security = config->ttl_security,
                                   .password = config->password};
}

struct transport_context connection_transport_context(struct connection *connection)
{
    struct peer *peer = connection->peer;
    return (struct transport_context){peer->context->loop, &peer->lingering, &connection_handler, connection};
}

/* ---- actions ------------------------------------------------------------------------------------------------------
 */

static void send_notification(struct connection *connection, const struct happening *happening)
{
    struct bgp_error error;
    if (happening->step.code)
        bgp_error_set(&error, happening->step.code, happening->step.subcode, NULL, 0);
    else
        error = *happening->detail->error;
    peer_graceful_harden(connection, &error);
    connection_send_notification(connection, &error);
    if (happening->event != EVENT_OPEN_COLLISION_DUMP)
        peer_note_notification(connection->peer, ERROR_SENT, &error);
}

static void session_down(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = connection->peer;
    if (uv_now(peer->context->loop) - peer->established_ms >= STABLE_MS)
        peer->retries = 0; /* this is no oscillation */
    peer->session = NULL;
    rib_out_session_lost(peer->rib_out);
    peer_graceful_down(connection, happening->event, happening->detail ? happening->detail->error : NULL);
    timers_stop(&peer->timers, TIMER_SEND_HOLD);
}

static void drop(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    transport_close(connection->transport);
    connection->transport = NULL;
}

static void stop_timers(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection_stop_timers(connection);
}

static void reset_retry_counter(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection->peer->retries = 0;
    connection->peer->connect_attempts = 0;
}

/* Losing a collision is none, whichever end decided it; nor is to give way to the neighbor's new connection. */
static bool is_failure(const struct happening *happening)
{
    const struct event_detail *detail = happening->detail;
    const struct bgp_error *error = detail ? detail->error : NULL;
    if (happening->event == EVENT_OPEN_COLLISION_DUMP || (detail && detail->replaced))
        return false;
    return happening->event != EVENT_NOTIF_MSG || !error || error->code != ERROR_CEASE ||
           error->subcode != CEASE_COLLISION_RESOLUTION;
}

/* A session that ends after it was stable refuses nobody: a neighbor that has restarted returns at once. */
static void count_retry(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = connection->peer;
    if (!is_failure(happening))
        return;
    if (!peer->session)
        peer->retries++;
    if (happening->from < SESSION_ESTABLISHED || peer->retries > 1 || peer->idle_hold_floor_ms > 0)
        peer->refuse_until_ms = uv_now(peer->context->loop) + peer_idle_hold_ms(peer);
}

static void start_idle_hold(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    peer_start_idle_hold(connection->peer);
}

static void automatic_start(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection_event(connection,
                     connection->peer->config->passive ? EVENT_AUTOMATIC_START_WITH_PASSIVE_TCP_ESTABLISHMENT
                                                       : EVENT_AUTOMATIC_START,
                     NULL);
}

static void begin_connection(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = connection->peer;
    char error[192];
    (void)happening;
    struct transport_context context = connection_transport_context(connection);
    struct socket_options options = peer_socket_options(peer);
    peer->connect_attempts++;
    peer->md5_before = peer_md5_drops(peer->context);
    connection->transport = transport_connect(&context, &options, error, sizeof error);
    if (connection->transport)
        return;
    peer_note_connect(peer, error);
    connection->connect_failed = true;
}

static void start_connect_retry(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    if (connection->ours && !connection->peer->config->passive)
        peer_start_connect_retry(connection->peer);
}

static void send_open(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection_send_open(connection);
}

static void start_large_hold(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection_start_hold(connection, LARGE_HOLD_MS);
}

static void send_keepalive(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection_send_keepalive(connection);
}

static void restart_hold(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection_start_hold(connection, connection->hold_time_s * UINT64_C(1000));
}

static void restart_keepalive(struct connection *connection, const struct happening *happening)
{
    (void)happening;
    connection_start_keepalive(connection);
}

/* A hold time of zero is for the session; the KEEPALIVE that begins it is not awaited for ever. */
static void start_timers(struct connection *connection, const struct happening *happening)
{
    if (connection->hold_time_s > 0)
        restart_hold(connection, happening);
    else
        connection_start_hold(connection, LARGE_HOLD_MS);
    restart_keepalive(connection, happening);
}

static void start_send_hold(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = connection->peer;
    (void)happening;
    peer->progress_ms = uv_now(peer->context->loop);
    peer->progress_offset = transport_acknowledged(connection->transport);
}

static void session_up(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = connection->peer;
    (void)happening;
    peer->session = connection;
    peer->connect_attempts = 0;
    if (peer->retries > RETRIES_ESTABLISHED)
        peer->retries = RETRIES_ESTABLISHED;
    peer->transitions++;
    peer->established_us = clock_real_us();
    peer->established_ms = uv_now(peer->context->loop);
    timers_stop(&peer->timers, TIMER_CONNECT_RETRY);
    timers_stop(&peer->timers, TIMER_IDLE_HOLD);
    connection_event(connection_other(connection), EVENT_OPEN_COLLISION_DUMP, NULL);
    peer_graceful_up(connection);
    peer_send_start(peer);
    peer_journal_up(peer);
    if (peer->context->change)
        peer->context->change(peer, peer->context->user);
    peer_flush(peer);
}

static void accept_update(struct connection *connection, const struct happening *happening)
{
    peer_import(connection->peer, happening->detail->update);
}

static void accept_refresh(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = connection->peer;
    const struct refresh_message *refresh = happening->detail->refresh;
    if (!refresh)
        return;
    if (refresh->subtype == REFRESH_REQUEST)
        peer->refresh_asked |= family_bit(refresh->family) & connection->negotiated.families;
    else
        peer_import_refresh(peer, refresh);
}

/* By bit of enum fsm_action. */
static void (*const actions[])(struct connection *, const struct happening *) = {
    send_notification,   session_down,        drop,
    stop_timers,         reset_retry_counter, count_retry,
    start_idle_hold,     automatic_start,     begin_connection,
    start_connect_retry, send_open,           start_large_hold,
    send_keepalive,      start_timers,        restart_hold,
    restart_keepalive,   start_send_hold,     session_up,
    accept_update,       accept_refresh,
};

static void carry_out(struct connection *connection, const struct happening *happening)
{
    for (unsigned i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (happening->step.actions & (1u << i))
            actions[i](connection, happening);
    }
}

/* A connection of theirs that is gone leaves nothing behind that waits: it does not connect again. */
static void forget_theirs(struct connection *connection)
{
    if (connection->ours || connection->transport || connection->state == SESSION_IDLE)
        return;
    connection->state = SESSION_IDLE;
    peer_start_idle_hold(connection->peer);
}

/* Told after all is done, as the listener may ask for anything; and once, though an action may have led to events of
 * its own. */
static void tell_fallen(struct connection *connection, const struct happening *happening)
{
    struct peer *peer = connection->peer;
    enum session_state from = happening->from, to = (enum session_state)happening->step.next;
    if (from < SESSION_OPEN_SENT || to >= SESSION_OPEN_SENT || happening->event == EVENT_OPEN_COLLISION_DUMP)
        return;
    if (from == SESSION_ESTABLISHED || !connection_is_alive(connection_other(connection)))
        peer_journal_down(peer, from, to);
    if (from == SESSION_ESTABLISHED && peer->context->change)
        peer->context->change(peer, peer->context->user);
}

void connection_event(struct connection *connection, enum fsm_event event, const struct event_detail *detail)
{
    struct happening happening = {event, connection->state, fsm_step(connection->state, event), detail};
    if (happening.step.next != happening.from) {
        connection->state = (enum session_state)happening.step.next;
        connection->state_since_ms = uv_now(connection->peer->context->loop);
        log_debug(connection->peer->subject, "%s connection: %s, %s to %s", connection->ours ? "our" : "their",
                  fsm_event_name(event), session_state_name(happening.from), session_state_name(connection->state));
    }
    carry_out(connection, &happening);
    forget_theirs(connection);
    tell_fallen(connection, &happening);
    if (connection->connect_failed) {
        connection->connect_failed = false;
        connection_event(connection, EVENT_TCP_CONNECTION_FAILS, NULL);
    }
}

/* ---- the transport's word ------------------------------------------------------------------------------------------
 */

static void on_connected(void *user)
{
    struct connection *connection = user;
    connection_event(connection, EVENT_TCP_CR_ACKED, NULL);
}

static void on_readable(void *user)
{
    connection_receive(user);
}

static void on_writable(void *user)
{
    struct connection *connection = user;
    struct peer *peer = connection->peer;
    if (peer->session != connection)
        return;
    bool waited = rib_out_pending(peer->rib_out);
    peer_flush(peer);
    if (waited && peer->context->change)
        peer->context->change(peer, peer->context->user);
}

static void on_lost(const char *reason, void *user)
{
    struct connection *connection = user;
    const struct connection *session = connection->peer->session;
    if (connection->state < SESSION_OPEN_SENT)
        peer_note_connect(connection->peer, reason);
    else if (!session || session == connection)
        peer_note_transport(connection->peer, reason);
    connection_event(connection, EVENT_TCP_CONNECTION_FAILS, NULL);
}

const struct transport_handler connection_handler = {on_connected, on_readable, on_writable, on_lost};
