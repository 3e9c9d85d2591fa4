/*
 * What the files of a peer share; nobody else includes it but speaker.c.
 *
 *     peer.c           life of a peer, what the operator asks, what the rooms above ask
 *     peer_fsm.c       events into the FSM, its actions carried out
 *     peer_open.c      our OPEN, the judgement of theirs, collisions
 *     peer_receive.c   messages out of the stream
 *     peer_import.c    UPDATEs into the Adj-RIB-In
 *     peer_graceful.c  graceful restart
 *     peer_send.c      Adj-RIB-Out onto the wire, the small messages
 *     peer_timers.c    timers, their lengths
 *     peer_error.c     what went wrong, in words, to the log, the journal and show
 *     peer_status.c    what show neighbor shows
 */
#ifndef VIPGATE_BGPD_SESSION_PEER_PRIVATE_H
#define VIPGATE_BGPD_SESSION_PEER_PRIVATE_H

#include "bgpd/codec/message.h"
#include "bgpd/codec/update.h"
#include "bgpd/rib/prefix_set.h"
#include "bgpd/session/md5_drops.h"
#include "bgpd/session/peer.h"
#include "bgpd/session/timers.h"
#include "bgpd/session/transport.h"
#include "bgpd/session/vip_filter.h"
#include "lib/journal.h"
#include "lib/log.h"

/* A connection of ours and one of theirs; and while theirs is the session, the one that may take its place. */
enum { THEIRS = 2, CONNECTIONS = 1 + THEIRS };

enum peer_timer {
    TIMER_CONNECT_RETRY,
    TIMER_IDLE_HOLD,
    TIMER_SEND_HOLD,
    TIMER_STALE,   /* routes from before a restart go, though the neighbor has not said that it is over */
    TIMER_REFRESH, /* the same for a refresh */
    TIMER_IMPORT,  /* the next routes are looked at for whether they are still to be kept */
    TIMER_HOLD,    /* of our connection; then those of theirs */
    TIMER_KEEPALIVE = TIMER_HOLD + CONNECTIONS,
};

_Static_assert(TIMER_KEEPALIVE + CONNECTIONS <= TIMERS_MAX, "each timer of a peer has its place");

/* What the peers of one speaker share. */
struct peer_context {
    uv_loop_t *loop;
    struct journal *journal;
    const struct bgp_config *config;
    bool released; /* UPDATEs may leave (promise 1) */
    uint64_t started_ms;
    uint8_t preserved; /* FAMILY_BIT_… for which forwarding has outlived a restart of ours */
    struct vip_filter vips;
    struct transport_lingering lingering; /* of peers that were removed */
    struct md5_drops md5_drops;           /* as they were at md5_drops_ms */
    uint64_t md5_drops_ms;
    void (*change)(struct peer *peer, void *user); /* may be NULL */
    void *user;
    uint8_t scratch[UPDATE_SCRATCH_SIZE];
};

/* One of the possible connections, with its FSM. */
struct connection {
    struct peer *peer;
    bool ours;       /* we connect; else they do */
    unsigned number; /* among the peer's: ours is 0 */
    enum session_state state;
    uint64_t state_since_ms;
    struct transport *transport;     /* NULL: none */
    bool hold_extended;              /* the hold timer ran out while input waited unread, and got a second chance */
    bool connect_failed;             /* at once, while the actions of an event are carried out */
    struct open_message remote_open; /* these three from OpenConfirm on */
    struct negotiated negotiated;
    uint16_t hold_time_s;
};

struct peer {
    struct peer_context *context;
    const struct neighbor_config *config;
    size_t index;                         /* among the peers of the speaker, which keeps it */
    char name[ADDRESS_TEXT_SIZE];         /* the address, for the journal */
    char subject[ADDRESS_TEXT_SIZE + 16]; /* "neighbor 192.0.2.1", for the log */
    bool admin_down;
    bool removed;
    struct connection ours, theirs[THEIRS];
    struct connection *session; /* the established one, or NULL */
    struct transport_lingering lingering;
    struct timers timers;
    unsigned connect_attempts;   /* since the last session: the connect retry time doubles with each */
    unsigned retries;            /* ConnectRetryCounter: the idle hold time doubles with it */
    uint64_t idle_hold_floor_ms; /* the next idle hold time is at least this */
    uint64_t refuse_until_ms;    /* connections failed too often: none of theirs is taken before */

    struct rib_in *rib_in;
    struct prefix_set unkept, looped; /* what else the neighbor has announced */
    struct rib_out *rib_out;
    struct update_session update_session;         /* of the established session */
    uint8_t end_of_rib_owed;                      /* FAMILY_BIT_… */
    uint8_t refresh_asked;                        /* the neighbor asked, and is answered after this batch of input */
    uint8_t refresh_begin_owed, refresh_end_owed; /* RFC 7313 */
    uint8_t next_hop_warned;
    bool holds_stale;           /* routes of a session that was lost */
    uint8_t end_of_rib_awaited; /* FAMILY_BIT_…: the neighbor, with graceful restart, has not yet told all */
    uint64_t import_cursor;     /* of TIMER_IMPORT */
    bool in_flush;
    uint64_t progress_ms; /* when the neighbor's TCP last acknowledged something, while octets are on their way */
    uint64_t progress_offset;

    uint64_t established_us;
    uint64_t established_ms;
    uint32_t transitions;
    uint32_t updates_malformed;
    struct message_counters sent, received;
    struct session_error last_error_sent, last_error_received, last_transport_error;
    const struct session_error *last_notification, *last; /* of these, NULL where there is none */
    struct md5_drops md5_before;                          /* when the last attempt to connect began */
    char explanation[UPDATE_WHAT_SIZE]; /* of the NOTIFICATION about to be sent, where its data say nothing to people */
    char noted_cause[352];              /* the last cause in the journal: the same again is no news */
    struct log_limit malformed_limit, error_limit;
    void (*freed)(void *user);
    void *freed_user;
};

/* ---- peer.c */
struct peer *peer_new(struct peer_context *context, const struct neighbor_config *config);
void peer_start(struct peer *peer);
/* Ends the session with Cease/SUBCODE, and the peer. The memory goes when libuv has let go of it. */
void peer_remove(struct peer *peer, uint8_t cease);
/* Takes over CONFIG; RESET: with a new session. */
void peer_reconfigure(struct peer *peer, const struct neighbor_config *config, bool reset);
void peer_stop(struct peer *peer, uint8_t cease, const char *text);
/* A connection from the neighbor; takes over DESCRIPTOR. */
void peer_accept(struct peer *peer, int descriptor);

/* ---- peer_fsm.c: what comes with an event. */
struct event_detail {
    const struct bgp_error *error;
    const struct update_view *update;
    const struct refresh_message *refresh;
    bool replaced; /* by a connection of the neighbor that has restarted */
};
void connection_event(struct connection *connection, enum fsm_event event, const struct event_detail *detail);
/* The neighbor's connection beside the session. */
struct connection *peer_theirs(struct peer *peer);
/* What CONNECTION collides with: the session, or the one from the other side. */
struct connection *connection_other(struct connection *connection);
struct connection *peer_connection(struct peer *peer, unsigned number);
uint64_t connection_age_ms(const struct connection *connection);
/* Whether it has come as far as OPEN. */
bool connection_is_alive(const struct connection *connection);
extern const struct transport_handler connection_handler;
struct transport_context connection_transport_context(struct connection *connection);
struct socket_options peer_socket_options(const struct peer *peer);

/* ---- peer_open.c */
struct open_message peer_local_open(const struct peer *peer);
bool peer_is_ebgp(const struct peer *peer);
/* A valid OPEN or not, and what becomes of the two connections. */
void connection_open_received(struct connection *connection, struct wire_reader body);

/* ---- peer_receive.c */
void connection_receive(struct connection *connection);

/* ---- peer_import.c */
void peer_import(struct peer *peer, const struct update_view *update);
/* Their answer to our refresh begins or ends (RFC 7313). */
void peer_import_refresh(struct peer *peer, const struct refresh_message *refresh);
void peer_import_reset(struct peer *peer);
uint32_t peer_prefixes_received(const struct peer *peer);
/* The filter or 'import' has changed: drops what is no longer to be kept, asks for what now is. */
void peer_import_changed(struct peer *peer);
/* The next of what is to be dropped. */
void peer_import_narrow(struct peer *peer);
/* The refresh takes too long: what it has not confirmed goes. */
void peer_import_refresh_expired(struct peer *peer);
/* Ends the session where there are more prefixes than 'maximum-prefix' allows. */
void peer_import_check(struct peer *peer);

/* ---- peer_graceful.c: what becomes of the routes of a session that ended by EVENT, or has come up again. */
void peer_graceful_down(struct connection *connection, enum fsm_event event, const struct bgp_error *error);
void peer_graceful_up(struct connection *connection);
void peer_graceful_expired(struct peer *peer);
/* The neighbor has told all of FAMILY. */
void peer_graceful_end_of_rib(struct peer *peer, uint8_t family);
/* Whether the session was negotiated with it for a family at least, so that a new connection may replace it. */
bool peer_is_graceful(const struct peer *peer);
/* What our OPEN says of it. */
struct graceful_restart peer_graceful_offer(const struct peer *peer);
/* Makes a Cease after which the neighbor shall not keep our routes one that says so (RFC 8538 section 3.1). */
void peer_graceful_harden(const struct connection *connection, struct bgp_error *error);

/* ---- peer_send.c */
void connection_send_open(struct connection *connection);
void connection_send_keepalive(struct connection *connection);
void connection_send_notification(struct connection *connection, const struct bgp_error *error);
void peer_send_refresh(struct peer *peer, uint8_t family, uint8_t subtype);
/* Prepares the sending side of a session that has come up. */
void peer_send_start(struct peer *peer);
/* Sends what is pending, as far as there is room: withdrawals only, or all. */
void peer_flush(struct peer *peer);

/* ---- peer_timers.c */
void peer_timer_expired(unsigned number, void *user);
void peer_start_connect_retry(struct peer *peer);
void peer_start_idle_hold(struct peer *peer);
uint64_t peer_idle_hold_ms(const struct peer *peer);
/* How long the neighbor's TCP may take nothing of what is on its way. */
uint64_t peer_send_hold_ms(const struct peer *peer);
void connection_start_hold(struct connection *connection, uint64_t ms);
void connection_start_keepalive(struct connection *connection);
void connection_stop_timers(struct connection *connection);
/* Octets are on their way to the neighbor: its TCP is to acknowledge them. */
void peer_watch_progress(struct peer *peer);

/* ---- peer_error.c */
void peer_note_notification(struct peer *peer, enum error_direction direction, const struct bgp_error *error);
/* What became of a connection. */
void peer_note_transport(struct peer *peer, const char *message);
/* A connection could not be made; logged, unless it is the same again. */
void peer_note_connect(struct peer *peer, const char *message);
/* What the kernel has dropped by now, give or take a tenth of a second: many neighbors ask at once. */
struct md5_drops peer_md5_drops(struct peer_context *context);
/* Nothing has come back for the connect retry time. */
void peer_note_no_answer(struct peer *peer);
/* An event for the journal with the last error as its cause, unless that is no news. */
void peer_journal_down(struct peer *peer, enum session_state from, enum session_state to);
void peer_journal_up(struct peer *peer);

#endif
