#include "lib/kinds/file.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <string.h>

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct file_settings *settings = memory;

    settings->base.target = settings_text(room, node, "path");
    settings->expect_present = strcmp(model_text(node, "expect"), "present") == 0;
    return true;
}

KIND_DEFINE(file)
