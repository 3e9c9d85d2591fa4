#include "lib/conf/place.h"

void place_give(struct document *document, struct lyd_node *node, struct place place)
{
    struct place *kept = arena_alloc(&document->arena, sizeof *kept);

    if (kept)
        *kept = place;
    node->priv = kept;
}

struct place place_of(const struct lyd_node *node)
{
    for (; node; node = lyd_parent(node)) {
        if (node->priv)
            return *(const struct place *)node->priv;
    }
    return (struct place){0};
}
