/*
 * grpc: the standard health service, grpc.health.v1.Health/Check, over HTTP/2, in clear with prior knowledge or over
 * TLS. SERVING is OK; any other status, and any grpc-status but 0, is a FAIL.
 */
#include "lib/kinds/kind.h"

#include "healthd/net/http2_stream.h"
#include "healthd/net/stream.h"
#include "healthd/probes/grpc/grpc_message.h"
#include "healthd/probes/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 300, ANSWER_MAX = 1024, STATUS_MISSING = -1 };

struct grpc {
    struct stream_probe base; /* first */
    struct http2 *http2;      /* while the stream is open */
    size_t request_size;
    uint8_t request[REQUEST_MAX];
    long http_status;
    long status; /* grpc-status, from header or trailer */
    size_t answer_size;
    uint8_t answer[ANSWER_MAX];
};

static struct grpc *grpc_of(struct stream *stream)
{
    return (struct grpc *)stream->probe;
}

static void release(struct stream *stream)
{
    http2_free(grpc_of(stream)->http2);
    grpc_of(stream)->http2 = NULL;
}

/* ---- what comes back ---- */

static void on_field(void *user, const char *name, const char *value)
{
    struct grpc *grpc = user;

    if (strcmp(name, ":status") == 0)
        grpc->http_status = strtol(value, NULL, 10);
    else if (strcmp(name, "grpc-status") == 0)
        grpc->status = strtol(value, NULL, 10);
}

static bool on_body(void *user, const uint8_t *bytes, size_t size)
{
    struct grpc *grpc = user;

    if (size > ANSWER_MAX - grpc->answer_size)
        return false; /* no health answer is so long */
    memcpy(grpc->answer + grpc->answer_size, bytes, size);
    grpc->answer_size += size;
    return true;
}

/* ---- the verdict ---- */

/* REASON_NONE: the service is serving. WORDS say so, or what is wrong. */
static enum reason judge_message(const struct grpc *grpc, char *words, size_t size)
{
    enum grpc_serving serving;
    const char *wrong = grpc_read_response(grpc->answer, grpc->answer_size, &serving);

    snprintf(words, size, "%s", wrong ? wrong : grpc_serving_name(serving));
    if (wrong)
        return REASON_PROTOCOL;
    return serving == GRPC_SERVING ? REASON_NONE : REASON_STATUS;
}

static enum reason judge(const struct grpc *grpc, char *words, size_t size)
{
    if (grpc->http_status == 200 && grpc->status == 0)
        return judge_message(grpc, words, size);
    if (grpc->http_status != 200)
        snprintf(words, size, "HTTP status %ld: not a gRPC server", grpc->http_status);
    else if (grpc->status == STATUS_MISSING)
        snprintf(words, size, "no grpc-status in the response: not a gRPC server");
    else
        snprintf(words, size, "grpc-status %ld %s", grpc->status, grpc_status_name(grpc->status));
    return grpc->http_status == 200 && grpc->status == STATUS_MISSING ? REASON_PROTOCOL : REASON_STATUS;
}

/* The run ends: false, for the stream. */
static bool conclude(struct grpc *grpc)
{
    struct stream *stream = &grpc->base.stream;
    char target[PROBE_TARGET_SIZE], words[STREAM_EXPIRY_SIZE];
    enum reason reason = judge(grpc, words, sizeof words);

    if (reason == REASON_NONE && stream_expires_soon(stream, words))
        reason = REASON_CERTIFICATE;
    if (reason != REASON_NONE)
        return stream_fail(stream, reason, "%s", words);
    stream_peer(stream, target, sizeof target);
    stream_close(stream);
    probe_ok(&grpc->base.probe, "%s: %s", target, words);
    return false;
}

/* ---- the stream ---- */

static bool on_opened(struct stream *stream)
{
    static const struct http2_reader reader = {.field = on_field, .body = on_body};
    static const struct http_field fields[] = {
        {"Content-Type", "application/grpc"}, {"TE", "trailers"}, {"User-Agent", "vipgate-healthd/" VIPGATE_VERSION}};
    struct grpc *grpc = grpc_of(stream);
    const struct grpc_settings *settings = grpc->base.probe.settings;
    const struct http2_request request = {
        .method = "POST",
        .scheme = settings->tls_used ? "https" : "http",
        .authority = settings->authority,
        .path = "/grpc.health.v1.Health/Check",
        .fields = fields,
        .field_count = sizeof fields / sizeof *fields,
        .body = grpc->request,
        .body_size = grpc->request_size,
    };

    probe_phase(&grpc->base.probe, "wait");
    return http2_begin(&grpc->http2, stream, &request, &reader, grpc);
}

static bool on_take(struct stream *stream, const uint8_t *bytes, size_t size)
{
    struct grpc *grpc = grpc_of(stream);
    enum http2_state state;

    if (!http2_exchange(grpc->http2, stream, bytes, size, &state))
        return false;
    if (state == HTTP2_ENOUGH)
        return stream_too_large(stream);
    return state == HTTP2_MORE || conclude(grpc);
}

/* ---- the probe ---- */

static void grpc_start(struct probe *probe)
{
    struct grpc *grpc = (struct grpc *)probe;

    grpc->answer_size = 0;
    grpc->http_status = 0;
    grpc->status = STATUS_MISSING;
    stream_start(&grpc->base.stream);
}

static bool grpc_init(struct probe *probe)
{
    static const struct stream_user user = {.opened = on_opened, .take = on_take, .release = release};
    const struct grpc_settings *settings = probe->settings;
    const struct stream_target target = {
        .endpoint = &settings->target,
        .tls = settings->tls_used ? &settings->tls : NULL,
        .alpn = "h2",
    };
    struct grpc *grpc = (struct grpc *)probe;
    struct wire_writer writer = wire_writer_of(grpc->request, sizeof grpc->request);

    grpc_write_request(&writer, settings->service);
    grpc->request_size = writer.position;
    return stream_init(&grpc->base.stream, probe, &target, &user);
}

const struct probe_kind probe_grpc = {
    .name = "grpc",
    .size = sizeof(struct grpc),
    .init = grpc_init,
    .start = grpc_start,
    .cancel = stream_probe_cancel,
    .at = stream_probe_at,
    .clear = stream_probe_clear,
};
