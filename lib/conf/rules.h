/*
 * The rules of the schema that concern the tree as a whole: what is mandatory, what must exist because it is referred
 * to. libyang checks them too, and has the final word, but it stops at the first.
 */
#ifndef VIPGATE_LIB_CONF_RULES_H
#define VIPGATE_LIB_CONF_RULES_H

#include "lib/conf/statement.h"

#include <libyang/libyang.h>

/* Reports every breach in TREE, which document_build made. */
void document_check_rules(struct document *document, const struct ly_ctx *context, const struct lyd_node *tree);

#endif
