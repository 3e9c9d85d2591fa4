/*
 * Secrets, which are never shown: in no diagnostic and not in 'show config'. Which leaf holds one, and in what part of
 * its value, the schema says with the extension vg:secret.
 */
#ifndef VIPGATE_LIB_CONF_SECRET_H
#define VIPGATE_LIB_CONF_SECRET_H

#include <libyang/libyang.h>
#include <stdbool.h>

/* Whether VALUE, fit for the leaf SCHEMA or not, is or may hold a secret. */
bool conf_is_secret(const struct lysc_node *schema, const char *value);

/* Takes the secrets out of the tree that begins at FIRST, which stays its first node: "(not shown)" takes their
 * place. False when out of memory: no secret is left then either, but leaves may be missing. */
bool conf_remove_secrets(struct lyd_node *first);

/* A copy of TREE with its siblings, without its secrets. NULL when out of memory. */
struct lyd_node *conf_without_secrets(const struct lyd_node *tree);

#endif
