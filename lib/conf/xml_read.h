/* XML read into statements: libyang's parser for the syntax, and a scan for the places, which it does not keep. */
#ifndef VIPGATE_LIB_CONF_XML_READ_H
#define VIPGATE_LIB_CONF_XML_READ_H

#include "lib/conf/statement.h"

/* Reads SIZE bytes of the file registered as FILE and appends its statements at TAIL. */
void xml_read(struct document *document, unsigned file, const char *text, size_t size, struct statement ***tail);

#endif
