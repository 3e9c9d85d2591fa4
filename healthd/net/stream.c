#include "healthd/net/stream.h"

#include "lib/clock.h"
#include "lib/container.h"

#include <bsd/string.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct watcher *watcher_of(const struct stream *stream)
{
    return stream->probe->room->watcher;
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

/* ---- what goes out ---- */

static void note(struct stream *stream, int error)
{
    if (!stream->error)
        stream->error = error;
}

/* Sends what TLS has to say, and what waits. */
static void flush(struct stream *stream)
{
    const uint8_t *bytes;
    size_t size;

    while (stream->tls && (bytes = tls_session_say(stream->tls, &size)) && size > 0)
        note(stream, outbox_put(&stream->out, bytes, size));
    if (!stream->error)
        note(stream, outbox_flush(&stream->out, stream->dial.fd));
}

void stream_send(struct stream *stream, const void *bytes, size_t size)
{
    if (stream->error)
        return;
    if (!stream->tls)
        note(stream, outbox_send(&stream->out, stream->dial.fd, bytes, size));
    else if (!tls_session_write(stream->tls, bytes, size))
        note(stream, -EPROTO);
}

/* ---- the end of a run ---- */

/* Says that we close only where that needs no waiting. */
static void close_tls(struct stream *stream)
{
    if (!stream->tls)
        return;
    if (stream->open)
        tls_session_close(stream->tls);
    flush(stream);
    tls_session_free(stream->tls);
    stream->tls = NULL;
}

void stream_close(struct stream *stream)
{
    close_tls(stream);
    tls_context_cancel(&stream->wait);
    turn_cancel(stream->probe->room->turns, &stream->turn);
    if (stream->dial.name)
        dial_close(&stream->dial);
    else if (stream->dial.fd >= 0)
        watch_close(watcher_of(stream), &stream->dial.watch, dial_take(&stream->dial));
    outbox_clear(&stream->out);
    if (stream->user->release)
        stream->user->release(stream);
    free(stream->memory);
    stream->memory = NULL;
}

bool stream_fail(struct stream *stream, enum reason reason, const char *format, ...)
{
    char peer[PROBE_TARGET_SIZE], words[PROBE_DETAIL_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    stream_peer(stream, peer, sizeof peer);
    stream_close(stream);
    probe_fail(stream->probe, reason, "%.100s: %s", peer, words);
    return false;
}

bool stream_too_large(struct stream *stream)
{
    return stream_fail(stream, REASON_TOO_LARGE, "response too large");
}

static bool is_dealt_with(struct stream *stream, int error)
{
    return stream->user->failed && stream->user->failed(stream, error);
}

bool stream_fail_errno(struct stream *stream, int error)
{
    char peer[PROBE_TARGET_SIZE];

    stream_peer(stream, peer, sizeof peer);
    stream_close(stream);
    if (is_dealt_with(stream, error))
        return false;
    /* A Unix socket that was there before and is not now has lost its server; one that never was is our trouble. */
    if (error == -ENOENT && stream->seen)
        probe_fail(stream->probe, REASON_CONNECTION_LOST, "%s is gone", peer);
    else
        probe_errno(stream->probe, error, "%s %s", stream->probe->phase, peer);
    return false;
}

/* ---- what comes in ---- */

bool stream_spend(struct stream *stream)
{
    return ++stream->work <= STREAM_RUN_WORK;
}

static bool fail_tls(struct stream *stream)
{
    char words[PROBE_DETAIL_SIZE];
    enum reason reason = tls_session_failure(stream->tls, words, sizeof words);

    return stream_fail(stream, reason, "%s", words);
}

/* False, here and below: the run has ended. */
static bool shake_hands(struct stream *stream)
{
    enum tls_progress progress = tls_session_handshake(stream->tls);

    if (progress == TLS_FAILED)
        return fail_tls(stream);
    if (progress == TLS_MORE && stream->received > STREAM_HANDSHAKE_SIZE)
        return stream_fail(stream, REASON_TOO_LARGE, "TLS handshake too large");
    stream->open = progress == TLS_DONE;
    return !stream->open || stream->user->opened(stream);
}

/* All records that are whole. */
static bool take_records(struct stream *stream)
{
    uint8_t bytes[STREAM_TURN_SIZE];
    size_t size;

    while (!stream->error) {
        if (!stream_spend(stream))
            return stream_too_large(stream);
        enum tls_progress progress = tls_session_read(stream->tls, bytes, sizeof bytes, &size);
        if (progress == TLS_FAILED)
            return fail_tls(stream);
        if (progress == TLS_CLOSED)
            return stream->user->take(stream, NULL, 0);
        if (progress == TLS_MORE && !tls_session_has_more(stream->tls))
            return true;
        if (progress == TLS_MORE && ++stream->empty_records > STREAM_EMPTY_RECORDS)
            return stream_fail(stream, REASON_TOO_LARGE, "response too large: TLS records without content");
        if (progress == TLS_DONE && !stream->user->take(stream, bytes, size))
            return false;
    }
    return true;
}

static bool digest_tls(struct stream *stream, const uint8_t *bytes, size_t size)
{
    if (size == 0 && !stream->open)
        return stream_fail(stream, REASON_CLOSED, "closed in the TLS handshake");
    if (size == 0)
        return stream->user->take(stream, NULL, 0);
    if (!tls_session_feed(stream->tls, bytes, size))
        return stream_fail_errno(stream, -ENOMEM);
    if (!stream->open && !shake_hands(stream))
        return false;
    return !stream->open || take_records(stream);
}

static bool digest(struct stream *stream, const uint8_t *bytes, size_t size)
{
    if (stream->tls)
        return digest_tls(stream, bytes, size);
    if (size > 0 && !stream_spend(stream))
        return stream_too_large(stream);
    return stream->user->take(stream, bytes, size);
}

/* One piece of what is there; *MORE: there may be more. */
static bool receive(struct stream *stream, bool *more)
{
    uint8_t bytes[STREAM_TURN_SIZE];
    ssize_t count = recv(stream->dial.fd, bytes, sizeof bytes, 0);

    *more = count == sizeof bytes;
    if (count < 0)
        return errno == EAGAIN || errno == EINTR || stream_fail_errno(stream, -errno);
    stream->received += (size_t)count;
    if (stream->received > stream->target.limit)
        return stream_too_large(stream);
    return digest(stream, bytes, (size_t)count);
}

/* Sends what the turn has left to say, and waits for more. */
static bool end_turn(struct stream *stream);
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
    turn_await(stream->probe->room->turns, &stream->turn, on_turn);
}

/* The first octets of a run are read at once, all others wait for their turn. */
static void on_ready(struct watch *watch, uint32_t events)
{
    struct stream *stream = CONTAINER_OF(watch, struct stream, dial.watch);
    bool readable = events & ~(uint32_t)EPOLLOUT, more;

    if (readable && stream->received >= STREAM_TURN_SIZE)
        wait_for_turn(stream);
    else if (!readable || receive(stream, &more))
        end_turn(stream);
}

static bool end_turn(struct stream *stream)
{
    flush(stream);
    int error = stream->error;
    if (!error)
        error = watch_start(watcher_of(stream), &stream->dial.watch, stream->dial.fd,
                            EPOLLIN | (stream->out.size ? EPOLLOUT : 0u), on_ready);
    return !error || stream_fail_errno(stream, error);
}

/* ---- the beginning ---- */

/* "PROXY TCP4 192.0.2.1 192.0.2.2 40000 80" with both ends of the connection FD: the line of HAProxy's PROXY protocol,
 * version 1, as its own checks send it. Its length, or a negative errno. */
static int write_proxy_line(int fd, char *line, size_t size)
{
    struct sockaddr_storage from, to;
    socklen_t from_size = sizeof from, to_size = sizeof to;
    char from_text[ADDRESS_TEXT_SIZE], to_text[ADDRESS_TEXT_SIZE];
    uint16_t from_port, to_port;

    if (getsockname(fd, (struct sockaddr *)&from, &from_size) < 0 ||
        getpeername(fd, (struct sockaddr *)&to, &to_size) < 0)
        return -errno;
    struct address source = address_from_socket((struct sockaddr *)&from, &from_port);
    struct address target = address_from_socket((struct sockaddr *)&to, &to_port);
    source.scope = target.scope = 0; /* the protocol has no room for it */
    return snprintf(line, size, "PROXY TCP%d %s %s %u %u\r\n", source.family == FAMILY_IPV6 ? 6 : 4,
                    address_format(&source, from_text), address_format(&target, to_text), from_port, to_port);
}

static void put_proxy_line(struct stream *stream)
{
    char line[108];
    int size = write_proxy_line(stream->dial.fd, line, sizeof line);

    note(stream, size < 0 ? size : outbox_put(&stream->out, line, (size_t)size));
}

static bool begin_tls(struct stream *stream)
{
    probe_phase(stream->probe, "tls");
    stream->tls = tls_session_new(stream->context, stream->target.tls->name, stream->target.alpn);
    if (!stream->tls)
        return stream_fail_errno(stream, -ENOMEM);
    /* The end of the handshake and the request are two segments, and the second must not wait for the first's ACK. */
    if (!stream->target.unix_socket)
        setsockopt(stream->dial.fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return shake_hands(stream);
}

static void on_connected(struct dial *dial)
{
    struct stream *stream = CONTAINER_OF(dial, struct stream, dial);

    if (stream->target.proxy_protocol)
        put_proxy_line(stream);
    stream->open = !stream->target.tls;
    if (stream->open ? stream->user->opened(stream) : begin_tls(stream))
        end_turn(stream);
}

static void on_failed(struct dial *dial, int error)
{
    if (!is_dealt_with(CONTAINER_OF(dial, struct stream, dial), error))
        dial_report(dial, error);
}

static void connect_local(struct stream *stream)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    probe_phase(stream->probe, "connect");
    if (strlcpy(address.sun_path, stream->target.unix_socket, sizeof address.sun_path) >= sizeof address.sun_path) {
        stream_fail_errno(stream, -ENAMETOOLONG);
        return;
    }
    stream->dial.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->dial.fd < 0 || connect(stream->dial.fd, (struct sockaddr *)&address, sizeof address) < 0) {
        stream_fail_errno(stream, -errno);
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

bool stream_init(struct stream *stream, struct probe *probe, const struct stream_target *target,
                 const struct stream_user *user)
{
    const struct tls_settings *tls = target->tls;

    *stream = (struct stream){.probe = probe, .target = *target, .user = user};
    stream->dial = (struct dial){.probe = probe, .fd = -1};
    if (!target->limit)
        stream->target.limit = STREAM_RUN_SIZE;
    if (tls)
        stream->context = tls_context_acquire(probe->room->tls, tls->ca_file, tls->client_certificate, tls->verify);
    if ((tls && !stream->context) ||
        (!target->unix_socket && !dial_init(&stream->dial, probe, target->endpoint, SOCK_STREAM)))
        return false;
    stream->dial.connected = on_connected;
    stream->dial.failed = on_failed;
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
    return !stream->tls || tls_session_chose(stream->tls, stream->target.alpn);
}

bool stream_expires_soon(const struct stream *stream, char words[static STREAM_EXPIRY_SIZE])
{
    const struct tls_settings *settings = stream->target.tls;
    long days;

    if (!stream->tls || !settings->certificate_expiry || !tls_session_days_left(stream->tls, clock_real_us(), &days) ||
        days >= settings->certificate_days)
        return false;
    snprintf(words, STREAM_EXPIRY_SIZE, "certificate expires in %ld days, fewer than %u", days,
             settings->certificate_days);
    return true;
}

/* ---- a probe over one stream ---- */

struct stream *stream_of(struct probe *probe)
{
    return &((struct stream_probe *)probe)->stream;
}

void stream_probe_start(struct probe *probe)
{
    stream_start(stream_of(probe));
}

void stream_probe_cancel(struct probe *probe)
{
    stream_close(stream_of(probe));
}

void stream_probe_at(const struct probe *probe, char *text, size_t size)
{
    stream_describe(&((const struct stream_probe *)probe)->stream, text, size);
}

void stream_probe_clear(struct probe *probe)
{
    stream_clear(stream_of(probe));
}
