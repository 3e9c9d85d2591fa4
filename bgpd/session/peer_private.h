/*
 * What the files of a peer share; nobody else includes it but the speaker. Each file calls only those below it:
 *
 *     peer_life.c          its beginning and end, what the operator asks, connections of the neighbor
 *     peer_status.c        what is shown
 *     peer_session.c       what the connections and timers tell it, how soon the next connection is tried
 *     peer_graceful.c      graceful restart
 *     peer_import.c        UPDATEs into the Adj-RIB-In
 *     peer_send.c          Adj-RIB-Out onto the wire
 *     peer_error.c         what went wrong, in words, to the log, the journal and show
 */
#ifndef VIPGATE_BGPD_SESSION_PEER_PRIVATE_H
#define VIPGATE_BGPD_SESSION_PEER_PRIVATE_H

#include "bgpd/session/connection.h"
#include "bgpd/session/md5_drops.h"
#include "bgpd/session/peer.h"
#include "bgpd/session/vip_filter.h"
#include "lib/journal.h"
#include "lib/log.h"

#include <bsd/sys/tree.h>

/* A connection of ours and one of theirs; and while theirs is the session, the one that may take its place. */
enum { OURS, THEIRS, THEIRS_TOO, CONNECTIONS };

enum peer_timer {
    TIMER_IDLE_HOLD = CONNECTIONS * CONNECTION_TIMERS,
    TIMER_STALE,   /* stale routes go though the neighbor has not sent End-of-RIB */
    TIMER_REFRESH, /* the same for a refresh */
    TIMER_IMPORT,  /* the next routes are looked at: for whether they are still to be kept, or are gone */
    PEER_TIMERS,
};

_Static_assert(PEER_TIMERS <= (int)TIMERS_MAX, "each timer of a peer has its place");

/* What the peers of one speaker share. */
struct peer_context {
    uv_loop_t *loop;
    struct journal *journal;
    const struct bgp_config *config;
    bool released; /* End-of-RIB may be sent (promise 1) */
    uint64_t started_ms;
    uint8_t preserved; /* FAMILY_BIT_… for which forwarding has outlived a restart of ours */
    struct vip_filter vips;
    struct transport_lingering lingering;          /* of peers that were removed */
    void (*change)(struct peer *peer, void *user); /* may be NULL */
    void *user;
};

struct peer {
    struct peer_context *context;
    const struct neighbor_config *config;
    struct address address;
    RB_ENTRY(peer) by_address;            /* by the speaker */
    size_t index;                         /* among the peers of the speaker, which keeps it */
    char name[ADDRESS_TEXT_SIZE];         /* the address, for the journal */
    char subject[ADDRESS_TEXT_SIZE + 16]; /* "neighbor 192.0.2.1", for the log */
    bool planned, running;                /* by the speaker: in the next configuration, in the present one */
    bool admin_down;
    struct connection_context shared; /* by the connections */
    struct connection connections[CONNECTIONS];
    struct connection *session;  /* the established one, or NULL */
    unsigned connect_attempts;   /* since the last session: the connect retry time doubles with each */
    unsigned retries;            /* ConnectRetryCounter: the idle hold time grows with it */
    uint64_t idle_hold_floor_ms; /* the next idle hold time is at least this */
    uint64_t refuse_until_ms;    /* connections failed too often: none of theirs is taken before */

    struct rib_in *rib_in;
    struct rib_out *rib_out;
    uint8_t end_of_rib_owed;                      /* FAMILY_BIT_… */
    uint8_t refresh_asked;                        /* the neighbor asked, and is answered after this batch of input */
    uint8_t refresh_begin_owed, refresh_end_owed; /* RFC 7313 */
    uint8_t next_hop_warned;
    bool holds_stale;           /* routes of a session that was lost */
    uint8_t end_of_rib_awaited; /* FAMILY_BIT_…: with graceful restart: not yet received */
    uint64_t import_cursor;     /* of TIMER_IMPORT */
    bool in_flush;

    uint64_t established_us;
    uint64_t established_ms;
    uint32_t transitions;
    uint32_t updates_malformed;
    struct session_error last_error_sent, last_error_received, last_transport_error;
    const struct session_error *last_notification, *last; /* of these, NULL where there is none */
    struct md5_drops md5_before;                          /* when the last attempt to connect began */
    char noted_cause[352];                                /* the last cause in the journal, which is not repeated */
    struct log_limit malformed_limit, error_limit;
};

static inline struct peer *peer_of(const struct connection *connection)
{
    return connection->context->peer;
}

static inline bool peer_is_ebgp(const struct peer *peer)
{
    return peer->config->peer_as != peer->context->config->local_as;
}

/* ---- peer_life.c */
struct peer *peer_new(struct peer_context *context, const struct neighbor_config *config);
void peer_start(struct peer *peer);
/* Ends the session with Cease/SUBCODE, and the peer. The memory is freed when libuv has closed its handles. */
void peer_remove(struct peer *peer, uint8_t cease);
/* Takes over CONFIG; RESET: with a new session. */
void peer_reconfigure(struct peer *peer, const struct neighbor_config *config, bool reset);
void peer_stop(struct peer *peer, uint8_t cease, const char *text);
/* A connection from the neighbor; takes over FD. */
void peer_accept(struct peer *peer, int fd);

/* ---- peer_session.c */
extern const struct connection_handler peer_connection_handler;
struct open_message peer_local_open(const struct peer *peer);
void peer_timer_expired(unsigned number, void *user);
/* The place for the neighbor's connection beside the session. */
struct connection *peer_theirs(struct peer *peer);
uint64_t peer_idle_hold_ms(const struct peer *peer);

/* ---- peer_graceful.c: what becomes of the routes of a session that ended by EVENT, or has come up again. */
void peer_graceful_down(struct connection *connection, enum fsm_event event, const struct bgp_error *error);
void peer_graceful_up(struct connection *connection);
void peer_graceful_expired(struct peer *peer);
/* End-of-RIB of FAMILY. */
void peer_graceful_end_of_rib(struct peer *peer, uint8_t family);
/* Whether the session was negotiated with it for a family at least, so that a new connection may replace it. */
bool peer_is_graceful(const struct peer *peer);
/* Makes a Cease after which the neighbor must not retain our routes a hard reset (RFC 8538 section 3.1). */
void peer_graceful_harden(const struct connection *connection, struct bgp_error *error);
/* What our OPEN says about it. */
struct graceful_restart peer_graceful_offer(const struct peer *peer);

/* ---- peer_import.c */
void peer_import(struct peer *peer, const struct update_view *update);
/* Their answer to our refresh begins or ends (RFC 7313). */
void peer_import_refresh(struct peer *peer, const struct refresh_message *refresh);
void peer_import_reset(struct peer *peer);
/* The filter or 'import' has changed: drops what is no longer to be kept, asks for what now is. */
void peer_import_changed(struct peer *peer);
/* Drops what of FAMILIES (FAMILY_BIT_…) is stale. */
void peer_import_sweep(struct peer *peer, uint8_t families);
/* The next routes that are not to be kept, or are gone. */
void peer_import_tidy(struct peer *peer);
/* Ends the session where there are more prefixes than 'maximum-prefix' allows. */
void peer_import_check(struct peer *peer);

/* ---- peer_send.c */
/* Prepares the sending side of a session that has come up. */
void peer_send_start(struct peer *peer);
/* Sends what is pending, as far as there is room: withdrawals only, or all. */
void peer_flush(struct peer *peer);

/* ---- peer_error.c */
void peer_note_notification(struct peer *peer, enum error_direction direction, const struct bgp_error *error,
                            const char *explanation);
/* How a connection was lost. */
void peer_note_transport(struct peer *peer, const char *message);
/* A connection could not be made; logged, unless the message is the same as before. */
void peer_note_connect(struct peer *peer, const char *message);
/* No answer within the connect retry time. */
void peer_note_no_answer(struct connection *connection);
void peer_note_malformed(struct connection *connection, const struct update_view *update);
/* An event for the journal with the last error as its cause, unless that is the same as before. */
void peer_journal_down(struct peer *peer, enum session_state from, enum session_state to);
void peer_journal_up(struct peer *peer);

#endif
