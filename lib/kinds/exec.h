/* The settings of the exec probe. */
#ifndef VIPGATE_LIB_KINDS_EXEC_H
#define VIPGATE_LIB_KINDS_EXEC_H

#include "lib/kinds/kind.h"

struct exec_settings {
    struct kind_settings base; /* first */
    char **command;            /* the words of it, NULL-terminated; the first is an absolute path */
    const char *user;          /* NULL: as we are */
};

#endif
