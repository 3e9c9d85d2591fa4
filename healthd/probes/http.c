/*
 * http: one request over a connection of its own, with libcurl.
 *
 *     name -> addresses (ours, never libcurl's) -> request -> status -> body, 64 KiB at most -> certificate's days
 *
 * A body that goes on beyond what is read is not waited for: the status has been judged, and where the body matters,
 * what came of it is searched.
 */
#include "healthd/http_call.h"
#include "healthd/probes/http_outcome.h"
#include "healthd/probes/http_settings.h"
#include "healthd/probes/kinds.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 64 * 1024, BODY_MAX = 64 * 1024 };

struct http {
    struct probe probe; /* first */
    const struct http_settings *settings;
    struct http_call call;
    bool known; /* the Unix socket was there before */
    size_t header_size, body_size;
    bool header_ended; /* with its empty line */
    char *body;        /* of BODY_MAX + 1, while one is expected */
};

/* ---- what comes back ---- */

static size_t on_header(char *bytes, size_t one, size_t size, void *user)
{
    struct http *http = user;

    (void)one;
    http->header_size += size;
    http->header_ended = bytes[0] == '\r' || bytes[0] == '\n';
    return http->header_size > HEADER_MAX ? 0 : size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *user)
{
    struct http *http = user;
    size_t room = BODY_MAX - http->body_size, taken = size < room ? size : room;

    (void)one;
    if (http->settings->expect_body && !http->body)
        http->body = malloc(BODY_MAX + 1);
    if (http->body)
        memcpy(http->body + http->body_size, bytes, taken);
    http->body_size += taken;
    return http->body_size < BODY_MAX ? size : 0; /* enough */
}

/* ---- the end of a run ---- */

static void who(const struct http *http, char *text, size_t size)
{
    if (http->settings->unix_socket)
        snprintf(text, size, "%s", http->settings->unix_socket);
    else
        endpoint_format(&http->settings->target, text, size);
}

static bool body_matches(struct http *http)
{
    const struct http_settings *settings = http->settings;
    regmatch_t range = {.rm_so = 0, .rm_eo = (regoff_t)http->body_size};

    if (!settings->expect_body)
        return true;
    return regexec(&settings->body, http->body ? http->body : "", 1, &range, REG_STARTEND) == 0;
}

static void forget_body(struct http *http)
{
    free(http->body);
    http->body = NULL;
}

static void judge_answer(struct http *http)
{
    const struct http_settings *settings = http->settings;
    CURL *easy = http->call.transfer.easy;
    bool matches = body_matches(http);
    long status = 0, days;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    forget_body(http);
    if (!http_settings_expect_status(settings, status))
        probe_fail(&http->probe, REASON_STATUS, "%s: status %ld", settings->url, status);
    else if (!matches)
        probe_fail(&http->probe, REASON_MISMATCH, "%s: status %ld, but the body's %s%zu bytes do not match \"%s\"",
                   settings->url, status, http->body_size == BODY_MAX ? "first " : "", http->body_size,
                   settings->expect_body);
    else if (tls_settings_expires_soon(&settings->tls, easy, clock_real_us(), &days))
        probe_fail(&http->probe, REASON_CERTIFICATE, "%s: the certificate expires in %ld days, fewer than %u",
                   settings->url, days, settings->tls.certificate_days);
    else
        probe_ok(&http->probe, "%s: status %ld", settings->url, status);
}

/* A Unix socket that was there before and is not now has lost its server; one that never was is our trouble. */
static bool is_gone(struct http *http, CURLcode code)
{
    long error = 0;

    if (code == CURLE_COULDNT_CONNECT)
        curl_easy_getinfo(http->call.transfer.easy, CURLINFO_OS_ERRNO, &error);
    else
        http->known = true;
    return error == ENOENT && http->known;
}

/* libcurl calls a header line that has no end a lack of memory, and a header that is cut an answer. */
static const char *what_is_wrong_with_header(const struct http *http, CURLcode code, enum reason *reason)
{
    curl_off_t sent_us = 0;

    *reason = REASON_TOO_LARGE;
    curl_easy_getinfo(http->call.transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    if (http->header_size > HEADER_MAX || (code == CURLE_OUT_OF_MEMORY && sent_us && !http->header_ended))
        return "the answer's header has no end";
    *reason = REASON_CLOSED;
    return code == CURLE_OK && !http->header_ended && http->body_size == 0
               ? "closed in the middle of the answer's header"
               : NULL;
}

static void on_done(struct http_transfer *transfer, CURLcode code)
{
    struct http *http = (struct http *)((char *)transfer - offsetof(struct http, call.transfer));
    char target[ENDPOINT_TEXT_SIZE];
    enum reason reason;

    http_phases(transfer->easy, &http->probe.result);
    bool gone = is_gone(http, code);
    const char *wrong = what_is_wrong_with_header(http, code, &reason);
    if (!wrong && (code == CURLE_OK || code == CURLE_WRITE_ERROR))
        return judge_answer(http);
    forget_body(http);
    who(http, target, sizeof target);
    if (wrong)
        return probe_fail(&http->probe, reason, "%s: %s", target, wrong);
    if (gone)
        return probe_fail(&http->probe, REASON_CONNECTION_LOST, "%s is gone", target);
    http_outcome(transfer, code, target, &http->probe.result);
    http->probe.result.healthy_percent = 0;
    probe_finish(&http->probe);
}

/* ---- the beginning of a run ---- */

static void http_start(struct probe *probe)
{
    struct http *http = (struct http *)probe;

    http->header_size = http->body_size = 0;
    http->header_ended = false;
    http_call_start(&http->call);
}

static void http_cancel(struct probe *probe)
{
    struct http *http = (struct http *)probe;

    http_call_stop(&http->call);
    forget_body(http);
}

static void http_at(const struct probe *probe, char *text, size_t size)
{
    const struct http *http = (const struct http *)probe;
    char target[ENDPOINT_TEXT_SIZE];

    who(http, target, sizeof target);
    http_call_describe(&http->call, target, http->settings->tls_used, text, size);
}

/* ---- coming and going ---- */

static void http_destroy(struct probe *probe)
{
    struct http *http = (struct http *)probe;

    http_call_clear(&http->call);
    free(http);
}

static bool set_up(struct http *http)
{
    const struct http_settings *settings = http->settings;
    CURL *easy = http->call.transfer.easy;

    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, settings->headers);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, settings->connect_to);
    curl_easy_setopt(easy, CURLOPT_HAPROXYPROTOCOL, settings->proxy_protocol ? 1L : 0L);
    if (strcmp(settings->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(settings->method, "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, settings->method);
    if (settings->unix_socket)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, settings->unix_socket);
    return curl_easy_setopt(easy, CURLOPT_URL, settings->request_url) == CURLE_OK &&
           (!settings->tls_used || tls_settings_apply(&settings->tls, easy));
}

static struct probe *http_create(const void *memory, struct probe_room *room)
{
    const struct http_settings *settings = memory;
    struct http *http = probe_new(sizeof *http, &probe_http, room);

    if (!http)
        return NULL;
    http->settings = settings;
    const struct endpoint *target = settings->unix_socket ? NULL : &settings->target;
    if (http_call_init(&http->call, &http->probe, target, on_done) && set_up(http))
        return &http->probe;
    http_destroy(&http->probe);
    return NULL;
}

const struct probe_kind probe_http = {
    .name = "http",
    .configure = http_settings_configure,
    .settings_free = http_settings_free,
    .target = http_settings_target,
    .create = http_create,
    .start = http_start,
    .cancel = http_cancel,
    .at = http_at,
    .destroy = http_destroy,
};
