/* The readers, one for each encoding. Each appends the statements of SOURCE to DOCUMENT. */
#ifndef VIPGATE_LIB_CONF_READ_H
#define VIPGATE_LIB_CONF_READ_H

#include "lib/conf/document.h"

void text_read(struct document *document, const struct source *source);
void json_read(struct document *document, const struct source *source);
void xml_read(struct document *document, const struct source *source);

#endif
