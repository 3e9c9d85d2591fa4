#include "healthd/net/stream.h"

#include "healthd/net/stream_tls.h"
#include "lib/clock.h"
#include "lib/container.h"

#include <bsd/string.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { PROXY_LINE_SIZE = 108 };

struct streams {
    struct turns *turns;
    struct tls *tls;
};

static struct stream *stream_of(struct watch *watch)
{
    return CONTAINER_OF(watch, struct stream, dial.watch);
}

static struct watcher *watcher_of(const struct stream *stream)
{
    return stream->probe->room->watcher;
}

static struct turns *turns_of(const struct stream *stream)
{
    return stream->probe->room->streams->turns;
}

void stream_peer(const struct stream *stream, char *text, size_t size)
{
    if (stream->target.unix_socket)
        strlcpy(text, stream->target.unix_socket, size);
    else
        endpoint_format(stream->target.endpoint, text, size);
}

void stream_describe(const struct stream *stream, char *text, size_t size)
{
    char peer[PROBE_TARGET_SIZE];

    stream_peer(stream, peer, sizeof peer);
    if (stream->wait.ready)
        snprintf(text, size, "read the certificates for %s", peer);
    else if (stream->dial.name && (strcmp(stream->probe->phase, "connect") == 0 || stream->dial.fd < 0))
        dial_describe(&stream->dial, text, size);
    else
        snprintf(text, size, "%s %s", stream->probe->phase, peer);
}

/* ---- the end of a run ---- */

void stream_close(struct stream *stream)
{
    stream_tls_close(stream);
    tls_context_cancel(&stream->wait);
    if (stream->probe->room->streams)
        turn_cancel(turns_of(stream), &stream->turn);
    if (stream->dial.name)
        dial_close(&stream->dial);
    else if (stream->dial.fd >= 0)
        watch_close(watcher_of(stream), &stream->dial.watch, dial_take(&stream->dial));
    free(stream->out);
    stream->out = NULL;
    stream->out_size = stream->out_sent = 0;
}

static void let_go(struct stream *stream)
{
    bool was_open = stream->open;

    stream_close(stream);
    if (was_open && stream->user->lost)
        stream->user->lost(stream);
}

bool stream_fail(struct stream *stream, enum reason reason, const char *format, ...)
{
    char peer[PROBE_TARGET_SIZE], words[PROBE_DETAIL_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    stream_peer(stream, peer, sizeof peer);
    let_go(stream);
    probe_fail(stream->probe, reason, "%.100s: %s", peer, words);
    return false;
}

bool stream_too_large(struct stream *stream)
{
    return stream_fail(stream, REASON_TOO_LARGE, "response too large");
}

bool stream_fail_errno(struct stream *stream, int error)
{
    char peer[PROBE_TARGET_SIZE];
    /* A Unix socket that was there before and is not now has lost its server; one that never was is our trouble. */
    bool gone = error == ENOENT && stream->seen;

    stream_peer(stream, peer, sizeof peer);
    let_go(stream);
    if (gone)
        probe_fail(stream->probe, REASON_CONNECTION_LOST, "%s is gone", peer);
    else
        probe_errno(stream->probe, error, "%s %s", stream->probe->phase, peer);
    return false;
}

/* ---- what goes out ---- */

/* Keeps what could not be sent yet. */
static bool keep(struct stream *stream, const uint8_t *bytes, size_t size)
{
    if (size > STREAM_OUT_SIZE - stream->out_size)
        return false;
    uint8_t *out = realloc(stream->out, stream->out_size + size);
    if (!out)
        return false;
    memcpy(out + stream->out_size, bytes, size);
    stream->out = out;
    stream->out_size += size;
    return true;
}

void stream_put(struct stream *stream, const uint8_t *bytes, size_t size)
{
    if (!stream->error && size > 0 && !keep(stream, bytes, size))
        stream->error = ENOBUFS;
}

void stream_flush(struct stream *stream)
{
    while (!stream->error && stream->out_sent < stream->out_size) {
        ssize_t count =
            send(stream->dial.fd, stream->out + stream->out_sent, stream->out_size - stream->out_sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0)
            stream->error = errno;
        else
            stream->out_sent += (size_t)count;
    }
    stream->out_size = stream->out_sent = 0;
}

void stream_send(struct stream *stream, const void *bytes, size_t size)
{
    const uint8_t *rest = bytes;

    if (stream->ssl)
        return stream_tls_send(stream, bytes, size);
    if (stream->out_size == 0 && !stream->error) {
        ssize_t count = send(stream->dial.fd, rest, size, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN)
            stream->error = errno;
        rest += count > 0 ? count : 0;
        size -= count > 0 ? (size_t)count : 0;
    }
    stream_put(stream, rest, size);
}

/* ---- what comes in ---- */

bool stream_spend(struct stream *stream)
{
    return ++stream->work <= STREAM_RUN_WORK;
}

/* Sends what the turn has left to say, and waits for more. False: the run has ended. */
static bool end_turn(struct stream *stream);

static bool digest(struct stream *stream, const uint8_t *bytes, size_t size)
{
    if (stream->ssl)
        return stream_tls_take(stream, bytes, size);
    if (size > 0 && !stream_spend(stream))
        return stream_too_large(stream);
    return stream->user->take(stream, bytes, size);
}

/* One piece of what is there; *MORE: there may be more. False: the run has ended. */
static bool receive(struct stream *stream, bool *more)
{
    uint8_t bytes[STREAM_TURN_SIZE];
    ssize_t count = recv(stream->dial.fd, bytes, sizeof bytes, 0);

    *more = count == sizeof bytes;
    if (count < 0)
        return errno == EAGAIN || errno == EINTR || stream_fail_errno(stream, errno);
    stream->received += (size_t)count;
    if (stream->received > STREAM_RUN_SIZE)
        return stream_too_large(stream);
    return digest(stream, bytes, (size_t)count);
}

static void wait_for_turn(struct stream *stream);

static void on_turn(struct turn *turn)
{
    struct stream *stream = CONTAINER_OF(turn, struct stream, turn);
    bool more;

    if (receive(stream, &more) && end_turn(stream) && more)
        wait_for_turn(stream);
}

static void wait_for_turn(struct stream *stream)
{
    watch_stop(watcher_of(stream), &stream->dial.watch);
    turn_await(turns_of(stream), &stream->turn, on_turn);
}

/* The first octets of a run are read at once, all others wait for their turn. */
static void on_ready(struct watch *watch, uint32_t events)
{
    struct stream *stream = stream_of(watch);
    bool readable = events & ~(uint32_t)EPOLLOUT, more;

    if (readable && stream->received >= STREAM_TURN_SIZE)
        wait_for_turn(stream);
    else if (!readable || receive(stream, &more))
        end_turn(stream);
}

static bool end_turn(struct stream *stream)
{
    stream_flush(stream);
    int error = stream->error;
    if (!error)
        error = watch_start(watcher_of(stream), &stream->dial.watch, stream->dial.fd,
                            EPOLLIN | (stream->out_size ? EPOLLOUT : 0u), on_ready);
    return !error || stream_fail_errno(stream, error);
}

/* ---- the beginning ---- */

/* "PROXY TCP4 192.0.2.1 192.0.2.2 40000 80": both ends of this connection, as HAProxy's own checks say it. */
static void put_proxy_line(struct stream *stream)
{
    struct sockaddr_storage from = {0}, to = {0};
    socklen_t from_size = sizeof from, to_size = sizeof to;
    char line[PROXY_LINE_SIZE], from_text[ADDRESS_TEXT_SIZE], to_text[ADDRESS_TEXT_SIZE];
    uint16_t from_port, to_port;

    if (getsockname(stream->dial.fd, (struct sockaddr *)&from, &from_size) < 0 ||
        getpeername(stream->dial.fd, (struct sockaddr *)&to, &to_size) < 0)
        stream->error = errno;
    struct address source = address_from_socket((struct sockaddr *)&from, &from_port);
    struct address target = address_from_socket((struct sockaddr *)&to, &to_port);
    source.scope = target.scope = 0; /* the protocol has no room for it */
    int size = snprintf(line, sizeof line, "PROXY TCP%d %s %s %u %u\r\n", source.family == FAMILY_IPV6 ? 6 : 4,
                        address_format(&source, from_text), address_format(&target, to_text), from_port, to_port);
    stream_put(stream, (const uint8_t *)line, (size_t)size);
}

static void on_connected(struct dial *dial)
{
    struct stream *stream = stream_of(&dial->watch);

    if (stream->target.proxy_protocol)
        put_proxy_line(stream);
    stream->open = !stream->target.tls;
    if (stream->open ? stream->user->opened(stream) : stream_tls_begin(stream))
        end_turn(stream);
}

static void connect_local(struct stream *stream)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    probe_phase(stream->probe, "connect");
    if (strlcpy(address.sun_path, stream->target.unix_socket, sizeof address.sun_path) >= sizeof address.sun_path) {
        stream_fail_errno(stream, ENAMETOOLONG);
        return;
    }
    stream->dial.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->dial.fd < 0 || connect(stream->dial.fd, (struct sockaddr *)&address, sizeof address) < 0) {
        stream_fail_errno(stream, errno);
        return;
    }
    stream->seen = true;
    on_connected(&stream->dial);
}

static void begin(struct stream *stream)
{
    const char *error = stream->context ? tls_context_error(stream->context) : NULL;

    if (error)
        probe_unable(stream->probe, REASON_LOCAL, "%s", error);
    else if (stream->target.unix_socket)
        connect_local(stream);
    else
        dial_start(&stream->dial);
}

static void on_files_read(struct tls_wait *wait)
{
    begin(CONTAINER_OF(wait, struct stream, wait));
}

void stream_start(struct stream *stream)
{
    stream->open = false;
    stream->error = 0;
    stream->received = 0;
    stream->work = stream->empty_records = 0;
    if (stream->context && tls_context_await(stream->context, &stream->wait, on_files_read))
        probe_phase(stream->probe, PROBE_PHASE_PREPARE);
    else
        begin(stream);
}

/* ---- life ---- */

static struct streams *streams_new(uv_loop_t *loop)
{
    struct streams *streams = calloc(1, sizeof *streams);

    if (!streams)
        return NULL;
    streams->turns = turns_new(loop);
    streams->tls = tls_new(loop);
    if (streams->turns && streams->tls)
        return streams;
    streams_free(streams);
    return NULL;
}

void streams_free(struct streams *streams)
{
    if (!streams)
        return;
    turns_free(streams->turns);
    tls_free(streams->tls);
    free(streams);
}

static bool acquire(struct stream *stream)
{
    const struct tls_settings *tls = stream->target.tls;
    struct probe_room *room = stream->probe->room;

    if (!room->streams)
        room->streams = streams_new(room->loop);
    if (!room->streams)
        return false;
    if (tls)
        stream->context = tls_context_acquire(room->streams->tls, tls->ca_file, tls->client_certificate, tls->verify);
    return !tls || stream->context;
}

bool stream_init(struct stream *stream, struct probe *probe, const struct stream_target *target,
                 const struct stream_user *user)
{
    *stream = (struct stream){.probe = probe, .target = *target, .user = user};
    stream->dial = (struct dial){.probe = probe, .fd = -1};
    if (!acquire(stream) || (!target->unix_socket && !dial_init(&stream->dial, probe, target->endpoint, SOCK_STREAM)))
        return false;
    stream->dial.connected = on_connected;
    stream->dial.brief = true; /* the request is the last ACK of the handshake, a reset the end */
    return true;
}

void stream_clear(struct stream *stream)
{
    stream_close(stream);
    if (stream->dial.name)
        dial_clear(&stream->dial);
    tls_context_release(stream->context);
    stream->context = NULL;
}

bool stream_chose_alpn(const struct stream *stream)
{
    const unsigned char *chosen = NULL;
    unsigned length = 0;

    if (!stream->ssl)
        return true;
    SSL_get0_alpn_selected(stream->ssl, &chosen, &length);
    return length == strlen(stream->target.alpn) && memcmp(chosen, stream->target.alpn, length) == 0;
}

bool stream_expires_soon(const struct stream *stream, char words[static STREAM_EXPIRY_SIZE])
{
    const struct tls_settings *tls = stream->target.tls;
    long days;

    if (!stream->ssl || !tls->certificate_expiry || !tls_days_left(stream->ssl, clock_real_us(), &days) ||
        days >= tls->certificate_days)
        return false;
    snprintf(words, STREAM_EXPIRY_SIZE, "the certificate expires in %ld days, fewer than %u", days,
             tls->certificate_days);
    return true;
}
