/* The settings of the websocket probe. */
#ifndef VIPGATE_LIB_KINDS_WEBSOCKET_H
#define VIPGATE_LIB_KINDS_WEBSOCKET_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"
#include "lib/kinds/tls.h"

#include <stdbool.h>

struct websocket_settings {
    struct kind_settings base; /* first */
    const char *host;          /* for the Host header */
    const char *path;          /* with the query; at least "/" */
    const char *subprotocol;   /* NULL: none */
    struct endpoint target;
    bool tls_used; /* wss */
    bool ping;
    struct tls_settings tls;
};

#endif
