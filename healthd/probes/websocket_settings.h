/* The settings of the websocket probe. */
#ifndef VIPGATE_HEALTHD_PROBES_WEBSOCKET_SETTINGS_H
#define VIPGATE_HEALTHD_PROBES_WEBSOCKET_SETTINGS_H

#include "healthd/endpoint.h"
#include "healthd/probe.h"
#include "healthd/probes/tls_settings.h"

#include <curl/curl.h>
#include <stdbool.h>

struct websocket_settings {
    char *url;                     /* as written */
    char *host;                    /* for the Host header, as the URL has it */
    char *path;                    /* with the query; at least "/" */
    char *subprotocol;             /* NULL: none */
    char *request_url;             /* for libcurl, which only connects: http or https, host and port */
    struct curl_slist *connect_to; /* where to connect instead, with server-name; NULL: nowhere else */
    struct endpoint target;
    bool tls_used; /* wss */
    bool ping;
    struct tls_settings tls;
};

/* For struct probe_kind. */
void *websocket_settings_configure(const struct lyd_node *node, const struct probe_complaints *complaints);
void websocket_settings_free(void *settings);
void websocket_settings_target(const void *settings, char *text, size_t size);

#endif
