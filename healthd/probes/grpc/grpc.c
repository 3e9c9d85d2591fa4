/*
 * grpc: the standard health service, grpc.health.v1.Health/Check, over HTTP/2, in clear with prior knowledge or over
 * TLS. SERVING is OK; any other status, and any grpc-status but 0, is a FAIL.
 */
#include "lib/kinds/grpc.h"

#include "healthd/net/http2_stream.h"
#include "healthd/net/stream.h"
#include "healthd/probe/kinds.h"
#include "healthd/probes/grpc/grpc_message.h"
#include "lib/container.h"

#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 300, ANSWER_MAX = 1024, STATUS_MISSING = -1 };

struct grpc {
    struct probe probe; /* first */
    const struct grpc_settings *settings;
    struct stream stream;
    struct http2 *http2; /* while the stream is open */
    size_t request_size;
    uint8_t request[REQUEST_MAX];
    long http_status;
    long status; /* grpc-status, from header or trailer */
    size_t answer_size;
    uint8_t answer[ANSWER_MAX];
};

static struct grpc *grpc_of(struct stream *stream)
{
    return CONTAINER_OF(stream, struct grpc, stream);
}

static void hang_up(struct grpc *grpc)
{
    stream_close(&grpc->stream);
    http2_free(grpc->http2);
    grpc->http2 = NULL;
}

static void on_lost(struct stream *stream)
{
    hang_up(grpc_of(stream));
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

/* ---- the end of a run: the stream has been closed ---- */

static void judge_message(struct grpc *grpc, const char *target)
{
    enum grpc_serving serving;
    const char *wrong = grpc_read_response(grpc->answer, grpc->answer_size, &serving);

    if (wrong)
        probe_fail(&grpc->probe, REASON_PROTOCOL, "%s answered with %s", target, wrong);
    else if (serving != GRPC_SERVING)
        probe_fail(&grpc->probe, REASON_STATUS, "%s: %s", target, grpc_serving_name(serving));
    else
        probe_ok(&grpc->probe, "%s: SERVING", target);
}

static void judge(struct grpc *grpc, const char *target)
{
    if (grpc->http_status != 200)
        probe_fail(&grpc->probe, REASON_STATUS, "%s: HTTP status %ld: no gRPC server there", target, grpc->http_status);
    else if (grpc->status == STATUS_MISSING)
        probe_fail(&grpc->probe, REASON_PROTOCOL, "%s: no grpc-status in the answer: no gRPC server there", target);
    else if (grpc->status != 0)
        probe_fail(&grpc->probe, REASON_STATUS, "%s: grpc-status %ld %s", target, grpc->status,
                   grpc_status_name(grpc->status));
    else
        judge_message(grpc, target);
}

static bool is_serving(const struct grpc *grpc)
{
    enum grpc_serving serving;

    return grpc->http_status == 200 && grpc->status == 0 &&
           !grpc_read_response(grpc->answer, grpc->answer_size, &serving) && serving == GRPC_SERVING;
}

static bool conclude(struct grpc *grpc)
{
    char target[PROBE_TARGET_SIZE], words[STREAM_EXPIRY_SIZE];

    if (is_serving(grpc) && stream_expires_soon(&grpc->stream, words))
        return stream_fail(&grpc->stream, REASON_CERTIFICATE, "%s", words);
    stream_peer(&grpc->stream, target, sizeof target);
    hang_up(grpc);
    judge(grpc, target);
    return false;
}

/* ---- the stream ---- */

static bool on_opened(struct stream *stream)
{
    static const struct http2_reader reader = {.field = on_field, .body = on_body};
    static const struct http_field fields[] = {
        {"Content-Type", "application/grpc"}, {"TE", "trailers"}, {"User-Agent", "vipgate-healthd/" VIPGATE_VERSION}};
    struct grpc *grpc = grpc_of(stream);
    const struct http2_request request = {
        .method = "POST",
        .scheme = grpc->settings->tls_used ? "https" : "http",
        .authority = grpc->settings->authority,
        .path = "/grpc.health.v1.Health/Check",
        .fields = fields,
        .field_count = sizeof fields / sizeof *fields,
        .body = grpc->request,
        .body_size = grpc->request_size,
    };

    probe_phase(&grpc->probe, "wait");
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
    stream_start(&grpc->stream);
}

static void grpc_cancel(struct probe *probe)
{
    hang_up((struct grpc *)probe);
}

static void grpc_at(const struct probe *probe, char *text, size_t size)
{
    stream_describe(&((const struct grpc *)probe)->stream, text, size);
}

static void grpc_destroy(struct probe *probe)
{
    stream_clear(&((struct grpc *)probe)->stream);
    free(probe);
}

static struct probe *grpc_create(const void *memory, struct probe_room *room)
{
    static const struct stream_user user = {.opened = on_opened, .take = on_take, .lost = on_lost};
    const struct grpc_settings *settings = memory;
    const struct stream_target target = {
        .endpoint = &settings->target,
        .tls = settings->tls_used ? &settings->tls : NULL,
        .alpn = "h2",
    };
    struct grpc *grpc = probe_new(sizeof *grpc, &probe_grpc, room);

    if (!grpc)
        return NULL;
    struct wire_writer writer = wire_writer_of(grpc->request, sizeof grpc->request);
    grpc->settings = settings;
    grpc_write_request(&writer, settings->service);
    grpc->request_size = writer.position;
    if (stream_init(&grpc->stream, &grpc->probe, &target, &user))
        return &grpc->probe;
    grpc_destroy(&grpc->probe);
    return NULL;
}

const struct probe_kind probe_grpc = {
    .name = "grpc",
    .create = grpc_create,
    .start = grpc_start,
    .cancel = grpc_cancel,
    .at = grpc_at,
    .destroy = grpc_destroy,
};
