#include "lib/kinds/exec.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct exec_settings *settings = memory;
    const char *program = model_text(node, "command");
    size_t count;

    settings->command = settings_texts(room, node, "command", &count);
    settings->user = settings_text(room, node, "user");
    if (program[0] == '/')
        return true;
    kind_complain(room, model_child(node, "command"), "command \"%s\": write its absolute path", program);
    return false;
}

static void target(const void *settings, char *text, size_t size)
{
    strlcpy(text, ((const struct exec_settings *)settings)->command[0], size);
}

const struct kind kind_exec = {
    .name = "exec",
    .settings_size = sizeof(struct exec_settings),
    .configure = configure,
    .target = target,
};
