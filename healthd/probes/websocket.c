/*
 * websocket: the whole handshake of RFC 6455, the accept key checked, then a ping and its pong. libcurl makes the
 * connection, with TLS where it is wss, and leaves the talking to us:
 *
 *     resolve -> connect -> [tls] -> handshake -> [ping -> pong] -> close
 *
 * Frames of the application that come before the pong are passed over, as far as the buffer goes.
 */
#include "healthd/http_call.h"
#include "healthd/http_outcome.h"
#include "healthd/probes/kinds.h"
#include "healthd/probes/tls_settings.h"
#include "healthd/probes/websocket_message.h"
#include "healthd/watcher.h"
#include "lib/clock.h"
#include "lib/kinds/websocket.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECEIVED_MAX = 64 * 1024, PING_SIZE = 8, CLOSE_NORMAL = 1000, REQUEST_MAX = 4096 };

struct websocket {
    struct probe probe; /* first */
    const struct websocket_settings *settings;
    struct http_call call;
    struct watch watch;
    char key[WEBSOCKET_KEY_SIZE];
    uint8_t ping[PING_SIZE];
    bool open;         /* the handshake is done */
    uint8_t *received; /* of RECEIVED_MAX, during a run */
    size_t size;
};

/* ---- the end of a run ---- */

static void hang_up(struct websocket *websocket)
{
    watch_stop(websocket->probe.room->watcher, &websocket->watch);
    http_transfer_stop(&websocket->call.transfer);
    free(websocket->received);
    websocket->received = NULL;
}

static void fail(struct websocket *websocket, enum reason reason, const char *what)
{
    hang_up(websocket);
    probe_fail(&websocket->probe, reason, "%s: %s", websocket->settings->url, what);
}

static void end_with_code(struct websocket *websocket, CURLcode code)
{
    char target[ENDPOINT_TEXT_SIZE];

    endpoint_format(&websocket->settings->target, target, sizeof target);
    http_outcome(&websocket->call.transfer, code, target, &websocket->probe.result);
    websocket->probe.result.healthy_percent = 0;
    hang_up(websocket);
    probe_finish(&websocket->probe);
}

/* One write: a request or a frame is small, and the buffer of a socket that has just been made holds it. */
static bool say(struct websocket *websocket, const struct wire_writer *writer)
{
    size_t sent = 0;
    CURLcode code = curl_easy_send(websocket->call.transfer.easy, writer->data, writer->position, &sent);

    if (code == CURLE_OK && sent < writer->position)
        code = CURLE_SEND_ERROR;
    if (code != CURLE_OK)
        end_with_code(websocket, code);
    return code == CURLE_OK;
}

static bool say_frame(struct websocket *websocket, uint8_t opcode, const void *payload, size_t size)
{
    uint8_t frame[6 + WEBSOCKET_CONTROL_MAX];
    struct wire_writer writer = wire_writer_of(frame, sizeof frame);

    websocket_write_frame(&writer, opcode, payload, size, arc4random());
    return say(websocket, &writer);
}

static void succeed(struct websocket *websocket)
{
    static const uint8_t normal[2] = {CLOSE_NORMAL >> 8, CLOSE_NORMAL & 0xff};
    const struct websocket_settings *settings = websocket->settings;
    long days;

    if (!say_frame(websocket, WEBSOCKET_CLOSE, normal, sizeof normal))
        return;
    bool soon = tls_settings_expires_soon(&settings->tls, websocket->call.transfer.easy, clock_real_us(), &days);
    hang_up(websocket);
    if (soon)
        probe_fail(&websocket->probe, REASON_CERTIFICATE, "%s: the certificate expires in %ld days, fewer than %u",
                   settings->url, days, settings->tls.certificate_days);
    else
        probe_ok(&websocket->probe, "%s: %s", settings->url, settings->ping ? "pong" : "handshake done");
}

/* ---- what comes back ---- */

/* What is wrong with the answer; NULL: it is a WebSocket server's. */
static const char *judge_answer(const struct websocket *websocket, const struct websocket_answer *answer)
{
    if (!answer->upgrade || !answer->connection)
        return "status 101 without Upgrade: websocket and Connection: Upgrade";
    if (!answer->accept)
        return "another Sec-WebSocket-Accept than the key asks for";
    if (websocket->settings->subprotocol && !answer->subprotocol)
        return "the server did not choose the subprotocol";
    return NULL;
}

/* True: the handshake is done. False: there is more to come, or the run has ended. */
static bool take_answer(struct websocket *websocket)
{
    char accept[WEBSOCKET_ACCEPT_SIZE], what[64];
    struct websocket_answer answer;

    websocket_accept(websocket->key, accept);
    if (!websocket_read_answer((char *)websocket->received, websocket->size, accept, websocket->settings->subprotocol,
                               &answer)) {
        if (websocket->size == RECEIVED_MAX)
            fail(websocket, REASON_TOO_LARGE, "the answer's header has no end");
        return false;
    }
    snprintf(what, sizeof what, answer.status ? "status %d, not 101" : "the answer is not HTTP/1.1", answer.status);
    const char *wrong = judge_answer(websocket, &answer);
    if (answer.status != 101)
        fail(websocket, answer.status ? REASON_STATUS : REASON_PROTOCOL, what);
    else if (wrong)
        fail(websocket, REASON_PROTOCOL, wrong);
    if (answer.status != 101 || wrong)
        return false;
    websocket->size -= answer.size;
    memmove(websocket->received, websocket->received + answer.size, websocket->size);
    websocket->open = true;
    return true;
}

/* True: the run has ended. */
static bool take_frame(struct websocket *websocket, const struct websocket_frame *frame)
{
    if (frame->opcode == WEBSOCKET_CLOSE) {
        fail(websocket, REASON_CLOSED, "the server sent close instead of pong");
        return true;
    }
    if (frame->opcode == WEBSOCKET_PING)
        return !say_frame(websocket, WEBSOCKET_PONG, frame->payload, frame->size);
    if (frame->opcode != WEBSOCKET_PONG || frame->size != PING_SIZE ||
        memcmp(frame->payload, websocket->ping, PING_SIZE) != 0)
        return false;
    succeed(websocket);
    return true;
}

static void take_frames(struct websocket *websocket)
{
    struct wire_reader reader = wire_reader_of(websocket->received, websocket->size);
    struct websocket_frame frame;
    const char *wrong;
    int taken;

    while ((taken = websocket_read_frame(&reader, &frame, &wrong)) > 0) {
        if (take_frame(websocket, &frame))
            return;
    }
    if (taken < 0)
        return fail(websocket, REASON_PROTOCOL, wrong);
    websocket->size -= reader.position;
    memmove(websocket->received, websocket->received + reader.position, websocket->size);
    if (websocket->size == RECEIVED_MAX)
        fail(websocket, REASON_TOO_LARGE, "a frame without end, and no pong");
}

static void take(struct websocket *websocket)
{
    if (websocket->open)
        return take_frames(websocket);
    if (!take_answer(websocket))
        return;
    if (!websocket->settings->ping)
        return succeed(websocket);
    arc4random_buf(websocket->ping, sizeof websocket->ping);
    probe_phase(&websocket->probe, "ping");
    if (say_frame(websocket, WEBSOCKET_PING, websocket->ping, sizeof websocket->ping))
        take_frames(websocket);
}

/* TLS may hold more than the socket shows: reads until there is no more, but within bounds. */
static void on_readable(struct watch *watch, uint32_t events)
{
    struct websocket *websocket = (struct websocket *)((char *)watch - offsetof(struct websocket, watch));

    (void)events;
    while (websocket->received) {
        size_t count = 0;
        CURLcode code = curl_easy_recv(websocket->call.transfer.easy, websocket->received + websocket->size,
                                       RECEIVED_MAX - websocket->size, &count);
        if (code == CURLE_AGAIN)
            return;
        if (code != CURLE_OK)
            return end_with_code(websocket, code);
        if (count == 0)
            return fail(websocket, REASON_CLOSED,
                        websocket->open ? "closed before the pong" : "closed in the handshake");
        websocket->size += count;
        take(websocket);
    }
}

/* ---- the beginning of a run ---- */

static void write_request(struct websocket *websocket, struct wire_writer *writer)
{
    const struct websocket_settings *settings = websocket->settings;
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

static void on_connected(struct http_transfer *transfer, CURLcode code)
{
    struct websocket *websocket = (struct websocket *)((char *)transfer - offsetof(struct websocket, call.transfer));
    uint8_t request[REQUEST_MAX];
    struct wire_writer writer = wire_writer_of(request, sizeof request);
    curl_socket_t fd = CURL_SOCKET_BAD;

    http_phases(transfer->easy, &websocket->probe.result);
    probe_phase(&websocket->probe, "handshake");
    if (code != CURLE_OK)
        return end_with_code(websocket, code);
    websocket->received = malloc(RECEIVED_MAX);
    curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &fd);
    int error = websocket->received
                    ? watch_start(websocket->probe.room->watcher, &websocket->watch, fd, EPOLLIN, on_readable)
                    : ENOMEM;
    if (error) {
        hang_up(websocket);
        return probe_errno(&websocket->probe, error, "%s", websocket->settings->url);
    }
    write_request(websocket, &writer);
    say(websocket, &writer);
}

static void websocket_start(struct probe *probe)
{
    struct websocket *websocket = (struct websocket *)probe;

    websocket->open = false;
    websocket->size = 0;
    http_call_start(&websocket->call);
}

static void websocket_cancel(struct probe *probe)
{
    struct websocket *websocket = (struct websocket *)probe;

    if (websocket->received)
        hang_up(websocket);
    http_call_stop(&websocket->call);
}

static void websocket_at(const struct probe *probe, char *text, size_t size)
{
    const struct websocket *websocket = (const struct websocket *)probe;

    if (websocket->received)
        snprintf(text, size, "%s %s", websocket->open ? "no pong from" : "handshake with", websocket->settings->url);
    else
        http_call_describe(&websocket->call, websocket->settings->url, websocket->settings->tls_used, text, size);
}

static void websocket_destroy(struct probe *probe)
{
    http_call_clear(&((struct websocket *)probe)->call);
    free(probe);
}

static bool set_up(struct websocket *websocket)
{
    const struct websocket_settings *settings = websocket->settings;
    CURL *easy = websocket->call.transfer.easy;

    http_transfer_connect_only(&websocket->call.transfer);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, settings->connect_to);
    return curl_easy_setopt(easy, CURLOPT_URL, settings->request_url) == CURLE_OK &&
           (!settings->tls_used || tls_settings_apply(&settings->tls, easy));
}

static struct probe *websocket_create(const void *memory, struct probe_room *room)
{
    const struct websocket_settings *settings = memory;
    struct websocket *websocket = probe_new(sizeof *websocket, &probe_websocket, room);

    if (!websocket)
        return NULL;
    websocket->settings = settings;
    if (http_call_init(&websocket->call, &websocket->probe, &settings->target, on_connected) && set_up(websocket))
        return &websocket->probe;
    websocket_destroy(&websocket->probe);
    return NULL;
}

const struct probe_kind probe_websocket = {
    .name = "websocket",
    .create = websocket_create,
    .start = websocket_start,
    .cancel = websocket_cancel,
    .at = websocket_at,
    .destroy = websocket_destroy,
};
