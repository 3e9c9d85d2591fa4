/* The text form of the configuration, read into statements; what they mean is build.c's to say. */
#ifndef VIPGATE_LIB_CONF_TEXT_READ_H
#define VIPGATE_LIB_CONF_TEXT_READ_H

#include "lib/conf/include.h"
#include "lib/conf/statement.h"

/* Reads SIZE bytes of text, which are those of ORIGIN, with what it includes, and appends its statements at TAIL. */
void text_read(struct document *document, const struct include_origin *origin, const char *text, size_t size,
               struct statement ***tail);

#endif
