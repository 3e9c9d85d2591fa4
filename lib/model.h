/*
 * The YANG module as a libyang context, and how values are read from a document of it. The module's text is compiled
 * into the program.
 */
#ifndef VIPGATE_LIB_MODEL_H
#define VIPGATE_LIB_MODEL_H

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* etc/yang/vipgate.yang, NUL-terminated; generated at build time. */
extern const char model_yang_text[];

/* A context that holds the vipgate module, or NULL with the reason in ERROR. Free with ly_ctx_destroy. libyang's own
 * log output is turned off: errors are read from the context and given to the caller. */
struct ly_ctx *model_open(char *error, size_t size);

/* Writes what libyang last refused in CONTEXT, and where, as one line into BUFFER and returns BUFFER. */
const char *model_error(const struct ly_ctx *context, char *buffer, size_t size);

/* The parts of it, the same with libyang 2 and 3: what libyang said; the path of the data it failed at, or NULL; the
 * line of the text it was parsing, or 0. */
const char *model_error_message(const struct ly_ctx *context);
const char *model_error_path(const struct ly_ctx *context);
unsigned model_error_line(const struct ly_ctx *context);

/* The module itself. */
const struct lys_module *model_module(const struct ly_ctx *context);

/*
 * Reading nodes. Each returns the value of the child NAME of PARENT, or NULL / FALLBACK where it is absent or PARENT is
 * NULL. Defaults of the schema count as present. model_sibling looks from the node TREE on among its siblings.
 */
const struct lyd_node *model_sibling(const struct lyd_node *tree, const char *name);

/* Goes through the nodes NAME, a list or leaf-list, from FIRST on among its siblings. */
/* NOLINTBEGIN(bugprone-macro-parentheses): NODE is declared here */
#define MODEL_FOR_EACH(node, first, name)                                                                              \
    for (const struct lyd_node *node = model_sibling(first, name); node; node = model_sibling(node->next, name))
/* NOLINTEND(bugprone-macro-parentheses) */

/* How many nodes NAME there are from FIRST on among its siblings. */
size_t model_count(const struct lyd_node *first, const char *name);

const struct lyd_node *model_child(const struct lyd_node *parent, const char *name);
const char *model_text(const struct lyd_node *parent, const char *name);
bool model_boolean(const struct lyd_node *parent, const char *name, bool fallback);
uint64_t model_number(const struct lyd_node *parent, const char *name, uint64_t fallback);
uint64_t model_duration_ms(const struct lyd_node *parent, const char *name, uint64_t fallback);

/* Whether NODE was written by the operator and is not a schema default. NULL: false. */
bool model_is_explicit(const struct lyd_node *node);

/* The child NAME of PARENT where the operator wrote it, else NULL. */
const struct lyd_node *model_written(const struct lyd_node *parent, const char *name);

#endif
