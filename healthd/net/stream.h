/*
 * One stream of bytes beneath every probe that speaks over TCP or a Unix socket, in clear or through TLS:
 *
 *     resolve -> connect -> [PROXY line] -> [tls] -> opened -> take, take, …
 *
 * What the other side can make us do is bounded here, whatever protocol is read from the stream: one turn takes
 * STREAM_TURN_SIZE octets at most, and no more of them through TLS; from then on the run waits for its turns behind
 * everybody else (lib/turns.h); and a run that took its limit of octets, or STREAM_RUN_WORK pieces of work, is
 * over. TLS gets only the octets of the turn, so it can't go on longer than they do.
 */
#ifndef VIPGATE_HEALTHD_NET_STREAM_H
#define VIPGATE_HEALTHD_NET_STREAM_H

#include "healthd/net/dial.h"
#include "healthd/net/outbox.h"
#include "healthd/net/tls_session.h"
#include "lib/kinds/kind.h"
#include "lib/turns.h"

enum {
    STREAMS_SHARE_US = 1000, /* of one turn of the loop, for all together */
    STREAM_TURN_SIZE = 16 * 1024,
    STREAM_RUN_SIZE = 1024 * 1024,
    STREAM_RUN_WORK = 4096,             /* pieces that were received, TLS records, frames of a protocol above */
    STREAM_HANDSHAKE_SIZE = 128 * 1024, /* of TLS, certificates and all */
    STREAM_EMPTY_RECORDS = 64,          /* TLS records without content: tickets, key updates, alerts */
};

struct stream;

/* What a stream is to be. All of it outlives the stream. */
struct stream_target {
    const struct endpoint *endpoint;
    const char *unix_socket;        /* in place of endpoint; NULL: none */
    bool proxy_protocol;            /* a PROXY line, version 1, goes before everything */
    const struct tls_settings *tls; /* NULL: in clear */
    const char *alpn;               /* with TLS: "http/1.1" or "h2" */
    size_t limit;                   /* octets of one run; 0: STREAM_RUN_SIZE */
};

/* Who reads. */
struct stream_user {
    /* The stream stands: write something with stream_send. False, as in `take`: the run has ended within, by probe_ok
     * and its like after stream_close, or by stream_fail; the stream is then not touched any more. */
    bool (*opened)(struct stream *stream);
    /* SIZE octets have come; none: the other side has closed. */
    bool (*take)(struct stream *stream, const uint8_t *bytes, size_t size);
    /* The stream has closed: frees what the run holds beyond stream->memory. NULL: nothing ever. */
    void (*release)(struct stream *stream);
    /* ERROR, a negative errno, is why the run is about to end. True: it has been ended, or begun again. NULL: it ends
     * with what the errno means. */
    bool (*failed)(struct stream *stream, int error);
};

struct stream {
    struct dial dial; /* to a Unix socket: only its watch and descriptor */
    struct probe *probe;
    const struct stream_user *user;
    struct stream_target target;
    bool seen; /* the Unix socket was there before */
    bool open;
    int error; /* of sending, a negative errno; told when it is safe to end the run */
    size_t received;
    unsigned work, empty_records;
    struct turn turn;
    void *memory; /* the reader's, from malloc; freed when the stream closes */
    struct outbox out;
    struct tls_context *context; /* NULL: in clear */
    struct tls_wait wait;
    struct tls_session *tls; /* while it is connected; NULL: in clear */
};

/* Sets STREAM up for PROBE. False when out of memory; undo with stream_clear in either case. */
bool stream_init(struct stream *stream, struct probe *probe, const struct stream_target *target,
                 const struct stream_user *user);
void stream_clear(struct stream *stream);

/* Connects. Where nothing comes of it the probe's run is ended. */
void stream_start(struct stream *stream);

/* Ends whatever is under way, with a reset: no port is left in TIME_WAIT. */
void stream_close(struct stream *stream);

/* ---- a probe over one stream ---- */

/* The first member of such a probe. The kind's `init` calls stream_init; the others are STREAM_PROBE. */
struct stream_probe {
    struct probe probe; /* first */
    struct stream stream;
};

/* The stream of PROBE. */
struct stream *stream_of(struct probe *probe);

#define STREAM_PROBE                                                                                                   \
    .start = stream_probe_start, .cancel = stream_probe_cancel, .at = stream_probe_at, .clear = stream_probe_clear
void stream_probe_start(struct probe *probe);
void stream_probe_cancel(struct probe *probe);
void stream_probe_at(const struct probe *probe, char *text, size_t size);
void stream_probe_clear(struct probe *probe);

/* ---- for who reads ---- */

/* Writes SIZE octets. What does not go out at once goes later; what goes wrong ends the run, but not within. */
void stream_send(struct stream *stream, const void *bytes, size_t size);

/* Counts a piece of work; false: the run has had all of its share, and should end with stream_too_large. */
bool stream_spend(struct stream *stream);

/* Close the stream and end the run with a FAIL, "PEER: …"; return false. */
bool stream_fail(struct stream *stream, enum reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool stream_too_large(struct stream *stream);

/* Ends the run with what ERROR, a negative errno, means, and returns false. */
bool stream_fail_errno(struct stream *stream, int error);

/* Whether the server chose the protocol that ALPN offered; true in clear. */
bool stream_chose_alpn(const struct stream *stream);

/* Whether the server's certificate ends sooner than certificate-days allows; then WORDS say so. */
enum { STREAM_EXPIRY_SIZE = 96 };
bool stream_expires_soon(const struct stream *stream, char words[static STREAM_EXPIRY_SIZE]);

/* Whom it connects to: "192.0.2.1:80", "web.example.net:80", "/run/web.sock". */
void stream_peer(const struct stream *stream, char *text, size_t size);

/* What it is doing: "connect 192.0.2.1:80", "wait web.example.net:80". */
void stream_describe(const struct stream *stream, char *text, size_t size);

#endif
