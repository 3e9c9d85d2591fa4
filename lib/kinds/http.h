/* The settings of the http probe. */
#ifndef VIPGATE_LIB_KINDS_HTTP_H
#define VIPGATE_LIB_KINDS_HTTP_H

#include "lib/expression.h"
#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"
#include "lib/kinds/tls.h"

#include <stdbool.h>

struct status_range {
    uint16_t low, high;
};

/* A header field. */
struct http_field {
    const char *name, *value;
};

enum http_version { HTTP_1_1, HTTP_2 };

struct http_settings {
    struct kind_settings base; /* first */
    enum http_version version;
    const char *method, *path, *host; /* host: for Host or :authority */
    size_t field_count;
    struct http_field *fields; /* as written; Host may be among them */
    const char *request;       /* for HTTP/1.1: all of it */
    size_t status_count;
    struct status_range *statuses;
    const char *expect_body;       /* NULL: any */
    const struct expression *body; /* expect_body, compiled */
    struct endpoint target;        /* whom to connect to: connect-to, else the URL's host and port */
    const char *unix_socket;       /* in place of target; NULL: none */
    bool tls_used;                 /* https */
    bool proxy_protocol;
    struct tls_settings tls;
};

/* Whether STATUS is one that was asked for. */
bool http_settings_expect_status(const struct http_settings *settings, long status);

#endif
