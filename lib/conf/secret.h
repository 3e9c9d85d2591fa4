/*
 * What is never shown: not in a diagnostic, not in 'show config'. Which leaf holds a secret, and in what part of its
 * value, the schema says with the extension vg:secret.
 */
#ifndef VIPGATE_LIB_CONF_SECRET_H
#define VIPGATE_LIB_CONF_SECRET_H

#include <libyang/libyang.h>
#include <stdbool.h>

/* The argument of vg:secret at SCHEMA; NULL: it holds no secret. */
const char *conf_secret_part(const struct lysc_node *schema);

/* Whether VALUE, fit for the leaf SCHEMA or not, is or may hold a secret. */
bool conf_is_secret(const struct lysc_node *schema, const char *value);

/* A copy of TREE with its siblings, without its secrets: "(not shown)" stands in their place. NULL when out of memory.
 */
struct lyd_node *conf_without_secrets(const struct lyd_node *tree);

/* The same of a top-level container or list entry alone. */
struct lyd_node *conf_node_without_secrets(const struct lyd_node *node);

#endif
