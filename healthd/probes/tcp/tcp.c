/*
 * tcp: a connection, and after it a dialogue where one is configured: send a text, wait until the answer holds another.
 * Without a dialogue the target's kernel answers for it, and the connection is over before the backend hears of it.
 * With hold-open the connection of a run that went well is kept where none is: see struct hold.
 */
#include "lib/kinds/kind.h"
#include "healthd/net/stream.h"
#include "healthd/probes/kinds.h"

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
 * A connection held open to the target, so that the kernel tells when the target dies and no interval has to pass. Its
 * loss asks for a probe at once; what that probe finds decides.
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
struct hold {
    struct watch watch; /* first: the callback gets its address */
    struct probe *probe;
    int fd;          /* -1: none */
    unsigned looks;  /* and connections made again, since the last run of the schedule */
    size_t unread;   /* bytes that came unasked */
    bool lost;       /* and no run has begun since */
    bool after_loss; /* the run under way is the look */
};

struct tcp {
    struct stream_probe base; /* first */
    struct hold *hold;        /* NULL: no hold-open */
    size_t received;          /* into stream.memory, of ANSWER_MAX, during a dialogue with expect */
};

/* ---- the connection that is held ---- */

static void hold_close(struct hold *hold)
{
    if (hold->fd >= 0)
        watch_close(hold->probe->room->watcher, &hold->watch, hold->fd);
    hold->fd = -1;
}

static void look(struct hold *hold)
{
    if (hold->looks >= LOOKS)
        return;
    hold->looks++;
    hold->lost = true;
    probe_look(hold->probe);
}

/* The look comes first: to close takes a fifth of the time from the event to the verdict. */
static void lose(struct hold *hold)
{
    int fd = hold->fd;

    watch_stop(hold->probe->room->watcher, &hold->watch);
    hold->fd = -1;
    look(hold);
    close(fd);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct hold *hold = (struct hold *)watch;
    char bytes[4096];

    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        return lose(hold);
    ssize_t count = recv(hold->fd, bytes, sizeof bytes, 0);
    hold->unread += count > 0 ? (size_t)count : 0;
    if (hold->unread > UNREAD_MAX)
        hold_close(hold);
}

/* Takes over the connected FD and watches it. */
static void hold_keep(struct hold *hold, int fd)
{
    hold_close(hold);
    hold->fd = fd;
    hold->unread = 0;
    if (watch_start(hold->probe->room->watcher, &hold->watch, fd, EPOLLIN | EPOLLRDHUP, on_ready))
        hold_close(hold); /* no memory or no watch left: the schedule alone must do */
}

/* The connection of the run under way ended with ERROR, a negative errno. True: the run is a look, and a reset has told
 * it nothing yet; it is to connect again. */
static bool hold_try_again(struct hold *hold, int error)
{
    if (!hold->after_loss || (error != -ECONNRESET && error != -EPIPE) || hold->looks >= LOOKS)
        return false;
    hold->looks++;
    return true;
}

/* ---- a run ---- */

static struct tcp *tcp_of(struct stream *stream)
{
    return (struct tcp *)stream->probe;
}

static void begin(struct tcp *tcp);

static bool on_failed(struct stream *stream, int error)
{
    struct tcp *tcp = tcp_of(stream);

    if (!tcp->hold)
        return false;
    if (hold_try_again(tcp->hold, error)) {
        begin(tcp);
        return true;
    }
    tcp->base.probe.result.decisive = tcp->hold->after_loss && error == -ECONNREFUSED;
    return false;
}

/* Ends the run: false, for the stream. */
static bool succeed(struct tcp *tcp, const char *what)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&tcp->base.stream.dial, address, sizeof address);
    if (tcp->hold && tcp->hold->fd < 0)
        hold_keep(tcp->hold, dial_take(&tcp->base.stream.dial));
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
    struct tcp *tcp = (struct tcp *)probe;
    const struct tcp_settings *settings = probe->settings;
    const struct stream_target target = {.endpoint = &settings->target};

    if (!stream_init(&tcp->base.stream, probe, &target, &user))
        return false;
    if (!settings->hold_open)
        return true;
    tcp->hold = malloc(sizeof *tcp->hold);
    if (tcp->hold)
        *tcp->hold = (struct hold){.probe = probe, .fd = -1};
    return tcp->hold;
}

/* A backend that speaks first needs the handshake's last ACK at once, and one that is held must not be reset. */
static void begin(struct tcp *tcp)
{
    const struct tcp_settings *settings = tcp->base.probe.settings;

    tcp->received = 0;
    tcp->base.stream.dial.brief = !settings->send && !settings->expect && (!tcp->hold || tcp->hold->fd >= 0);
    stream_start(&tcp->base.stream);
}

static void tcp_start(struct probe *probe)
{
    struct tcp *tcp = (struct tcp *)probe;
    struct hold *hold = tcp->hold;

    if (hold && !hold->lost)
        hold->looks = 0;
    if (hold) {
        hold->after_loss = hold->lost;
        hold->lost = false;
    }
    begin(tcp);
}

static void tcp_clear(struct probe *probe)
{
    struct tcp *tcp = (struct tcp *)probe;

    if (tcp->hold)
        hold_close(tcp->hold);
    free(tcp->hold);
    stream_clear(&tcp->base.stream);
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
