#include "lib/kinds/process.h"

#include "lib/kinds/settings.h"

#include <bsd/string.h>

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    ((struct process_settings *)memory)->pidfile = settings_text(room, node, "pidfile");
    return true;
}

static void target(const void *settings, char *text, size_t size)
{
    strlcpy(text, ((const struct process_settings *)settings)->pidfile, size);
}

const struct kind kind_process = {
    .name = "process",
    .settings_size = sizeof(struct process_settings),
    .configure = configure,
    .target = target,
};
