/* The settings of the grpc probe. */
#ifndef VIPGATE_LIB_KINDS_GRPC_H
#define VIPGATE_LIB_KINDS_GRPC_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"
#include "lib/kinds/tls.h"

struct grpc_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    const char *authority; /* HOST:PORT, with server-name in place of the host where there is one */
    const char *service;
    bool tls_used;
    struct tls_settings tls;
};

#endif
