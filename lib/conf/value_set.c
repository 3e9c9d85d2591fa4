#include "lib/conf/value_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *value_of(const struct lyd_node *node)
{
    return lyd_get_value(node->schema->nodetype == LYS_LIST ? lyd_child(node) : node);
}

/* FNV-1a over the text and the two addresses. */
static size_t hash(const struct lyd_node *parent, const struct lysc_node *schema, const char *value)
{
    uint64_t result = 14695981039346656037u;

    for (; *value; value++)
        result = (result ^ (unsigned char)*value) * 1099511628211u;
    result = (result ^ (uintptr_t)parent) * 1099511628211u;
    result = (result ^ (uintptr_t)schema) * 1099511628211u;
    return (size_t)(result ^ result >> 32);
}

/* The slot of such a node, or the empty one where it would be. There always is an empty one. */
static size_t slot_of(const struct value_set *set, const struct lyd_node *parent, const struct lysc_node *schema,
                      const char *value)
{
    size_t slot = hash(parent, schema, value) & (set->capacity - 1);

    for (;; slot = (slot + 1) & (set->capacity - 1)) {
        const struct lyd_node *node = set->slots[slot];
        if (!node || (node->schema == schema && lyd_parent(node) == parent && strcmp(value_of(node), value) == 0))
            return slot;
    }
}

static int grow(struct value_set *set)
{
    struct value_set larger = {.capacity = set->capacity ? set->capacity * 2 : 64};

    larger.slots = calloc(larger.capacity, sizeof(void *));
    if (!larger.slots)
        return -1;
    for (size_t i = 0; i < set->capacity; i++) {
        const struct lyd_node *node = set->slots[i];
        if (node)
            larger.slots[slot_of(&larger, lyd_parent(node), node->schema, value_of(node))] = node;
    }
    larger.count = set->count;
    free(set->slots);
    *set = larger;
    return 0;
}

const struct lyd_node *value_set_add(struct value_set *set, const struct lyd_node *node)
{
    if (set->count * 4 >= set->capacity * 3 && grow(set) < 0)
        return NULL;
    size_t slot = slot_of(set, lyd_parent(node), node->schema, value_of(node));
    if (set->slots[slot])
        return set->slots[slot];
    set->slots[slot] = node;
    set->count++;
    return NULL;
}

void value_set_free(struct value_set *set)
{
    free(set->slots);
    *set = (struct value_set){0};
}
