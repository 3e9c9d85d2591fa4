/*
 * The rules of the schema that concern the tree as a whole: what is mandatory, what must exist because it is referred
 * to. libyang checks the former too, but stops at the first.
 */
#ifndef VIPGATE_LIB_CONF_RULES_H
#define VIPGATE_LIB_CONF_RULES_H

#include "lib/conf/document.h"

/* Reports every breach in DOCUMENT's tree. */
void document_check_rules(struct document *document, const struct ly_ctx *context);

#endif
