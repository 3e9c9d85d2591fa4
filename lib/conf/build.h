/*
 * Statements turned into a tree of the schema. The schema is walked, so there is no table of keywords: a new leaf in
 * the module is a new statement. Every statement that fits nowhere is reported, with what was expected.
 */
#ifndef VIPGATE_LIB_CONF_BUILD_H
#define VIPGATE_LIB_CONF_BUILD_H

#include "lib/conf/document.h"

/* Builds the tree of DOCUMENT's statements. It is not validated, and lacks what was reported. */
void document_build(struct document *document, const struct ly_ctx *context);

#endif
