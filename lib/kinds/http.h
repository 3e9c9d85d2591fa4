/* The settings of the http probe. */
#ifndef VIPGATE_LIB_KINDS_HTTP_H
#define VIPGATE_LIB_KINDS_HTTP_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"
#include "lib/kinds/tls.h"

#include <curl/curl.h>
#include <regex.h>
#include <stdbool.h>

struct status_range {
    uint16_t low, high;
};

struct http_settings {
    const char *url;         /* as written */
    const char *request;     /* for http://: all of it */
    const char *request_url; /* for https://: with server-name in place of the host */
    const char *method;
    struct curl_slist *headers;
    size_t status_count;
    struct status_range *statuses;
    const char *expect_body; /* NULL: any */
    bool body_compiled;
    regex_t body;                  /* expect_body, compiled */
    struct endpoint target;        /* whom to connect to: connect-to, else the URL's host and port */
    struct curl_slist *connect_to; /* the same for libcurl; NULL where it is what request_url says */
    const char *unix_socket;       /* in place of target; NULL: none */
    bool tls_used;                 /* https */
    bool proxy_protocol;
    struct tls_settings tls;
};

extern const struct kind kind_http;

/* Writes whom the probe connects to: "192.0.2.1:80", or the Unix socket's path. */
void http_settings_peer(const struct http_settings *settings, char *text, size_t size);

/* Whether STATUS is one that was asked for. */
bool http_settings_expect_status(const struct http_settings *settings, long status);

#endif
