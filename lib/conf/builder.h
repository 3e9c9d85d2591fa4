/* The nodes that build.c makes: each value judged, each node given its location. */
#ifndef VIPGATE_LIB_CONF_BUILDER_H
#define VIPGATE_LIB_CONF_BUILDER_H

#include "lib/conf/document.h"

/* Lists at the top level whose ends are known. */
enum { TOP_LISTS = 8 };

struct builder {
    struct document *document;
    const struct lys_module *module;
    /* An entry behind the others of each list at the top, until all is built: what comes before it finds its position
     * at once, where libyang would walk all entries. */
    struct lyd_node *ends[TOP_LISTS];
};

#define builder_error(builder, location, ...) diagnostics_error(&(builder)->document->conf, location, __VA_ARGS__)

/* Remembers what was reported: see tree_reject. */
void builder_reject(struct builder *builder, const struct lyd_node *parent, const struct lysc_node *schema);

/* All is built: only what was written stays in the tree. */
void builder_finish(struct builder *builder);

/* The node of SCHEMA under PARENT (NULL: at the top), or NULL. */
struct lyd_node *builder_sibling(const struct builder *builder, const struct lyd_node *parent,
                                 const struct lysc_node *schema);

/* Each makes a node under PARENT (NULL: at the top). What is wrong is reported, at the argument or else at LOCATION,
 * which the document keeps; NULL then. ARGUMENT NULL: none was written, which a boolean takes as true. An entry whose
 * key is wrong is detached: its block is built all the same. */
struct lyd_node *builder_new_inner(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   const struct location *location);
struct lyd_node *builder_new_entry(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                   const struct argument *key, const struct location *location);
struct lyd_node *builder_new_detached(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                                      const struct location *location);
void builder_new_leaf(struct builder *builder, struct lyd_node *parent, const struct lysc_node *schema,
                      const struct argument *argument, const struct location *location);

#endif
