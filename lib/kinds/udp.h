/* The settings of the udp probe. */
#ifndef VIPGATE_LIB_KINDS_UDP_H
#define VIPGATE_LIB_KINDS_UDP_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"

struct udp_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    const char *send;   /* NULL: an empty datagram */
    const char *expect; /* NULL: any answer */
};

#endif
