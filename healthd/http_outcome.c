#include "healthd/http_outcome.h"

#include <bsd/string.h>
#include <stdio.h>
#include <string.h>

/* Codes that speak for themselves. Those with an errno are looked up by it; a code that is not here is the target's
 * protocol error, because libcurl has no other word for what it could not read. */
static const struct {
    CURLcode code;
    enum outcome outcome;
    enum reason reason;
    const char *words; /* NULL: libcurl's own, which are better */
} codes[] = {
    {CURLE_GOT_NOTHING, OUTCOME_FAIL, REASON_CLOSED, "closed without an answer"},
    {CURLE_PARTIAL_FILE, OUTCOME_FAIL, REASON_CLOSED, NULL},
    {CURLE_OPERATION_TIMEDOUT, OUTCOME_FAIL, REASON_TIMEOUT, NULL},
    {CURLE_SSL_CONNECT_ERROR, OUTCOME_FAIL, REASON_TLS, NULL},
    {CURLE_PEER_FAILED_VERIFICATION, OUTCOME_FAIL, REASON_CERTIFICATE, NULL},
    {CURLE_SSL_ISSUER_ERROR, OUTCOME_FAIL, REASON_CERTIFICATE, NULL},
    {CURLE_SSL_INVALIDCERTSTATUS, OUTCOME_FAIL, REASON_CERTIFICATE, NULL},
    {CURLE_COULDNT_RESOLVE_HOST, OUTCOME_UNABLE, REASON_NO_RESOLVER, NULL},
    /* our files */
    {CURLE_SSL_CERTPROBLEM, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_SSL_CACERT_BADFILE, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_SSL_CRL_BADFILE, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_SSL_CIPHER, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_SSL_ENGINE_NOTFOUND, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_SSL_ENGINE_SETFAILED, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_SSL_ENGINE_INITFAILED, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_OUT_OF_MEMORY, OUTCOME_UNABLE, REASON_NO_RESOURCES, NULL},
    {CURLE_FAILED_INIT, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_INTERFACE_FAILED, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_ABORTED_BY_CALLBACK, OUTCOME_UNABLE, REASON_LOCAL, NULL},
    {CURLE_NOT_BUILT_IN, OUTCOME_UNABLE, REASON_LOCAL, NULL},
};

/* The errno behind CODE, or 0. */
static int error_of(const struct http_transfer *transfer, CURLcode code)
{
    long error = 0;

    if (transfer->socket_error)
        return transfer->socket_error;
    if (code != CURLE_COULDNT_CONNECT && code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR)
        return 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &error);
    return (int)error;
}

static const char *words_of(const struct http_transfer *transfer, CURLcode code)
{
    return transfer->error[0] ? transfer->error : curl_easy_strerror(code);
}

void http_outcome(const struct http_transfer *transfer, CURLcode code, const char *target, struct probe_result *result)
{
    const char *words = words_of(transfer, code);
    int error = error_of(transfer, code);
    char said[96];

    result->outcome = OUTCOME_FAIL;
    result->reason = REASON_PROTOCOL;
    if (error) {
        outcome_of_errno(error, &result->outcome, &result->reason);
        words = probe_error_words(error, said, sizeof said);
    } else if (code == CURLE_COULDNT_CONNECT || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) {
        result->reason = REASON_CLOSED;
    } else {
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
            if (codes[i].code != code)
                continue;
            result->outcome = codes[i].outcome;
            result->reason = codes[i].reason;
            words = codes[i].words ? codes[i].words : words;
        }
    }
    snprintf(result->detail, sizeof result->detail, "%s%.100s: ", code == CURLE_COULDNT_CONNECT ? "connect " : "",
             target);
    strlcat(result->detail, words, sizeof result->detail);
}

/* ---- phases ---- */

static curl_off_t time_of(CURL *easy, CURLINFO info)
{
    curl_off_t us = 0;

    curl_easy_getinfo(easy, info, &us);
    return us;
}

static void append_phase(struct probe_result *result, const char *name, curl_off_t from_us, curl_off_t to_us)
{
    if (to_us > from_us && result->phase_count < PROBE_PHASES_MAX)
        result->phases[result->phase_count++] =
            (struct probe_phase){.name = name, .duration_us = (uint32_t)(to_us - from_us)};
}

void http_phases(CURL *easy, struct probe_result *result)
{
    curl_off_t looked_up = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T),
               connected = time_of(easy, CURLINFO_CONNECT_TIME_T);
    curl_off_t secured = time_of(easy, CURLINFO_APPCONNECT_TIME_T);
    curl_off_t answered = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T), total = time_of(easy, CURLINFO_TOTAL_TIME_T);

    append_phase(result, "connect", looked_up, connected ? connected : total);
    if (!connected)
        return;
    append_phase(result, "tls", connected, secured);
    append_phase(result, "wait", secured > connected ? secured : connected, answered ? answered : total);
    if (answered)
        append_phase(result, "body", answered, total);
}

const char *http_phase(CURL *easy, bool tls)
{
    if (!time_of(easy, CURLINFO_CONNECT_TIME_T))
        return "connect";
    if (tls && !time_of(easy, CURLINFO_APPCONNECT_TIME_T))
        return "tls";
    return time_of(easy, CURLINFO_STARTTRANSFER_TIME_T) ? "body" : "wait";
}
