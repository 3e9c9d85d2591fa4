/* include "path or glob": the statements of other files of the text form, in the place of this one. */
#ifndef VIPGATE_LIB_CONF_INCLUDE_H
#define VIPGATE_LIB_CONF_INCLUDE_H

#include "lib/conf/source.h"
#include "lib/conf/statement.h"

enum { INCLUDE_DEPTH_MAX = 16 };

/* The file that is being read, and the one that included it. */
struct include_origin {
    const struct include_origin *parent;
    const char *path;
    unsigned file; /* its number in the diagnostics */
    dev_t device;
    ino_t inode;
};

/* Reads what STATEMENT, an include in ORIGIN, names, and appends its statements at TAIL. */
void include_read(struct document *document, const struct include_origin *origin, const struct statement *statement,
                  struct statement ***tail);

#endif
