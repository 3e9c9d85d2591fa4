/* The settings of the file probe. */
#ifndef VIPGATE_LIB_KINDS_FILE_H
#define VIPGATE_LIB_KINDS_FILE_H

#include "lib/kinds/kind.h"

struct file_settings {
    const char *path;
    bool expect_present;
};

extern const struct kind kind_file;

#endif
