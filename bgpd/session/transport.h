/*
 * One TCP connection as a stream of octets with bounded buffers. What is committed is written at once, without waiting
 * for the loop; what the kernel does not take is sent when it is ready. Each octet sent has an offset in the
 * stream, so that the owner can ask which of them the other end's TCP has acknowledged.
 *
 * At most TRANSPORT_INPUT_MAX octets received and TRANSPORT_OUTPUT_MAX to be sent are held; one turn of the loop reads
 * no more than TRANSPORT_READ_MAX, so that a neighbor that floods delays the others by no more than that.
 */
#ifndef VIPGATE_BGPD_SESSION_TRANSPORT_H
#define VIPGATE_BGPD_SESSION_TRANSPORT_H

#include "bgpd/session/socket.h"
#include "lib/wire.h"

#include <sys/queue.h>
#include <uv.h>

enum {
    TRANSPORT_INPUT_MAX = 64 * 1024, /* the longest message (RFC 8654) fits */
    TRANSPORT_READ_MAX = 16 * 1024,
    TRANSPORT_OUTPUT_MAX = 136 * 1024,
    TRANSPORT_URGENT_ROOM = 8 * 1024, /* kept free for what must not wait: KEEPALIVE and NOTIFICATION */
    TRANSPORT_LINGERING_MAX = 4,      /* closed transports of one owner that still deliver */
};

struct transport;

/* Called from the loop only, never from inside a call of the owner. After lost the transport does nothing more; the
 * owner closes it. REASON: "connection closed by the neighbor", "connect to 192.0.2.4 port 179: connection refused". */
struct transport_handler {
    void (*connected)(void *user);
    void (*readable)(void *user);
    void (*writable)(void *user); /* all output has been sent */
    void (*lost)(const char *reason, void *user);
};

/* Transports that their owner has closed and that still deliver what was sent before, the latest first. Empty when
 * zero. */
struct transport_lingering {
    LIST_HEAD(, transport) transports;
    unsigned count;
};

struct transport_context {
    uv_loop_t *loop;
    struct transport_lingering *lingering;
    const struct transport_handler *handler;
    void *user;
};

/* Begins to connect to NEIGHBOR; NULL with ERROR where that fails at once. */
struct transport *transport_connect(const struct transport_context *context, const struct neighbor_config *neighbor,
                                    char *error, size_t size);

/* Takes over an FD that was accepted. NULL with ERROR; then it is closed. */
struct transport *transport_accepted(const struct transport_context *context, int fd,
                                     const struct neighbor_config *neighbor, char *error, size_t size);

/* What has been received and not yet consumed. */
struct wire_reader transport_input(const struct transport *transport);
void transport_consume(struct transport *transport, size_t size);

/* Whether octets wait in the kernel that have not been read yet. */
bool transport_input_waits(const struct transport *transport);

/* SIZE octets of room at the end of what is to be sent; NULL where there is no such room, and unless URGENT, none of
 * the room kept for what is. transport_commit says how many of them were used. */
uint8_t *transport_reserve(struct transport *transport, size_t size, bool urgent);
void transport_commit(struct transport *transport, size_t size);

/* Writes, now, as much of what was committed as the kernel takes. */
void transport_flush(struct transport *transport);

/* The offset in the stream after all that was committed, and that up to which the other end's TCP has it. */
uint64_t transport_offset(const struct transport *transport);
uint64_t transport_acknowledged(const struct transport *transport);

/* Our end's address. */
struct address transport_local(const struct transport *transport, uint16_t *port);

/* For show. */
struct transport_facts {
    struct address local;
    uint16_t local_port, remote_port;
    uint8_t ttl, minimum_ttl;
    bool md5;
    uint32_t mss, unacknowledged, queued;
};

void transport_facts(const struct transport *transport, struct transport_facts *facts);

/* The owner is done with it: what was committed is still delivered, the other end's close awaited, both within two
 * seconds; beyond TRANSPORT_LINGERING_MAX of them the oldest is reset. NULL is ignored. */
void transport_close(struct transport *transport);

/* The owner is going away: what still lingers for it moves to TO, which has no maximum. */
void transport_lingering_move(struct transport_lingering *lingering, struct transport_lingering *to);

/* Whether everything that lingers was acknowledged; and the end of it. */
bool transport_lingering_done(const struct transport_lingering *lingering);
void transport_lingering_end(struct transport_lingering *lingering);

#endif
