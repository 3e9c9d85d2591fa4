/* The settings of the icmp probe. */
#ifndef VIPGATE_LIB_KINDS_ICMP_H
#define VIPGATE_LIB_KINDS_ICMP_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"

struct icmp_settings {
    struct kind_settings base; /* first */
    struct endpoint target;    /* port 0 */
};

#endif
