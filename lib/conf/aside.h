/* List entries whose key is wrong, or given twice: outside the tree, judged all the same, so that what is wrong in
 * their body is not found one reading later. */
#ifndef VIPGATE_LIB_CONF_ASIDE_H
#define VIPGATE_LIB_CONF_ASIDE_H

#include "lib/conf/statement.h"

/* Takes the entry NODE out of the tree that begins at *TREE. NULL when out of memory, and NODE is freed then. */
struct lyd_node *set_aside(struct document *document, struct lyd_node **tree, struct lyd_node *node);

/* A new entry of the list SCHEMA under PARENT (NULL: in no tree yet) with some key. NULL when out of memory. */
struct lyd_node *nameless_entry(struct lyd_node *parent, const struct lysc_node *schema);

/* A new entry for what stands under PARENT (NULL: at the top) without a key, set aside. NULL when out of memory. */
struct lyd_node *set_aside_new(struct document *document, struct lyd_node *parent, const struct lysc_node *schema,
                               struct place place);

bool is_set_aside(const struct document *document, const struct lyd_node *node);

/* Gives all of them the defaults of the schema, as the tree has. */
void aside_complete(const struct document *document);

/* The entries NAME among them, one after the other: *INDEX starts at 0. NULL: no more. */
const struct lyd_node *aside_next(const struct document *document, const char *name, uint32_t *index);

void aside_free(struct document *document);

#endif
