/* The settings of the process probe, whose target is the pidfile. */
#ifndef VIPGATE_LIB_KINDS_PROCESS_H
#define VIPGATE_LIB_KINDS_PROCESS_H

#include "lib/kinds/kind.h"

struct process_settings {
    struct kind_settings base; /* first */
};

#endif
