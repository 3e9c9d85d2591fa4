/* A URL with a host (RFC 3986), read strictly: what is accepted here can be connected to and asked for as it stands. */
#ifndef VIPGATE_LIB_KINDS_URL_H
#define VIPGATE_LIB_KINDS_URL_H

#include "lib/kinds/endpoint.h"

enum { URL_SIZE = 2049 };

struct url {
    struct endpoint target;        /* the port is the scheme's where none is written */
    char host[ENDPOINT_TEXT_SIZE]; /* for Host and :authority: as written, but for the zone of an IPv6 address */
    char path[URL_SIZE];           /* with the query; at least "/" */
};

/* Reads TEXT, which has a scheme and "://". NULL, or what is wrong, as a static string; *URL is then undefined. */
const char *url_parse(struct url *url, const char *text, uint16_t default_port);

#endif
