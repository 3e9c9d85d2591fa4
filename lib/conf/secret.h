/* What is never shown: not in a diagnostic, not in 'show config'. */
#ifndef VIPGATE_LIB_CONF_SECRET_H
#define VIPGATE_LIB_CONF_SECRET_H

#include <libyang/libyang.h>
#include <stdbool.h>

/* Whether statements of this name hold a secret, whatever their value. */
bool conf_is_secret_name(const char *name);

/* Whether VALUE of the statement NAME is, or holds, a secret: a password, a header with credentials, those in a URL. */
bool conf_is_secret(const char *name, const char *value);

/* A copy of TREE with its siblings, without its secrets. NULL when out of memory. */
struct lyd_node *conf_without_secrets(const struct lyd_node *tree);

/* The same of a top-level container or list entry alone. */
struct lyd_node *conf_node_without_secrets(const struct lyd_node *node);

#endif
