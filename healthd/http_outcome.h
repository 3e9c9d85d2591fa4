/* What libcurl's codes mean for a probe. */
#ifndef VIPGATE_HEALTHD_HTTP_OUTCOME_H
#define VIPGATE_HEALTHD_HTTP_OUTCOME_H

#include "healthd/http_engine.h"
#include "healthd/probe.h"

/* Fills in outcome, reason and detail of RESULT for a transfer with TARGET ("192.0.2.1:80") that ended with CODE, which
 * is not CURLE_OK. */
void http_outcome(const struct http_transfer *transfer, CURLcode code, const char *target, struct probe_result *result);

/* Appends the phases that the transfer went through to RESULT: connect, tls, wait, body. */
void http_phases(CURL *easy, struct probe_result *result);

/* What the transfer is at: "connect", "tls", "send", "wait" or "body". */
const char *http_phase(CURL *easy, bool tls);

#endif
