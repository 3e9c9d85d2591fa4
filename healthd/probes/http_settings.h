/* The settings of the http probe. */
#ifndef VIPGATE_HEALTHD_PROBES_HTTP_SETTINGS_H
#define VIPGATE_HEALTHD_PROBES_HTTP_SETTINGS_H

#include "healthd/endpoint.h"
#include "healthd/probe.h"
#include "healthd/probes/tls_settings.h"

#include <curl/curl.h>
#include <regex.h>
#include <stdbool.h>

struct status_range {
    uint16_t low, high;
};

struct http_settings {
    char *url;         /* as written */
    char *request;     /* for http://: all of it */
    char *request_url; /* for https://: with server-name in place of the host */
    char *method;
    struct curl_slist *headers;
    size_t status_count;
    struct status_range *statuses;
    char *expect_body;             /* NULL: any */
    regex_t body;                  /* expect_body, compiled */
    struct endpoint target;        /* whom to connect to: connect-to, else the URL's host and port */
    struct curl_slist *connect_to; /* the same for libcurl; NULL where it is what request_url says */
    char *unix_socket;             /* in place of target; NULL: none */
    bool tls_used;                 /* https */
    bool proxy_protocol;
    struct tls_settings tls;
};

/* For struct probe_kind. */
void *http_settings_configure(const struct lyd_node *node, const struct probe_complaints *complaints);
void http_settings_free(void *settings);
void http_settings_target(const void *settings, char *text, size_t size);

/* Writes whom the probe connects to: "192.0.2.1:80", or the Unix socket's path. */
void http_settings_peer(const struct http_settings *settings, char *text, size_t size);

/* Whether STATUS is one that was asked for. */
bool http_settings_expect_status(const struct http_settings *settings, long status);

#endif
