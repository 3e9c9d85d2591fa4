/* The settings of the tcp probe. */
#ifndef VIPGATE_LIB_KINDS_TCP_H
#define VIPGATE_LIB_KINDS_TCP_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"

struct tcp_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    const char *send;   /* NULL: nothing */
    const char *expect; /* NULL: nothing */
    bool hold_open;
};

#endif
