/* An HTTP request over TLS, with libcurl: HTTP/2 where the server has it, else HTTP/1.1. */
#ifndef VIPGATE_HEALTHD_PROBES_HTTP_SECURE_H
#define VIPGATE_HEALTHD_PROBES_HTTP_SECURE_H

#include "healthd/http_call.h"
#include "lib/kinds/http.h"

struct http_secure;

/* There is an answer: status and body. */
typedef void http_secure_answered(struct http_secure *secure);

struct http_secure {
    struct probe *probe;
    const struct http_settings *settings;
    http_secure_answered *answered;
    struct http_call call;
    long status;
    char *body; /* where one is expected: HTTP_BODY_MAX at most, and a NUL */
    size_t body_size;
    size_t header_size;
    bool header_ended; /* with its empty line */
};

/* Sets SECURE up for PROBE; false when out of memory. Undo with http_secure_clear in either case. */
bool http_secure_init(struct http_secure *secure, struct probe *probe, const struct http_settings *settings,
                      http_secure_answered *answered);
void http_secure_clear(struct http_secure *secure);

/* Connects and sends the request. Where no answer comes of it the probe's run is ended here. */
void http_secure_start(struct http_secure *secure);

/* Ends whatever is under way, and frees the body. */
void http_secure_stop(struct http_secure *secure);

void http_secure_describe(const struct http_secure *secure, char *text, size_t size);

#endif
