/*
 * tcp: a connection, and after it a dialogue where one is configured: send a text, wait until the answer holds another.
 * Without a dialogue the target's kernel answers for it, and the connection is over before the backend hears of it.
 * With hold-open the connection of a run that went well is kept where none is, and watched.
 */
#include "healthd/net/stream.h"
#include "healthd/probes/kinds.h"
#include "lib/container.h"
#include "lib/kinds/kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ANSWER_MAX = 64 * 1024, /* how much of an answer is searched for `expect` */
    UNREAD_MAX = 64 * 1024, /* a greeting may come unasked; more than this is not a connection to hold */
    LOOKS = 8,
};

/*
 * With hold-open a connection is held to the target, so that the kernel tells when the target dies and no interval has
 * to pass. Its loss asks for a probe at once, and what that finds decides.
 *
 *     lost -> look: accepted -> hold the new connection; where that is lost too, look again
 *                   reset before the dialogue is done -> connect again, in the same run
 *                   refused  -> the target is gone: a FAIL that does not wait for fall
 *
 * A dying process closes its descriptors one after the other, so a new connection may still get into the queue of a
 * listener that is about to go. No pause is needed to tell: the kernel resets that connection as well, which is the
 * next loss. A target that just closes idle connections costs one probe for each, and one that closes every connection
 * at once is looked at LOOKS times between two runs of the schedule, and no more.
 */
struct tcp {
    struct stream_probe base; /* first */
    size_t received;          /* into stream.memory, of ANSWER_MAX, during a dialogue with expect */
    struct watch watch;       /* of the connection that is held */
    int held;                 /* -1: none */
    unsigned looks;           /* and connections made again, since the last run of the schedule */
    size_t unread;            /* bytes that came unasked */
    bool lost;                /* and no run has begun since */
    bool after_loss;          /* the run under way is the look */
};

static struct tcp *tcp_of(struct stream *stream)
{
    return (struct tcp *)stream->probe;
}

static struct watcher *watcher_of(const struct tcp *tcp)
{
    return tcp->base.probe.room->watcher;
}

/* ---- the connection that is held ---- */

static void let_go(struct tcp *tcp)
{
    if (tcp->held >= 0)
        watch_close(watcher_of(tcp), &tcp->watch, tcp->held);
    tcp->held = -1;
}

/* The look comes first: to close takes a fifth of the time from the event to the verdict. */
static void lose(struct tcp *tcp)
{
    int fd = tcp->held;

    watch_stop(watcher_of(tcp), &tcp->watch);
    tcp->held = -1;
    if (tcp->looks < LOOKS) {
        tcp->looks++;
        tcp->lost = true;
        probe_look(&tcp->base.probe);
    }
    close(fd);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct tcp *tcp = CONTAINER_OF(watch, struct tcp, watch);
    char bytes[4096];

    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        return lose(tcp);
    ssize_t count = recv(tcp->held, bytes, sizeof bytes, 0);
    tcp->unread += count > 0 ? (size_t)count : 0;
    if (tcp->unread > UNREAD_MAX)
        let_go(tcp);
}

/* Takes over the connected FD and watches it. */
static void hold(struct tcp *tcp, int fd)
{
    tcp->held = fd;
    tcp->unread = 0;
    if (watch_start(watcher_of(tcp), &tcp->watch, fd, EPOLLIN | EPOLLRDHUP, on_ready))
        let_go(tcp); /* no memory or no watch left: the schedule alone must do */
}

/* ---- a run ---- */

static void begin(struct tcp *tcp);

/* A look that was reset has learned nothing yet: it connects again. */
static bool on_failed(struct stream *stream, int error)
{
    struct tcp *tcp = tcp_of(stream);

    if (tcp->after_loss && (error == -ECONNRESET || error == -EPIPE) && tcp->looks < LOOKS) {
        tcp->looks++;
        begin(tcp);
        return true;
    }
    tcp->base.probe.result.decisive = tcp->after_loss && error == -ECONNREFUSED;
    return false;
}

/* Ends the run: false, for the stream. */
static bool succeed(struct tcp *tcp, const char *what)
{
    const struct tcp_settings *settings = tcp->base.probe.settings;
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&tcp->base.stream.dial, address, sizeof address);
    if (settings->hold_open && tcp->held < 0)
        hold(tcp, dial_take(&tcp->base.stream.dial));
    stream_close(&tcp->base.stream);
    probe_ok(&tcp->base.probe, "%s %s", what, address);
    return false;
}

/* Takes what has come, and looks for the text, from where a match may now end. */
static bool on_take(struct stream *stream, const uint8_t *bytes, size_t size)
{
    struct tcp *tcp = tcp_of(stream);
    const char *expect = ((const struct tcp_settings *)tcp->base.probe.settings)->expect;
    size_t length = strlen(expect), room = ANSWER_MAX - tcp->received, count = size < room ? size : room;
    size_t from = tcp->received < length ? 0 : tcp->received - length + 1;
    char *answer = stream->memory;

    if (size == 0)
        return stream_fail(stream, REASON_CLOSED, "closed after %zu bytes without the expected text", tcp->received);
    memcpy(answer + tcp->received, bytes, count);
    tcp->received += count;
    if (memmem(answer + from, tcp->received - from, expect, length))
        return succeed(tcp, "expected answer from");
    if (tcp->received == ANSWER_MAX)
        return stream_fail(stream, REASON_TOO_LARGE, "response too large: %d bytes without the expected text",
                           ANSWER_MAX);
    return true;
}

static bool on_opened(struct stream *stream)
{
    struct tcp *tcp = tcp_of(stream);
    const struct tcp_settings *settings = tcp->base.probe.settings;

    if (settings->send) {
        probe_phase(&tcp->base.probe, "send");
        stream_send(stream, settings->send, strlen(settings->send));
    }
    if (stream->error)
        return stream_fail_errno(stream, stream->error);
    if (!settings->expect)
        return succeed(tcp, settings->send ? "connected and sent to" : "connected to");
    probe_phase(&tcp->base.probe, "wait");
    stream->memory = malloc(ANSWER_MAX);
    return stream->memory || stream_fail_errno(stream, -ENOMEM);
}

/* ---- the probe ---- */

static bool tcp_init(struct probe *probe)
{
    static const struct stream_user user = {.opened = on_opened, .take = on_take, .failed = on_failed};
    const struct tcp_settings *settings = probe->settings;
    const struct stream_target target = {.endpoint = &settings->target};

    ((struct tcp *)probe)->held = -1;
    return stream_init(stream_of(probe), probe, &target, &user);
}

/* A backend that speaks first needs the handshake's last ACK at once, and one that is held must not be reset. */
static void begin(struct tcp *tcp)
{
    const struct tcp_settings *settings = tcp->base.probe.settings;

    tcp->received = 0;
    tcp->base.stream.dial.brief = !settings->send && !settings->expect && (!settings->hold_open || tcp->held >= 0);
    stream_start(&tcp->base.stream);
}

static void tcp_start(struct probe *probe)
{
    struct tcp *tcp = (struct tcp *)probe;

    if (!tcp->lost)
        tcp->looks = 0;
    tcp->after_loss = tcp->lost;
    tcp->lost = false;
    begin(tcp);
}

static void tcp_clear(struct probe *probe)
{
    let_go((struct tcp *)probe);
    stream_probe_clear(probe);
}

const struct probe_kind probe_tcp = {
    .name = "tcp",
    .size = sizeof(struct tcp),
    .init = tcp_init,
    .start = tcp_start,
    .cancel = stream_probe_cancel,
    .at = stream_probe_at,
    .clear = tcp_clear,
};
