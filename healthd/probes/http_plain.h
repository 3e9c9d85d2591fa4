/*
 * An HTTP/1.1 request without TLS: most health checks are one, and on a connection of our own it costs half of what it
 * costs with libcurl, and a tenth of the memory. https, and with it HTTP/2, is libcurl's.
 */
#ifndef VIPGATE_HEALTHD_PROBES_HTTP_PLAIN_H
#define VIPGATE_HEALTHD_PROBES_HTTP_PLAIN_H

#include "healthd/dial.h"
#include "healthd/probes/http_answer.h"
#include "lib/kinds/http.h"

struct http_plain;

/* There is an answer: plain->answer, complete. */
typedef void http_plain_answered(struct http_plain *plain);

struct http_plain {
    struct probe *probe;
    const struct http_settings *settings;
    http_plain_answered *answered;
    struct dial dial; /* to a Unix socket: only its watch and descriptor */
    bool seen;        /* the Unix socket was there before */
    size_t sent;
    struct http_answer answer;
};

/* Sets PLAIN up for PROBE; false when out of memory. Undo with http_plain_clear in either case. */
bool http_plain_init(struct http_plain *plain, struct probe *probe, const struct http_settings *settings,
                     http_plain_answered *answered);
void http_plain_clear(struct http_plain *plain);

/* Connects and sends the request. Where no answer comes of it the probe's run is ended here. */
void http_plain_start(struct http_plain *plain);

/* Ends whatever is under way, and frees the body. */
void http_plain_stop(struct http_plain *plain);

/* What the request is at: "connect 192.0.2.1:80", "wait 192.0.2.1:80". */
void http_plain_describe(const struct http_plain *plain, char *text, size_t size);

#endif
