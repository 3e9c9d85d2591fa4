#include "lib/kinds/process.h"

#include "lib/kinds/settings.h"

#include <bsd/string.h>

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    ((struct process_settings *)memory)->base.target = settings_text(room, node, "pidfile");
    return true;
}

KIND_DEFINE(process)
