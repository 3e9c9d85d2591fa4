#include "lib/conf/tree.h"

#include "lib/conf/schema.h"
#include "lib/hash.h"

#include <string.h>

enum { CHAINS = 64 * 1024 }; /* as many as the values of a large document: its size is bounded */

struct value {
    struct value *next;
    const struct lyd_node *node;
    uint32_t hash;
};

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

/* The link to such a node, or the NULL at the end of its chain. */
static struct value **find_link(const struct tree *tree, uint32_t hash, const struct lyd_node *parent,
                                const struct lysc_node *schema, const char *value)
{
    struct value **link = &tree->values[hash % CHAINS];

    while (*link && ((*link)->hash != hash || (*link)->node->schema != schema || lyd_parent((*link)->node) != parent ||
                     strcmp(value_of((*link)->node), value) != 0))
        link = &(*link)->next;
    return link;
}

const struct lyd_node *tree_find(const struct tree *tree, const struct lyd_node *parent, const struct lysc_node *schema,
                                 const char *value)
{
    const struct value *found =
        tree->values ? *find_link(tree, hash_of(parent, schema, value), parent, schema, value) : NULL;

    return found ? found->node : NULL;
}

const struct lyd_node *tree_index(struct tree *tree, struct arena *arena, const struct lyd_node *node)
{
    const char *value = value_of(node);
    uint32_t hash = hash_of(lyd_parent(node), node->schema, value);

    if (!tree->values && !(tree->values = arena_alloc(arena, CHAINS * sizeof *tree->values)))
        return NULL;
    struct value **link = find_link(tree, hash, lyd_parent(node), node->schema, value);
    if (*link)
        return (*link)->node;
    *link = arena_alloc(arena, sizeof **link);
    if (*link)
        **link = (struct value){.node = node, .hash = hash};
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
}
