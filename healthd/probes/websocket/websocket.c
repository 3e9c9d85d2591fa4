/*
 * websocket: the whole handshake of RFC 6455, the accept key checked, then a ping and its pong:
 *
 *     resolve -> connect -> [tls] -> handshake -> [ping -> pong] -> close
 *
 * Frames of the application that come before the pong are passed over, as far as the buffer and the run's share go.
 */
#include "healthd/net/stream.h"
#include "healthd/probes/kinds.h"
#include "healthd/probes/websocket/websocket_message.h"
#include "lib/kinds/kind.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECEIVED_MAX = 64 * 1024, PING_SIZE = 8, CLOSE_NORMAL = 1000, REQUEST_MAX = 4096 };

struct websocket {
    struct stream_probe base; /* first */
    char key[WEBSOCKET_KEY_SIZE];
    uint8_t ping[PING_SIZE];
    bool open;   /* the handshake is done */
    size_t size; /* of what was received, into stream.memory, of RECEIVED_MAX */
};

static struct websocket *websocket_of(struct stream *stream)
{
    return (struct websocket *)stream->probe;
}

static const struct websocket_settings *settings_of(const struct websocket *websocket)
{
    return websocket->base.probe.settings;
}

/* ---- the end of a run: those who end it return false, as the stream wants it ---- */

static bool fail(struct websocket *websocket, enum reason reason, const char *what)
{
    stream_close(&websocket->base.stream);
    probe_fail(&websocket->base.probe, reason, "%s: %s", settings_of(websocket)->base.target, what);
    return false;
}

static void say_frame(struct websocket *websocket, uint8_t opcode, const void *payload, size_t size)
{
    uint8_t frame[6 + WEBSOCKET_CONTROL_MAX];
    struct wire_writer writer = wire_writer_of(frame, sizeof frame);

    websocket_write_frame(&writer, opcode, payload, size, arc4random());
    stream_send(&websocket->base.stream, writer.data, writer.position);
}

static bool succeed(struct websocket *websocket)
{
    static const uint8_t normal[2] = {CLOSE_NORMAL >> 8, CLOSE_NORMAL & 0xff};
    const struct websocket_settings *settings = settings_of(websocket);
    char words[STREAM_EXPIRY_SIZE];

    if (stream_expires_soon(&websocket->base.stream, words))
        return fail(websocket, REASON_CERTIFICATE, words);
    say_frame(websocket, WEBSOCKET_CLOSE, normal, sizeof normal);
    stream_close(&websocket->base.stream);
    probe_ok(&websocket->base.probe, "%s: %s", settings->base.target, settings->ping ? "pong" : "handshake done");
    return false;
}

/* ---- what comes back ---- */

/* What is wrong with the answer; NULL: it is a WebSocket server's. */
static const char *judge_answer(const struct websocket *websocket, const struct websocket_answer *answer)
{
    if (!answer->upgrade || !answer->connection)
        return "status 101 without Upgrade: websocket and Connection: Upgrade";
    if (!answer->accept)
        return "wrong Sec-WebSocket-Accept";
    if (settings_of(websocket)->subprotocol && !answer->subprotocol)
        return "the server did not choose the subprotocol";
    return NULL;
}

/* False: the run has ended. */
static bool take_answer(struct websocket *websocket)
{
    char accept[WEBSOCKET_ACCEPT_SIZE], what[64], *received = websocket->base.stream.memory;
    struct websocket_answer answer;

    websocket_accept(websocket->key, accept);
    if (!websocket_read_answer(received, websocket->size, accept, settings_of(websocket)->subprotocol, &answer))
        return websocket->size < RECEIVED_MAX || fail(websocket, REASON_TOO_LARGE, "response header too large");
    snprintf(what, sizeof what, answer.status ? "status %d, not 101" : "not an HTTP/1.1 response", answer.status);
    if (answer.status != 101)
        return fail(websocket, answer.status ? REASON_STATUS : REASON_PROTOCOL, what);
    const char *wrong = judge_answer(websocket, &answer);
    if (wrong)
        return fail(websocket, REASON_PROTOCOL, wrong);
    websocket->size -= answer.size;
    memmove(received, received + answer.size, websocket->size);
    websocket->open = true;
    return true;
}

static bool is_our_pong(const struct websocket *websocket, const struct websocket_frame *frame)
{
    return frame->opcode == WEBSOCKET_PONG && frame->size == PING_SIZE &&
           memcmp(frame->payload, websocket->ping, PING_SIZE) == 0;
}

/* False: the run has ended. Of several pings that come at once the last is answered (section 5.5.3). */
static bool take_frames(struct websocket *websocket)
{
    uint8_t *received = websocket->base.stream.memory;
    struct wire_reader reader = wire_reader_of(received, websocket->size);
    struct websocket_frame frame, ping = {0};
    const char *wrong;
    int taken;

    while ((taken = websocket_read_frame(&reader, &frame, &wrong)) > 0) {
        if (is_our_pong(websocket, &frame))
            return succeed(websocket);
        if (frame.opcode == WEBSOCKET_CLOSE)
            return fail(websocket, REASON_CLOSED, "the server sent close instead of pong");
        if (frame.opcode == WEBSOCKET_PING)
            ping = frame;
        if (!stream_spend(&websocket->base.stream))
            return fail(websocket, REASON_TOO_LARGE, "response too large: too many frames before the pong");
    }
    if (taken < 0)
        return fail(websocket, REASON_PROTOCOL, wrong);
    if (reader.position == 0 && websocket->size == RECEIVED_MAX)
        return fail(websocket, REASON_TOO_LARGE, "response too large: no end of a frame before the pong");
    if (ping.payload)
        say_frame(websocket, WEBSOCKET_PONG, ping.payload, ping.size);
    websocket->size -= reader.position;
    memmove(received, received + reader.position, websocket->size);
    return true;
}

/* What there is in the buffer. False: the run has ended. */
static bool take(struct websocket *websocket)
{
    if (websocket->open)
        return take_frames(websocket);
    if (!take_answer(websocket))
        return false;
    if (!websocket->open)
        return true;
    if (!settings_of(websocket)->ping)
        return succeed(websocket);
    arc4random_buf(websocket->ping, sizeof websocket->ping);
    probe_phase(&websocket->base.probe, "ping");
    say_frame(websocket, WEBSOCKET_PING, websocket->ping, sizeof websocket->ping);
    return take_frames(websocket);
}

static bool on_take(struct stream *stream, const uint8_t *bytes, size_t size)
{
    struct websocket *websocket = websocket_of(stream);

    if (size == 0)
        return fail(websocket, REASON_CLOSED, websocket->open ? "closed before the pong" : "closed in the handshake");
    while (size > 0) {
        size_t room = RECEIVED_MAX - websocket->size, count = size < room ? size : room;
        memcpy((uint8_t *)stream->memory + websocket->size, bytes, count);
        websocket->size += count;
        bytes += count;
        size -= count;
        if (!take(websocket))
            return false;
    }
    return true;
}

/* ---- the beginning of a run ---- */

static void write_request(struct websocket *websocket, struct wire_writer *writer)
{
    const struct websocket_settings *settings = settings_of(websocket);
    const char *subprotocol = settings->subprotocol;
    uint8_t nonce[WEBSOCKET_NONCE_SIZE];
    char text[REQUEST_MAX];

    arc4random_buf(nonce, sizeof nonce);
    websocket_key(nonce, websocket->key);
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
                        settings->path, settings->host, websocket->key, subprotocol ? "Sec-WebSocket-Protocol: " : "",
                        subprotocol ? subprotocol : "", subprotocol ? "\r\n" : "");
    wire_write_bytes(writer, text, (size_t)size);
}

static bool on_opened(struct stream *stream)
{
    struct websocket *websocket = websocket_of(stream);
    uint8_t request[REQUEST_MAX];
    struct wire_writer writer = wire_writer_of(request, sizeof request);

    probe_phase(&websocket->base.probe, "handshake");
    stream->memory = malloc(RECEIVED_MAX);
    if (!stream->memory)
        return stream_fail_errno(stream, -ENOMEM);
    write_request(websocket, &writer);
    stream_send(stream, writer.data, writer.position);
    return true;
}

static void websocket_start(struct probe *probe)
{
    struct websocket *websocket = (struct websocket *)probe;

    websocket->open = false;
    websocket->size = 0;
    stream_start(&websocket->base.stream);
}

static bool websocket_init(struct probe *probe)
{
    static const struct stream_user user = {.opened = on_opened, .take = on_take};
    const struct websocket_settings *settings = probe->settings;
    const struct stream_target target = {
        .endpoint = &settings->target,
        .tls = settings->tls_used ? &settings->tls : NULL,
        .alpn = "http/1.1",
    };

    return stream_init(stream_of(probe), probe, &target, &user);
}

const struct probe_kind probe_websocket = {
    .name = "websocket",
    .size = sizeof(struct websocket),
    .init = websocket_init,
    .start = websocket_start,
    .cancel = stream_probe_cancel,
    .at = stream_probe_at,
    .clear = stream_probe_clear,
};
