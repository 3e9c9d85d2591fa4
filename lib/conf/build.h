/*
 * Statements turned into a tree of the schema. The schema is walked, so there is no table of keywords: a new leaf in
 * the module is a new statement. Every statement that cannot be is reported, with what could be in its place.
 */
#ifndef VIPGATE_LIB_CONF_BUILD_H
#define VIPGATE_LIB_CONF_BUILD_H

#include "lib/conf/statement.h"

#include <libyang/libyang.h>

/* Builds the tree of DOCUMENT's statements; NULL where it is empty. It is not validated, and lacks what was reported.
 * The place of each node is kept in its priv, in DOCUMENT's arena. */
struct lyd_node *document_build(struct document *document, const struct ly_ctx *context);

/* The place of NODE, or of the nearest ancestor that has one. */
struct place place_of(const struct lyd_node *node);

/* The child NAME of the schema node PARENT that can be configured, choices looked through; PARENT NULL: at the top. */
const struct lysc_node *schema_child(const struct lys_module *module, const struct lysc_node *parent, const char *name);

/* The next one after LAST (NULL: the first) of those; to list them. */
const struct lysc_node *schema_next(const struct lys_module *module, const struct lysc_node *parent,
                                    const struct lysc_node *last);

/* Remembers that SCHEMA (NULL: nobody knows what; that of PARENT: all that it lacks) was written under PARENT and
 * reported. TEXT: the key of a list entry, or NULL. */
void attempt_add(struct document *document, const struct lyd_node *parent, const struct lysc_node *schema,
                 const char *text);

/* Whether SCHEMA, or a case of it where it is a choice, was written under NODE and reported. */
bool was_attempted(const struct document *document, const struct lyd_node *node, const struct lysc_node *schema);

/* Whether SCHEMA is ANCESTOR or stands in it. */
bool schema_is_in(const struct lysc_node *schema, const struct lysc_node *ancestor);

#endif
