/*
 * http: one request over a stream of its own, and what is made of the answer:
 *
 *     HTTP/1.1  http_answer  \
 *                             > status -> body, 64 KiB at most -> days of the certificate
 *     HTTP/2    http2        /
 *
 * A body that goes on beyond what is read is not waited for: the status has been judged, and where the body matters,
 * what came of it is searched.
 */
#include "lib/kinds/kind.h"

#include "healthd/net/http2_stream.h"
#include "healthd/net/stream.h"
#include "healthd/probes/http/http_answer.h"
#include "healthd/probes/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct http {
    struct stream_probe base;  /* first */
    struct http_answer answer; /* of HTTP/2: only status and body */
    struct http2 *http2;       /* NULL: HTTP/1.1 */
    bool begun;                /* the answer */
};

static struct http *http_of(struct stream *stream)
{
    return (struct http *)stream->probe;
}

static void release(struct stream *stream)
{
    http2_free(http_of(stream)->http2);
    http_of(stream)->http2 = NULL;
}

/* ---- the verdict ---- */

/* REASON_NONE: the answer is as expected. */
static enum reason judge(const struct http_settings *settings, const struct http_answer *answer)
{
    static const enum reason reasons[] = {
        [EXPRESSION_MATCHES] = REASON_NONE,
        [EXPRESSION_DIFFERS] = REASON_MISMATCH,
        [EXPRESSION_UNDECIDED] = REASON_TOO_COSTLY,
    };

    if (!http_settings_expect_status(settings, answer->status))
        return REASON_STATUS;
    return settings->body ? reasons[expression_match(settings->body, answer->body, answer->body_size)] : REASON_NONE;
}

static void report(struct http *http, enum reason reason, unsigned status, size_t size)
{
    const struct http_settings *settings = http->base.probe.settings;

    if (reason == REASON_NONE)
        probe_ok(&http->base.probe, "%s: status %u", settings->base.target, status);
    else if (reason == REASON_STATUS)
        probe_fail(&http->base.probe, reason, "%s: status %u", settings->base.target, status);
    else if (reason == REASON_TOO_COSTLY)
        probe_unable(&http->base.probe, reason,
                     "%s: searching the body's %zu bytes for \"%s\" takes too long; write a simpler expression",
                     settings->base.target, size, settings->expect_body);
    else
        probe_fail(&http->base.probe, reason, "%s: status %u, but the body's %s%zu bytes do not match \"%s\"",
                   settings->base.target, status, size == HTTP_BODY_MAX ? "first " : "", size, settings->expect_body);
}

/* There is an answer. The run ends: false, for the stream. */
static bool conclude(struct http *http)
{
    const struct http_settings *settings = http->base.probe.settings;
    enum reason reason = judge(settings, &http->answer);
    unsigned status = http->answer.status;
    size_t size = http->answer.body_size;
    char words[STREAM_EXPIRY_SIZE];
    bool soon = reason == REASON_NONE && stream_expires_soon(&http->base.stream, words);

    stream_close(&http->base.stream);
    if (soon)
        probe_fail(&http->base.probe, REASON_CERTIFICATE, "%s: %s", settings->base.target, words);
    else
        report(http, reason, status, size);
    return false;
}

/* ---- HTTP/1.1 ---- */

static bool report_unsound(struct http *http, enum http_answer_state state)
{
    static const struct {
        enum reason reason;
        const char *words;
    } rows[] = {
        [HTTP_ANSWER_EMPTY] = {REASON_CLOSED, "closed without a response"},
        [HTTP_ANSWER_NOT_HTTP] = {REASON_PROTOCOL, "not an HTTP/1 response: "},
        [HTTP_ANSWER_LONG] = {REASON_TOO_LARGE, "response header too large"},
        [HTTP_ANSWER_CUT] = {REASON_CLOSED, "closed in the middle of the response"},
        [HTTP_ANSWER_MALFORMED] = {REASON_PROTOCOL, "malformed Content-Length or chunk"},
    };

    return stream_fail(&http->base.stream, rows[state].reason, "%s%s", rows[state].words,
                       state == HTTP_ANSWER_NOT_HTTP ? http->answer.line : "");
}

static bool take_http1(struct http *http, const uint8_t *bytes, size_t size)
{
    enum http_answer_state state =
        size > 0 ? http_answer_feed(&http->answer, (const char *)bytes, size) : http_answer_end(&http->answer);

    if (state == HTTP_ANSWER_COMPLETE)
        return conclude(http);
    return state == HTTP_ANSWER_MORE || report_unsound(http, state);
}

/* ---- HTTP/2 ---- */

static void on_field(void *user, const char *name, const char *value)
{
    struct http *http = user;

    if (strcmp(name, ":status") == 0)
        http->answer.status = (unsigned)strtoul(value, NULL, 10);
}

static bool on_body(void *user, const uint8_t *bytes, size_t size)
{
    return http_answer_add(&((struct http *)user)->answer, (const char *)bytes, size) < HTTP_BODY_MAX;
}

static bool begin_http2(struct http *http)
{
    static const struct http2_reader reader = {.field = on_field, .body = on_body};
    const struct http_settings *settings = http->base.probe.settings;
    const struct http2_request request = {
        .method = settings->method,
        .scheme = settings->tls_used ? "https" : "http",
        .authority = settings->host,
        .path = settings->path,
        .fields = settings->fields,
        .field_count = settings->field_count,
    };

    return http2_begin(&http->http2, &http->base.stream, &request, &reader, http);
}

static bool take_http2(struct http *http, const uint8_t *bytes, size_t size)
{
    enum http2_state state;

    if (!http2_exchange(http->http2, &http->base.stream, bytes, size, &state))
        return false;
    return state == HTTP2_MORE || conclude(http);
}

/* ---- the stream ---- */

static bool on_opened(struct stream *stream)
{
    struct http *http = http_of(stream);
    const struct http_settings *settings = http->base.probe.settings;

    stream->memory = settings->expect_body ? calloc(1, HTTP_BODY_MAX + 1) : NULL;
    if (settings->expect_body && !stream->memory)
        return stream_fail_errno(stream, -ENOMEM);
    http_answer_begin(&http->answer, strcmp(settings->method, "HEAD") == 0, stream->memory);
    http->begun = false;
    probe_phase(&http->base.probe, "wait");
    if (settings->version == HTTP_2)
        return begin_http2(http);
    stream_send(stream, settings->request, strlen(settings->request));
    return true;
}

static bool on_take(struct stream *stream, const uint8_t *bytes, size_t size)
{
    struct http *http = http_of(stream);

    if (http->http2 ? !take_http2(http, bytes, size) : !take_http1(http, bytes, size))
        return false;
    if (!http->begun && (!http->http2 || http->answer.status)) {
        probe_phase(&http->base.probe, "body");
        http->begun = true;
    }
    return true;
}

/* ---- the probe ---- */

static bool http_init(struct probe *probe)
{
    static const struct stream_user user = {.opened = on_opened, .take = on_take, .release = release};
    const struct http_settings *settings = probe->settings;
    const struct stream_target target = {
        .endpoint = &settings->target,
        .unix_socket = settings->unix_socket,
        .proxy_protocol = settings->proxy_protocol,
        .tls = settings->tls_used ? &settings->tls : NULL,
        .alpn = settings->version == HTTP_2 ? "h2" : "http/1.1",
    };

    return stream_init(stream_of(probe), probe, &target, &user);
}

const struct probe_kind probe_http = {
    .name = "http",
    .size = sizeof(struct http),
    .init = http_init,
    STREAM_PROBE,
};
