/* What is never shown: not in a diagnostic, not in 'show config'. */
#ifndef VIPGATE_LIB_CONF_SECRET_H
#define VIPGATE_LIB_CONF_SECRET_H

#include <libyang/libyang.h>
#include <stdbool.h>

/* Whether values of SCHEMA are secret. */
bool conf_is_secret(const struct lysc_node *schema);

/* A copy of TREE with its siblings, without its secrets. NULL when out of memory. */
struct lyd_node *conf_without_secrets(const struct lyd_node *tree);

#endif
