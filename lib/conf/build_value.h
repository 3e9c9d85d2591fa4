/* The nodes that build.c makes: each value judged, each node given its place. */
#ifndef VIPGATE_LIB_CONF_BUILD_VALUE_H
#define VIPGATE_LIB_CONF_BUILD_VALUE_H

#include "lib/conf/build.h"
#include "lib/conf/value_set.h"

/* Lists at the top level whose ends are known. */
enum { TOP_LISTS = 8 };

struct builder {
    struct document *document;
    const struct lys_module *module;
    struct lyd_node *tree; /* the first at the top */
    /* An entry behind the others of each list at the top, until all is built: what comes before it has its place at
     * once, where libyang would look at all that is there. */
    struct lyd_node *ends[TOP_LISTS];
    struct value_set values;
};

/* All is built: only what was written stays in the tree. */
void builder_finish(struct builder *builder);

/* The node of SCHEMA under PARENT (NULL: at the top), or NULL. */
struct lyd_node *builder_sibling(const struct builder *builder, const struct lyd_node *parent,
                                 const struct lysc_node *schema);

/* Each makes a node under PARENT (NULL: at the top). What is wrong is reported, at the argument or else at PLACE; NULL
 * then. ARGUMENT NULL: none was written, which a boolean takes as true. An entry whose key is
 * wrong is set aside: its block is built all the same. */
struct lyd_node *builder_new_inner(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   struct place place);
struct lyd_node *builder_new_entry(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   const struct argument *key, struct place place);
void builder_new_leaf(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                      const struct argument *argument, struct place place);

#endif
