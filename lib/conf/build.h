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

#endif
