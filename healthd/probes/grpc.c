/*
 * grpc: the standard health service, grpc.health.v1.Health/Check, over HTTP/2 with libcurl: in clear with prior
 * knowledge, or over TLS. SERVING is OK; any other status, and any grpc-status but 0, is a FAIL.
 */
#include "healthd/http_call.h"
#include "healthd/http_outcome.h"
#include "healthd/probes/grpc_message.h"
#include "healthd/probes/kinds.h"
#include "healthd/probes/tls_settings.h"
#include "lib/clock.h"
#include "lib/kinds/grpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REQUEST_MAX = 300, ANSWER_MAX = 1024, HEADER_MAX = 64 * 1024, STATUS_MISSING = -1 };

struct grpc {
    struct probe probe; /* first */
    const struct grpc_settings *settings;
    struct http_call call;
    size_t request_size;
    uint8_t request[REQUEST_MAX];
    long status; /* grpc-status, from header or trailer */
    size_t header_size, answer_size;
    uint8_t answer[ANSWER_MAX];
};

/* ---- what comes back ---- */

static size_t on_header(char *bytes, size_t one, size_t size, void *user)
{
    static const char name[] = "grpc-status:";
    struct grpc *grpc = user;
    char line[32];

    (void)one;
    grpc->header_size += size;
    snprintf(line, sizeof line, "%.*s", (int)size, bytes);
    if (strncasecmp(line, name, strlen(name)) == 0)
        grpc->status = strtol(line + strlen(name), NULL, 10);
    return grpc->header_size > HEADER_MAX ? 0 : size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *user)
{
    struct grpc *grpc = user;

    (void)one;
    if (size > ANSWER_MAX - grpc->answer_size)
        return 0; /* no health answer is so long */
    memcpy(grpc->answer + grpc->answer_size, bytes, size);
    grpc->answer_size += size;
    return size;
}

/* ---- the end of a run ---- */

static void judge_message(struct grpc *grpc, const char *target)
{
    enum grpc_serving serving;
    const char *wrong = grpc_read_response(grpc->answer, grpc->answer_size, &serving);
    long days;

    if (wrong)
        probe_fail(&grpc->probe, REASON_PROTOCOL, "%s answered with %s", target, wrong);
    else if (serving != GRPC_SERVING)
        probe_fail(&grpc->probe, REASON_STATUS, "%s: %s", target, grpc_serving_name(serving));
    else if (tls_settings_expires_soon(&grpc->settings->tls, grpc->call.transfer.easy, clock_real_us(), &days))
        probe_fail(&grpc->probe, REASON_CERTIFICATE, "%s: the certificate expires in %ld days, fewer than %u", target,
                   days, grpc->settings->tls.certificate_days);
    else
        probe_ok(&grpc->probe, "%s: SERVING", target);
}

static void judge_answer(struct grpc *grpc, const char *target)
{
    long status = 0;

    curl_easy_getinfo(grpc->call.transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        probe_fail(&grpc->probe, REASON_STATUS, "%s: HTTP status %ld: no gRPC server there", target, status);
    else if (grpc->status == STATUS_MISSING)
        probe_fail(&grpc->probe, REASON_PROTOCOL, "%s: no grpc-status in the answer: no gRPC server there", target);
    else if (grpc->status != 0)
        probe_fail(&grpc->probe, REASON_STATUS, "%s: grpc-status %ld %s", target, grpc->status,
                   grpc_status_name(grpc->status));
    else
        judge_message(grpc, target);
}

static void on_done(struct http_transfer *transfer, CURLcode code)
{
    struct grpc *grpc = (struct grpc *)((char *)transfer - offsetof(struct grpc, call.transfer));
    char target[ENDPOINT_TEXT_SIZE];

    endpoint_format(&grpc->settings->target, target, sizeof target);
    http_phases(transfer->easy, &grpc->probe.result);
    if (code == CURLE_OK)
        return judge_answer(grpc, target);
    if (code == CURLE_WRITE_ERROR)
        return probe_fail(&grpc->probe, REASON_TOO_LARGE, "%s: the answer has no end", target);
    http_outcome(transfer, code, target, &grpc->probe.result);
    grpc->probe.result.healthy_percent = 0;
    probe_finish(&grpc->probe);
}

/* ---- the probe ---- */

static void grpc_start(struct probe *probe)
{
    struct grpc *grpc = (struct grpc *)probe;

    grpc->header_size = grpc->answer_size = 0;
    grpc->status = STATUS_MISSING;
    http_call_start(&grpc->call);
}

static void grpc_cancel(struct probe *probe)
{
    http_call_stop(&((struct grpc *)probe)->call);
}

static void grpc_at(const struct probe *probe, char *text, size_t size)
{
    const struct grpc *grpc = (const struct grpc *)probe;
    char target[ENDPOINT_TEXT_SIZE];

    endpoint_format(&grpc->settings->target, target, sizeof target);
    http_call_describe(&grpc->call, target, grpc->settings->tls_used, text, size);
}

static void grpc_destroy(struct probe *probe)
{
    http_call_clear(&((struct grpc *)probe)->call);
    free(probe);
}

static bool set_up(struct grpc *grpc)
{
    const struct grpc_settings *settings = grpc->settings;
    struct wire_writer writer = wire_writer_of(grpc->request, sizeof grpc->request);
    CURL *easy = grpc->call.transfer.easy;

    grpc_write_request(&writer, settings->service);
    grpc->request_size = writer.position;
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     (long)(settings->tls_used ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, grpc);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, grpc);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, settings->headers);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, settings->connect_to);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)grpc->request_size);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, grpc->request);
    return curl_easy_setopt(easy, CURLOPT_URL, settings->url) == CURLE_OK &&
           (!settings->tls_used || tls_settings_apply(&settings->tls, easy));
}

static struct probe *grpc_create(const void *memory, struct probe_room *room)
{
    const struct grpc_settings *settings = memory;
    struct grpc *grpc = probe_new(sizeof *grpc, &probe_grpc, room);

    if (!grpc)
        return NULL;
    grpc->settings = settings;
    if (http_call_init(&grpc->call, &grpc->probe, &settings->target, on_done) && set_up(grpc))
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
