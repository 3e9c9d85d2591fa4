/*
 * One TCP connection to a neighbor, made by us or by them: the FSM (RFC 4271 section 8) with its transport, its timers
 * and its OPEN exchange. It knows no route and no other connection; what concerns the peer is told through the handler.
 *
 *     connection_receive.c   what the transport and the timers report, and the messages in the stream, as events
 *     connection_event.c     events into the FSM, its actions carried out; the small messages, and whether the
 *                            neighbor's TCP takes what is sent
 */
#ifndef VIPGATE_BGPD_SESSION_CONNECTION_H
#define VIPGATE_BGPD_SESSION_CONNECTION_H

#include "bgpd/codec/message.h"
#include "bgpd/codec/update.h"
#include "bgpd/session/fsm.h"
#include "bgpd/session/timers.h"
#include "bgpd/session/transport.h"

enum connection_timer { TIMER_CONNECT_RETRY, TIMER_HOLD, TIMER_KEEPALIVE, TIMER_SEND_HOLD, CONNECTION_TIMERS };

struct message_counters {
    uint32_t open, update, notification, keepalive, route_refresh;
};

struct connection;

/* What comes with an event. */
struct event_detail {
    const struct bgp_error *error; /* received, or to be sent */
    const char *explanation;       /* of ERROR for our operator, where its data do not say enough */
    const struct update_view *update;
    const struct refresh_message *refresh; /* NULL: to be ignored */
    bool replaced;                         /* by a connection of the neighbor that has restarted */
};

/* An event on its way through the actions. */
struct happening {
    enum fsm_event event;
    enum session_state from;
    struct fsm_step step;
    struct event_detail detail;
};

/* Our OPEN, and the AS that theirs must have. */
struct open_terms {
    struct open_message local;
    uint32_t peer_as;
};

/* What a connection asks of the peer and tells it. Each may lead to further events, which may end the connection. */
struct connection_handler {
    void (*terms)(const struct connection *connection, struct open_terms *terms);
    /* Theirs is valid: whether this is the connection that stays (RFC 4271 section 6.8). */
    bool (*stays)(struct connection *connection);
    /* How long to wait before connecting again; 0: never. */
    uint64_t (*connect_retry_ms)(const struct connection *connection);
    /* An action of the FSM that is the peer's: on its counters, its idle hold timer, its tables. */
    void (*act)(struct connection *connection, enum fsm_action action, const struct happening *happening);
    /* All of the actions have been carried out. */
    void (*done)(struct connection *connection, const struct happening *happening);
    /* A NOTIFICATION is about to be sent, and may still be changed; one has been received. */
    void (*notifying)(struct connection *connection, struct bgp_error *error, const struct happening *happening);
    void (*notified)(struct connection *connection, const struct bgp_error *error);
    void (*malformed)(struct connection *connection, const struct update_view *update);
    void (*received)(struct connection *connection); /* all that was in the buffer */
    void (*writable)(struct connection *connection);
    void (*unanswered)(struct connection *connection); /* our SYN, for the connect retry time */
    void (*lost)(struct connection *connection, const char *reason);
};

/* What the connections of one peer share. */
struct connection_context {
    const struct connection_handler *handler;
    void *peer;
    uv_loop_t *loop;
    const char *subject;  /* for the log */
    struct timers timers; /* CONNECTION_TIMERS for each connection; then the peer's own */
    struct transport_lingering lingering;
    struct message_counters sent, received;
};

/* The peer sets the first three and update_session, and reads the rest. */
struct connection {
    struct connection_context *context;
    unsigned number; /* among the peer's */
    bool ours;       /* we connect; else they do */
    enum session_state state;
    uint64_t state_since_ms;
    struct transport *transport;     /* NULL: none */
    bool hold_extended;              /* the hold timer ran out while input waited unread, and got a second chance */
    bool connect_failed;             /* at once, while the actions of an event are carried out */
    struct open_message remote_open; /* these three from OpenConfirm on */
    struct negotiated negotiated;
    uint16_t hold_time_s;
    struct update_session update_session; /* for UPDATEs both ways, once established */
    uint64_t progress_ms; /* when the neighbor's TCP last acknowledged something, while octets are on their way */
    uint64_t progress_offset;
};

uint64_t connection_age_ms(const struct connection *connection);
/* Whether it has come as far as OPEN. */
bool connection_is_alive(const struct connection *connection);

/* ---- connection_receive.c */

/* Begins to connect to NEIGHBOR. Where that fails at once, TcpConnectionFails follows the event that is being carried
 * out. */
void connection_connect(struct connection *connection, const struct neighbor_config *neighbor);
/* Takes a connection that the neighbor made; takes over FD. */
void connection_accept(struct connection *connection, int fd, const struct neighbor_config *neighbor);
void connection_timer_expired(struct connection *connection, enum connection_timer timer);

/* ---- connection_event.c */

/* DETAIL may be NULL. */
void connection_event(struct connection *connection, enum fsm_event event, const struct event_detail *detail);

void connection_send_keepalive(struct connection *connection);
void connection_send_refresh(struct connection *connection, uint8_t family, uint8_t subtype);

void connection_start_timer(struct connection *connection, enum connection_timer timer, uint64_t ms);
/* Milliseconds left; -1 where it does not run. Of TIMER_SEND_HOLD: by when the neighbor's TCP must have taken some. */
int64_t connection_timer_left(const struct connection *connection, enum connection_timer timer);

/* Octets are on their way to the neighbor: its TCP must acknowledge them (RFC 9687). */
void connection_watch_progress(struct connection *connection);
/* Looks again: false where it has taken none of them for the send hold time. */
bool connection_has_progress(struct connection *connection);

#endif
