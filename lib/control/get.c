/* What both daemons have in common in their answers to get. */
#include "lib/control/control.h"

#include <string.h>

bool control_asks_for(const struct lyd_node *rpc, const char *what)
{
    const struct lyd_node *node;

    LY_LIST_FOR(lyd_child(rpc), node)
    {
        if (strcmp(node->schema->name, "what") == 0 && strcmp(lyd_get_value(node), what) == 0)
            return true;
    }
    return false;
}
