/* The settings of the process probe. */
#ifndef VIPGATE_LIB_KINDS_PROCESS_H
#define VIPGATE_LIB_KINDS_PROCESS_H

#include "lib/kinds/kind.h"

struct process_settings {
    const char *pidfile;
};

extern const struct kind kind_process;

#endif
