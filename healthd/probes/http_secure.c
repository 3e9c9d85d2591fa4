#include "healthd/probes/http_secure.h"

#include "healthd/http_outcome.h"
#include "healthd/probes/http_answer.h"
#include "healthd/probes/tls_settings.h"

#include <stdlib.h>
#include <string.h>

/* ---- what comes back ---- */

static size_t on_header(char *bytes, size_t one, size_t size, void *user)
{
    struct http_secure *secure = user;

    (void)one;
    secure->header_size += size;
    secure->header_ended = bytes[0] == '\r' || bytes[0] == '\n';
    return secure->header_size > HTTP_HEADER_MAX ? 0 : size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *user)
{
    struct http_secure *secure = user;
    size_t room = HTTP_BODY_MAX - secure->body_size, taken = size < room ? size : room;

    (void)one;
    if (secure->settings->expect_body && !secure->body)
        secure->body = calloc(1, HTTP_BODY_MAX + 1);
    if (secure->body)
        memcpy(secure->body + secure->body_size, bytes, taken);
    secure->body_size += taken;
    return secure->body_size < HTTP_BODY_MAX ? size : 0; /* enough */
}

static void forget_body(struct http_secure *secure)
{
    free(secure->body);
    secure->body = NULL;
}

/* ---- the end ---- */

/* libcurl calls a header line that has no end a lack of memory, and a header that is cut an answer. */
static const char *what_is_wrong_with_header(const struct http_secure *secure, CURLcode code, enum reason *reason)
{
    curl_off_t sent_us = 0;

    *reason = REASON_TOO_LARGE;
    curl_easy_getinfo(secure->call.transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    if (secure->header_size > HTTP_HEADER_MAX || (code == CURLE_OUT_OF_MEMORY && sent_us && !secure->header_ended))
        return "the answer's header has no end";
    *reason = REASON_CLOSED;
    return code == CURLE_OK && !secure->header_ended && secure->body_size == 0 ? "closed within the answer's header"
                                                                               : NULL;
}

static void on_done(struct http_transfer *transfer, CURLcode code)
{
    struct http_secure *secure = (struct http_secure *)((char *)transfer - offsetof(struct http_secure, call.transfer));
    char peer[PROBE_TARGET_SIZE];
    enum reason reason;

    http_phases(transfer->easy, &secure->probe->result);
    const char *wrong = what_is_wrong_with_header(secure, code, &reason);
    if (!wrong && (code == CURLE_OK || code == CURLE_WRITE_ERROR)) {
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &secure->status);
        secure->answered(secure);
        return;
    }
    forget_body(secure);
    http_settings_peer(secure->settings, peer, sizeof peer);
    if (wrong)
        return probe_fail(secure->probe, reason, "%s: %s", peer, wrong);
    http_outcome(transfer, code, peer, &secure->probe->result);
    probe_finish(secure->probe);
}

/* ---- life ---- */

void http_secure_start(struct http_secure *secure)
{
    secure->header_size = secure->body_size = 0;
    secure->header_ended = false;
    http_call_start(&secure->call);
}

void http_secure_stop(struct http_secure *secure)
{
    http_call_stop(&secure->call);
    forget_body(secure);
}

void http_secure_describe(const struct http_secure *secure, char *text, size_t size)
{
    char peer[PROBE_TARGET_SIZE];

    http_settings_peer(secure->settings, peer, sizeof peer);
    http_call_describe(&secure->call, peer, true, text, size);
}

static bool set_up(struct http_secure *secure)
{
    const struct http_settings *settings = secure->settings;
    CURL *easy = secure->call.transfer.easy;

    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, secure);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, secure);
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
           tls_settings_apply(&settings->tls, easy);
}

bool http_secure_init(struct http_secure *secure, struct probe *probe, const struct http_settings *settings,
                      http_secure_answered *answered)
{
    const struct endpoint *target = settings->unix_socket ? NULL : &settings->target;

    *secure = (struct http_secure){.probe = probe, .settings = settings, .answered = answered};
    return http_call_init(&secure->call, probe, target, on_done) && set_up(secure);
}

void http_secure_clear(struct http_secure *secure)
{
    http_call_clear(&secure->call);
    forget_body(secure);
}
