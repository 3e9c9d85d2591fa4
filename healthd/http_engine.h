/*
 * libcurl's multi interface on our loop. It is made when the first probe needs it, because it brings OpenSSL along. One
 * engine serves all probes; each probe has an easy handle of its own for as long as it lives.
 */
#ifndef VIPGATE_HEALTHD_HTTP_ENGINE_H
#define VIPGATE_HEALTHD_HTTP_ENGINE_H

#include "healthd/probe.h"

#include <curl/curl.h>
#include <stdbool.h>

struct http_engine;
struct http_transfer;

typedef void http_done(struct http_transfer *transfer, CURLcode code);

/* One probe's transfer. The easy handle's CURLOPT_PRIVATE is the engine's. */
struct http_transfer {
    CURL *easy;
    http_done *done;
    struct http_engine *engine; /* NULL: not under way */
    bool connect_only;          /* the transfer is over when the connection stands */
    int socket_error;           /* errno of a socket that could not be made, else 0 */
    char error[CURL_ERROR_SIZE];
};

/* An easy handle set up as every probe needs it: a new connection each time, no redirects, no proxy of the environment,
 * no signals. False when out of memory. */
bool http_transfer_init(struct http_transfer *transfer, http_done *done);

/* The transfer only connects, with TLS where the URL has it. When DONE is told so the connection stands, for
 * curl_easy_send and curl_easy_recv, until http_transfer_stop. */
void http_transfer_connect_only(struct http_transfer *transfer);

/* Ends what is under way and frees the handle. */
void http_transfer_clear(struct http_transfer *transfer);

/* Begins; DONE is called once, never from within, unless http_transfer_stop comes first. False when out of memory. */
bool http_transfer_start(struct http_transfer *transfer, struct probe_room *room);
void http_transfer_stop(struct http_transfer *transfer);

/* NULL is nothing. No transfer is under way. */
void http_engine_free(struct http_engine *engine);

#endif
