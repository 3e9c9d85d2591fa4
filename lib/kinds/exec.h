/* The settings of the exec probe. */
#ifndef VIPGATE_LIB_KINDS_EXEC_H
#define VIPGATE_LIB_KINDS_EXEC_H

#include "lib/kinds/kind.h"

struct exec_settings {
    char **command;   /* NULL-terminated */
    const char *user; /* NULL: as we are */
};

extern const struct kind kind_exec;

#endif
