/* The settings of the file probe, whose target is the path. */
#ifndef VIPGATE_LIB_KINDS_FILE_H
#define VIPGATE_LIB_KINDS_FILE_H

#include "lib/kinds/kind.h"

struct file_settings {
    struct kind_settings base; /* first */
    bool expect_present;
};

#endif
