/* What the operator tried to write and got wrong: reported once, and not once more as missing. */
#ifndef VIPGATE_LIB_CONF_ATTEMPT_H
#define VIPGATE_LIB_CONF_ATTEMPT_H

#include "lib/conf/statement.h"

/* Remembers that SCHEMA (NULL: nobody knows what; that of PARENT: all that it lacks) was written under PARENT and
 * reported. TEXT: the key of a list entry, or NULL. */
void attempt_add(struct document *document, const struct lyd_node *parent, const struct lysc_node *schema,
                 const char *text);

/* Whether SCHEMA, or a case of it where it is a choice, was written under NODE and reported. */
bool was_attempted(const struct document *document, const struct lyd_node *node, const struct lysc_node *schema);

#endif
