#include "lib/conf/aside.h"

#include "lib/conf/place.h"

#include <string.h>

struct lyd_node *set_aside(struct document *document, struct lyd_node **tree, struct lyd_node *node)
{
    if (*tree == node)
        *tree = node->next;
    lyd_unlink_tree(node);
    if (ly_set_add(&document->aside, node, 1, NULL) == LY_SUCCESS)
        return node;
    lyd_free_tree(node);
    return NULL;
}

struct lyd_node *nameless_entry(struct lyd_node *parent, const struct lysc_node *schema)
{
    static const char *const keys[] = {"aside", "0.0.0.0", "0.0.0.0/0"}; /* one of them suits every list */
    struct lyd_node *node = NULL;

    for (size_t i = 0; !node && i < sizeof keys / sizeof *keys; i++)
        lyd_new_list(parent, parent ? NULL : schema->module, schema->name, 0, &node, keys[i]);
    return node;
}

struct lyd_node *set_aside_new(struct document *document, struct lyd_node *parent, const struct lysc_node *schema,
                               struct place place)
{
    struct lyd_node *node = nameless_entry(parent, schema), *tree = NULL;

    if (!node)
        return NULL;
    place_give(document, node, place);
    return set_aside(document, &tree, node);
}

bool is_set_aside(const struct document *document, const struct lyd_node *node)
{
    return ly_set_contains(&document->aside, (void *)node, NULL); /* libyang 2.0 asks for what it may change */
}

void aside_complete(const struct document *document)
{
    for (uint32_t i = 0; i < document->aside.count; i++)
        lyd_new_implicit_tree(document->aside.dnodes[i], LYD_IMPLICIT_NO_STATE, NULL);
}

const struct lyd_node *aside_next(const struct document *document, const char *name, uint32_t *index)
{
    while (*index < document->aside.count) {
        const struct lyd_node *node = document->aside.dnodes[(*index)++];
        if (strcmp(node->schema->name, name) == 0)
            return node;
    }
    return NULL;
}

void aside_free(struct document *document)
{
    for (uint32_t i = 0; i < document->aside.count; i++)
        lyd_free_tree(document->aside.dnodes[i]);
    ly_set_erase(&document->aside, NULL);
}
