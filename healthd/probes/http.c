/*
 * http: one request over a connection of its own, and what is made of the answer.
 *
 *     http://   http_plain, our own   \
 *                                      > status -> body, 64 KiB at most -> days of the certificate
 *     https://  http_secure, libcurl  /
 *
 * A body that goes on beyond what is read is not waited for: the status has been judged, and where the body matters,
 * what came of it is searched.
 */
#include "healthd/probes/http_plain.h"
#include "healthd/probes/http_secure.h"
#include "healthd/probes/kinds.h"
#include "healthd/probes/tls_settings.h"
#include "lib/clock.h"
#include "lib/kinds/http.h"

#include <stdlib.h>

struct http {
    struct probe probe; /* first */
    const struct http_settings *settings;
    /* one of the two */
    struct http_plain *plain;
    struct http_secure *secure;
};

static bool body_matches(const struct http_settings *settings, const char *body, size_t size)
{
    regmatch_t range = {.rm_so = 0, .rm_eo = (regoff_t)size};

    return !settings->expect_body || regexec(&settings->body, body ? body : "", 1, &range, REG_STARTEND) == 0;
}

/* REASON_NONE: the answer is as expected. */
static enum reason judge(const struct http_settings *settings, long status, const char *body, size_t size)
{
    if (!http_settings_expect_status(settings, status))
        return REASON_STATUS;
    return body_matches(settings, body, size) ? REASON_NONE : REASON_MISMATCH;
}

static void report(struct http *http, enum reason reason, long status, size_t size)
{
    const struct http_settings *settings = http->settings;

    if (reason == REASON_NONE)
        probe_ok(&http->probe, "%s: status %ld", settings->url, status);
    else if (reason == REASON_STATUS)
        probe_fail(&http->probe, reason, "%s: status %ld", settings->url, status);
    else
        probe_fail(&http->probe, reason, "%s: status %ld, but the body's %s%zu bytes do not match \"%s\"",
                   settings->url, status, size == HTTP_BODY_MAX ? "first " : "", size, settings->expect_body);
}

static void on_plain_answer(struct http_plain *plain)
{
    struct http *http = (struct http *)plain->probe;
    const struct http_answer *answer = &plain->answer;
    enum reason reason = judge(http->settings, answer->status, answer->body, answer->body_size);

    http_plain_stop(plain);
    report(http, reason, answer->status, answer->body_size);
}

static void on_secure_answer(struct http_secure *secure)
{
    struct http *http = (struct http *)secure->probe;
    const struct tls_settings *tls = &http->settings->tls;
    enum reason reason = judge(http->settings, secure->status, secure->body, secure->body_size);
    long days;

    http_secure_stop(secure);
    if (reason == REASON_NONE && tls_settings_expires_soon(tls, secure->call.transfer.easy, clock_real_us(), &days))
        probe_fail(&http->probe, REASON_CERTIFICATE, "%s: the certificate expires in %ld days, fewer than %u",
                   http->settings->url, days, tls->certificate_days);
    else
        report(http, reason, secure->status, secure->body_size);
}

static void http_start(struct probe *probe)
{
    struct http *http = (struct http *)probe;

    if (http->plain)
        http_plain_start(http->plain);
    else
        http_secure_start(http->secure);
}

static void http_cancel(struct probe *probe)
{
    struct http *http = (struct http *)probe;

    if (http->plain)
        http_plain_stop(http->plain);
    else
        http_secure_stop(http->secure);
}

static void http_at(const struct probe *probe, char *text, size_t size)
{
    const struct http *http = (const struct http *)probe;

    if (http->plain)
        http_plain_describe(http->plain, text, size);
    else
        http_secure_describe(http->secure, text, size);
}

static void http_destroy(struct probe *probe)
{
    struct http *http = (struct http *)probe;

    if (http->plain)
        http_plain_clear(http->plain);
    if (http->secure)
        http_secure_clear(http->secure);
    free(http->plain);
    free(http->secure);
    free(http);
}

static bool make_plain(struct http *http)
{
    http->plain = calloc(1, sizeof *http->plain);
    return http->plain && http_plain_init(http->plain, &http->probe, http->settings, on_plain_answer);
}

static bool make_secure(struct http *http)
{
    http->secure = calloc(1, sizeof *http->secure);
    return http->secure && http_secure_init(http->secure, &http->probe, http->settings, on_secure_answer);
}

static struct probe *http_create(const void *memory, struct probe_room *room)
{
    const struct http_settings *settings = memory;
    struct http *http = probe_new(sizeof *http, &probe_http, room);

    if (!http)
        return NULL;
    http->settings = settings;
    if (settings->tls_used ? make_secure(http) : make_plain(http))
        return &http->probe;
    http_destroy(&http->probe);
    return NULL;
}

const struct probe_kind probe_http = {
    .name = "http",
    .create = http_create,
    .start = http_start,
    .cancel = http_cancel,
    .at = http_at,
    .destroy = http_destroy,
};
