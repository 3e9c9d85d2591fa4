/* What both daemons have in common in their answers to get. */
#include "lib/control/control.h"
#include "lib/model.h"

#include <string.h>

bool control_asks_for(const struct lyd_node *rpc, const char *what)
{
    MODEL_FOR_EACH(node, lyd_child(rpc), "what")
    {
        if (strcmp(lyd_get_value(node), what) == 0)
            return true;
    }
    return false;
}
