#include "lib/kinds/exec.h"

#include "lib/kinds/settings.h"
#include "lib/kinds/words.h"
#include "lib/model.h"

#include <bsd/string.h>

/* What is wrong names no word: each may hold a secret. */
static bool read_command(struct exec_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    const char *wrong = words_split(room->arena, lyd_get_value(node), &settings->command);

    if (wrong)
        kind_complain(room, node, "command: %s", wrong);
    else if (settings->command && (!settings->command[0] || settings->command[0][0] != '/'))
        kind_complain(room, node, "command must begin with an absolute path: neither a shell nor PATH is used");
    else
        return true;
    return false;
}

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct exec_settings *settings = memory;

    settings->user = settings_text(room, node, "user");
    bool sound = read_command(settings, model_child(node, "command"), room);
    settings->base.target = settings->command ? settings->command[0] : NULL;
    return sound;
}

KIND_DEFINE(exec)
