/* The places of a tree's nodes, while its document is read: each is kept in the node's priv. */
#ifndef VIPGATE_LIB_CONF_PLACE_H
#define VIPGATE_LIB_CONF_PLACE_H

#include "lib/conf/statement.h"

/* Gives NODE its place, which lives as long as DOCUMENT. */
void place_give(struct document *document, struct lyd_node *node, struct place place);

/* The place of NODE, or of the nearest ancestor that has one. */
struct place place_of(const struct lyd_node *node);

#endif
