/* The files that a document is made of. */
#ifndef VIPGATE_LIB_CONF_SOURCE_H
#define VIPGATE_LIB_CONF_SOURCE_H

#include "lib/conf/statement.h"

#include <sys/types.h>

struct source {
    const char *text; /* in the document's arena */
    size_t size;
    dev_t device;
    ino_t inode;
};

/* Reads the file at PATH. False: it cannot be read or is too large, which is reported at PLACE. */
bool source_read(struct document *document, const char *path, struct place place, struct source *source);

#endif
