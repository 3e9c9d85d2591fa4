/* The settings of the haproxy probe. */
#ifndef VIPGATE_LIB_KINDS_HAPROXY_H
#define VIPGATE_LIB_KINDS_HAPROXY_H

#include "lib/kinds/kind.h"

struct haproxy_settings {
    struct kind_settings base; /* first */
    size_t socket_count;
    char **sockets; /* each short enough for a socket address */
    const char *backend;
    const char *server; /* NULL: all */
    unsigned minimum;
    bool minimum_is_percent;
};

#endif
