/* The settings of the websocket probe. */
#ifndef VIPGATE_LIB_KINDS_WEBSOCKET_H
#define VIPGATE_LIB_KINDS_WEBSOCKET_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"
#include "lib/kinds/tls.h"

#include <curl/curl.h>
#include <stdbool.h>

struct websocket_settings {
    const char *url;               /* as written */
    const char *host;              /* for the Host header, as the URL has it */
    const char *path;              /* with the query; at least "/" */
    const char *subprotocol;       /* NULL: none */
    const char *request_url;       /* for libcurl, which only connects: http or https, host and port */
    struct curl_slist *connect_to; /* where to connect instead, with server-name; NULL: nowhere else */
    struct endpoint target;
    bool tls_used; /* wss */
    bool ping;
    struct tls_settings tls;
};

extern const struct kind kind_websocket;

#endif
