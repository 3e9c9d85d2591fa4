#include "lib/conf/tree.h"

#include "lib/conf/schema.h"
#include "lib/hash.h"

#include <stdlib.h>
#include <string.h>

struct rejected {
    struct rejected *next;
    const struct lyd_node *parent;
    const struct lysc_node *schema;
};

/* ---- which values stand where ---- */

static const char *value_of(const struct lyd_node *node)
{
    return lyd_get_value(node->schema->nodetype == LYS_LIST ? lyd_child(node) : node);
}

static uint32_t hash_of(const struct lyd_node *parent, const struct lysc_node *schema, const char *value)
{
    uint32_t hash = hash_fnv(HASH_FNV_BASIS, value, strlen(value));

    hash = hash_fnv(hash, &parent, sizeof parent);
    return hash_fnv(hash, &schema, sizeof schema);
}

/* The slot of such a node, or the empty one where it would be. There always is an empty one. */
static struct value_slot *slot_of(const struct value_index *index, uint32_t hash, const struct lyd_node *parent,
                                  const struct lysc_node *schema, const char *value)
{
    for (size_t i = hash & (index->capacity - 1);; i = (i + 1) & (index->capacity - 1)) {
        struct value_slot *slot = &index->slots[i];
        if (!slot->node || (slot->hash == hash && slot->node->schema == schema && lyd_parent(slot->node) == parent &&
                            strcmp(value_of(slot->node), value) == 0))
            return slot;
    }
}

/* False: out of memory. */
static bool grow(struct value_index *index)
{
    struct value_index larger = {.count = index->count, .capacity = index->capacity ? index->capacity * 2 : 64};

    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < index->capacity; i++) {
        size_t to = index->slots[i].hash & (larger.capacity - 1);
        while (index->slots[i].node && larger.slots[to].node)
            to = (to + 1) & (larger.capacity - 1);
        if (index->slots[i].node)
            larger.slots[to] = index->slots[i];
    }
    free(index->slots);
    *index = larger;
    return true;
}

const struct lyd_node *tree_find(const struct tree *tree, const struct lyd_node *parent, const struct lysc_node *schema,
                                 const char *value)
{
    if (tree->index.count == 0)
        return NULL;
    return slot_of(&tree->index, hash_of(parent, schema, value), parent, schema, value)->node;
}

const struct lyd_node *tree_index(struct tree *tree, const struct lyd_node *node)
{
    struct value_index *index = &tree->index;
    const char *value = value_of(node);
    uint32_t hash = hash_of(lyd_parent(node), node->schema, value);

    if (index->count * 4 >= index->capacity * 3 && !grow(index)) {
        index->failed = true;
        return NULL;
    }
    struct value_slot *slot = slot_of(index, hash, lyd_parent(node), node->schema, value);
    if (slot->node)
        return slot->node;
    *slot = (struct value_slot){.node = node, .hash = hash};
    index->count++;
    return NULL;
}

/* ---- what stands outside ---- */

struct lyd_node *tree_nameless_entry(struct lyd_node *parent, const struct lysc_node *schema)
{
    static const char *const keys[] = {"nameless", "0.0.0.0", "0.0.0.0/0"}; /* one of them suits every list */
    struct lyd_node *node = NULL;

    for (size_t i = 0; !node && i < sizeof keys / sizeof *keys; i++)
        lyd_new_list(parent, parent ? NULL : schema->module, schema->name, 0, &node, keys[i]);
    return node;
}

struct lyd_node *tree_detach(struct tree *tree, struct lyd_node *node)
{
    if (tree->first == node)
        tree->first = node->next;
    lyd_unlink_tree(node);
    if (ly_set_add(&tree->detached, node, 1, NULL) == LY_SUCCESS)
        return node;
    lyd_free_tree(node);
    return NULL;
}

bool tree_is_detached(const struct tree *tree, const struct lyd_node *node)
{
    return ly_set_contains(&tree->detached, (void *)(uintptr_t)node, NULL); /* libyang 2.0 takes no const */
}

const struct lyd_node *tree_next_detached(const struct tree *tree, const char *name, uint32_t *index)
{
    while (*index < tree->detached.count) {
        const struct lyd_node *node = tree->detached.dnodes[(*index)++];
        if (strcmp(node->schema->name, name) == 0)
            return node;
    }
    return NULL;
}

/* ---- what was reported ---- */

void tree_reject(struct tree *tree, struct arena *arena, const struct lyd_node *parent, const struct lysc_node *schema)
{
    struct rejected *rejected = arena_alloc(arena, sizeof *rejected);

    if (!rejected)
        return;
    *rejected = (struct rejected){.next = tree->rejected, .parent = parent, .schema = schema};
    tree->rejected = rejected;
}

bool tree_was_rejected(const struct tree *tree, const struct lyd_node *node, const struct lysc_node *schema)
{
    for (const struct rejected *rejected = tree->rejected; rejected; rejected = rejected->next) {
        if (rejected->parent != node)
            continue;
        if (rejected->schema ? schema_is_in(rejected->schema, schema) || rejected->schema == node->schema
                             : schema->nodetype == LYS_CHOICE)
            return true;
    }
    return false;
}

void tree_finish(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->detached.count; i++)
        lyd_free_tree(tree->detached.dnodes[i]);
    ly_set_erase(&tree->detached, NULL);
    free(tree->index.slots);
    tree->index = (struct value_index){0};
}
