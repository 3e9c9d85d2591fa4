/* Which values stand where in the tree: finds the first of two equal list entries or leaf-list values at once. */
#ifndef VIPGATE_LIB_CONF_VALUE_SET_H
#define VIPGATE_LIB_CONF_VALUE_SET_H

#include <libyang/libyang.h>
#include <stddef.h>

/* Zero-initialised. */
struct value_set {
    const struct lyd_node **slots;
    size_t count, capacity; /* the capacity is a power of two */
};

/* Adds NODE, a leaf-list value or list entry. Answers the node with the same value or
 * key that was added before it, which stays, or NULL. */
const struct lyd_node *value_set_add(struct value_set *set, const struct lyd_node *node);

void value_set_free(struct value_set *set);

#endif
