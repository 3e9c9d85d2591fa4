/*
 * The rules of the schema that concern the tree as a whole: what is mandatory, what must exist because it is referred
 * to. libyang's validation checks the former too, but stops at the first, and takes as long as all else together.
 */
#ifndef VIPGATE_LIB_CONF_RULES_H
#define VIPGATE_LIB_CONF_RULES_H

#include "lib/conf/document.h"

/* Reports every breach in DOCUMENT's tree. */
void document_check_rules(struct document *document, const struct ly_ctx *context);

/* Whether the schema has a rule that is checked neither there nor by document_build: 'must', 'when', 'unique', a
 * mandatory node at the top. libyang must then validate the tree. */
bool rules_are_incomplete(const struct ly_ctx *context);

#endif
