/*
 * tcp: a connection, and after it a dialogue where one is configured: send a text, wait until the answer holds another.
 * Without a dialogue the target's kernel answers for it, and the connection is over before the backend hears of it.
 * With hold-open the connection of a run that went well is kept where none is: see healthd/probes/tcp/hold.h.
 */
#include "lib/kinds/kind.h"
#include "healthd/net/stream.h"
#include "healthd/probes/kinds.h"
#include "healthd/probes/tcp/hold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How much of an answer is searched for `expect`. */
enum { ANSWER_MAX = 64 * 1024 };

struct tcp {
    struct stream_probe base; /* first */
    struct hold *hold;        /* NULL: no hold-open */
    char *answer;             /* of ANSWER_MAX, during a dialogue with expect */
    size_t received;
};

static struct tcp *tcp_of(struct stream *stream)
{
    return (struct tcp *)stream->probe;
}

static void release(struct stream *stream)
{
    struct tcp *tcp = tcp_of(stream);

    free(tcp->answer);
    tcp->answer = NULL;
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
    tcp->base.probe.result.decisive = hold_is_decisive(tcp->hold, error);
    return false;
}

/* Ends the run: false, for the stream. */
static bool succeed(struct tcp *tcp, const char *what)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&tcp->base.stream.dial, address, sizeof address);
    if (tcp->hold && !hold_is_held(tcp->hold))
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

    if (size == 0)
        return stream_fail(stream, REASON_CLOSED, "closed after %zu bytes without the expected text", tcp->received);
    memcpy(tcp->answer + tcp->received, bytes, count);
    tcp->received += count;
    if (memmem(tcp->answer + from, tcp->received - from, expect, length))
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
    tcp->answer = malloc(ANSWER_MAX);
    return tcp->answer || stream_fail_errno(stream, -ENOMEM);
}

/* ---- the probe ---- */

static bool tcp_init(struct probe *probe)
{
    static const struct stream_user user = {
        .opened = on_opened, .take = on_take, .release = release, .failed = on_failed};
    struct tcp *tcp = (struct tcp *)probe;
    const struct tcp_settings *settings = probe->settings;
    const struct stream_target target = {.endpoint = &settings->target};

    if (!stream_init(&tcp->base.stream, probe, &target, &user))
        return false;
    if (!settings->hold_open)
        return true;
    tcp->hold = malloc(sizeof *tcp->hold);
    if (tcp->hold)
        hold_init(tcp->hold, probe);
    return tcp->hold;
}

/* A backend that speaks first needs the handshake's last ACK at once, and one that is held must not be reset. */
static void begin(struct tcp *tcp)
{
    const struct tcp_settings *settings = tcp->base.probe.settings;

    tcp->received = 0;
    tcp->base.stream.dial.brief = !settings->send && !settings->expect && (!tcp->hold || hold_is_held(tcp->hold));
    stream_start(&tcp->base.stream);
}

static void tcp_start(struct probe *probe)
{
    struct tcp *tcp = (struct tcp *)probe;

    if (tcp->hold)
        hold_begin_run(tcp->hold);
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
