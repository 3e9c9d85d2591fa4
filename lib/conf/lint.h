/*
 * What the schema cannot say: values that do not fit each other, and what will surprise. An error where it cannot work,
 * a warning where it does something else than it seems to.
 */
#ifndef VIPGATE_LIB_CONF_LINT_H
#define VIPGATE_LIB_CONF_LINT_H

#include "lib/conf/statement.h"

#include <libyang/libyang.h>

/* Reports what is odd in TREE, which has the schema's defaults in place but may break its rules. */
void document_lint(struct document *document, const struct lyd_node *tree);

#endif
