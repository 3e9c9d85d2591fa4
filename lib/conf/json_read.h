/* RFC 7951 JSON read into statements. libyang reads it too, but stops at the first error and tells no column. */
#ifndef VIPGATE_LIB_CONF_JSON_READ_H
#define VIPGATE_LIB_CONF_JSON_READ_H

#include "lib/conf/statement.h"

/* Reads SIZE bytes of the file registered as FILE and appends its statements at TAIL. */
void json_read(struct document *document, unsigned file, const char *text, size_t size, struct statement ***tail);

#endif
