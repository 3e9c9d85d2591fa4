/* The settings of the grpc probe. */
#ifndef VIPGATE_LIB_KINDS_GRPC_H
#define VIPGATE_LIB_KINDS_GRPC_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"
#include "lib/kinds/tls.h"

#include <curl/curl.h>

struct grpc_settings {
    struct endpoint target;
    const char *url;
    const char *service;
    struct curl_slist *headers;
    struct curl_slist *connect_to; /* NULL: to where the URL says */
    bool tls_used;
    struct tls_settings tls;
};

extern const struct kind kind_grpc;

#endif
