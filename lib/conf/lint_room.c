#include "lib/conf/lint_room.h"

#include "lib/conf/attempt.h"
#include "lib/conf/schema.h"
#include "lib/model.h"

#include <string.h>

const struct lyd_node *lint_written(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *node = model_child(parent, name);

    return model_is_explicit(node) ? node : NULL;
}

bool lint_attempted(const struct lint *lint, const struct lyd_node *parent, const char *name)
{
    return was_attempted(lint->document, parent, schema_child(parent->schema->module, parent->schema, name));
}

bool lint_is_ipv6(const char *text)
{
    return strchr(text, ':') != NULL;
}

void lint_mark_listed(const struct lint *lint, const struct lyd_node *vip)
{
    const struct lyd_node *first = model_sibling(lyd_child(vip), "neighbor");

    for (size_t i = 0; i < lint->neighbor_count; i++) {
        struct lint_neighbor *neighbor = &lint->neighbors[i];
        neighbor->listed = first == NULL;
        for (const struct lyd_node *node = first; node && !neighbor->listed;
             node = model_sibling(node->next, "neighbor"))
            neighbor->listed =
                strcmp(lyd_get_value(node), neighbor->address) == 0 || strcmp(lyd_get_value(node), "all") == 0;
    }
}
