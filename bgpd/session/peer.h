/*
 * One neighbor: its connections (ours and theirs, RFC 4271 section 6.8), its Adj-RIB-In and Adj-RIB-Out, graceful
 * restart, and when to try again. Here is what the rooms above see of it: what is shown, and what an operator asks of a
 * session.
 */
#ifndef VIPGATE_BGPD_SESSION_PEER_H
#define VIPGATE_BGPD_SESSION_PEER_H

#include "bgpd/codec/capability.h"
#include "bgpd/config/config.h"
#include "bgpd/rib/rib_in.h"
#include "bgpd/rib/rib_out.h"
#include "bgpd/session/connection.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stdint.h>

struct peer;

enum error_direction { ERROR_NONE, ERROR_SENT, ERROR_RECEIVED, ERROR_LOCAL };

/* How a session ended or could not begin. */
struct session_error {
    enum error_direction direction;
    uint64_t time_us;
    uint8_t code, subcode; /* of the NOTIFICATION; 0 with ERROR_LOCAL */
    char name[64];         /* "Cease/Administrative Shutdown"; empty with ERROR_LOCAL */
    char message[256];     /* the text of RFC 9003, the data in words, or what became of the connection */
};

/* Seconds left of each timer, rounded up; -1 where it does not run. */
struct timers_left {
    int32_t hold, keepalive, connect_retry, idle_hold, send_hold;
};

/* What show neighbor shows, filled at one moment. Absent values are zero. */
struct peer_status {
    enum session_state state;
    bool admin_down;
    uint64_t established_us; /* real time of the last establishment; 0: never */
    uint32_t uptime_s;       /* 0 unless established */
    uint32_t transitions;
    uint16_t hold_time_s, keepalive_time_s; /* negotiated; meaningful when established */
    uint32_t remote_router_id;
    struct capability_names local_capabilities, remote_capabilities, negotiated_capabilities;
    uint32_t prefixes_received, prefixes_kept, prefixes_looped, prefixes_sent;
    struct message_counters sent, received;
    uint32_t updates_malformed;
    struct timers_left timers;
    struct transport_facts socket;
    struct session_error last_error; /* the last NOTIFICATION, whoever sent it */
    struct session_error last_error_sent, last_error_received;
    struct session_error last_transport_error; /* a connection that was lost or could not be made */
};

const struct neighbor_config *peer_config(const struct peer *peer);
void peer_status(const struct peer *peer, struct peer_status *status);

/* Why there is no session: the NOTIFICATION that ended the last one or kept another from coming up, whatever
 * connections have failed since; else what became of the connection. Direction ERROR_NONE where nothing is known. */
const struct session_error *peer_status_cause(const struct peer_status *status);
bool peer_is_established(const struct peer *peer);

/* The neighbor's tables. Whoever changes the Adj-RIB-Out calls speaker_flush when done. */
struct rib_out *peer_rib_out(const struct peer *peer);

/* Sends, now, the withdrawals that are pending for this neighbor: for a caller who has much to send to many neighbors,
 * so that the first does not wait for the last. speaker_flush sends the rest. */
void peer_flush_withdrawals(struct peer *peer);
const struct rib_in *peer_rib_in(const struct peer *peer);

/* Whether the neighbor takes routes of FAMILY: on its session, or, while there is none, by its configuration. */
bool peer_carries(const struct peer *peer, uint8_t family);

/* Why the session cannot carry a route of FAMILY with ATTRIBUTES, with the remedy, in words; NULL: it can, or there is
 * no session. */
const char *peer_obstacle(const struct peer *peer, uint8_t family, const struct path_attributes *attributes);

/* How far the route has come: asks the kernel what the neighbor's TCP has acknowledged. */
enum delivery peer_delivery(const struct peer *peer, const struct rib_out_route *route);

/* Whether everything sent so far, withdrawals included, was acknowledged by the neighbor's TCP; true when the session
 * is down. */
bool peer_all_acknowledged(const struct peer *peer);

/* The attributes that ROUTE is sent with on this session, as shown: next hop self resolved, AS path as text. */
const char *peer_as_path_text(const struct peer *peer, const struct path_attributes *attributes, char *buffer,
                              size_t size);
struct address peer_next_hop(const struct peer *peer, const struct prefix *prefix,
                             const struct path_attributes *attributes);

/* What an operator asks for. TEXT (RFC 9003) may be NULL. peer_refresh: asks the neighbor for its routes; false where
 * it did not offer route refresh or no session is up. */
void peer_admin_down(struct peer *peer, const char *text);
void peer_admin_up(struct peer *peer);
void peer_reset(struct peer *peer, const char *text);
bool peer_refresh(struct peer *peer);

#endif
