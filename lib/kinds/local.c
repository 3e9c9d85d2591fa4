/* The kinds that look at this machine alone. */
#include "lib/kinds/settings.h"

#include "lib/kinds/words.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* ---- exec ---- */

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

bool configure_exec(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct exec_settings *settings = memory;

    settings->user = settings_text(room, node, "user");
    bool sound = read_command(settings, model_child(node, "command"), room);
    settings->base.target = settings->command ? settings->command[0] : NULL;
    return sound;
}

/* ---- file ---- */

bool configure_file(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct file_settings *settings = memory;

    settings->base.target = settings_text(room, node, "path");
    settings->expect_present = strcmp(model_text(node, "expect"), "present") == 0;
    return true;
}

/* ---- haproxy ---- */

enum { SOCKET_PATH_SIZE = sizeof(((struct sockaddr_un *)NULL)->sun_path) };

static bool sockets_fit(const struct lyd_node *node, const struct kind_room *room)
{
    bool fit = true;

    MODEL_FOR_EACH(child, lyd_child(node), "socket")
    {
        if (strlen(lyd_get_value(child)) < SOCKET_PATH_SIZE)
            continue;
        kind_complain(room, child, "socket %s: a socket path may have at most %d bytes", lyd_get_value(child),
                      SOCKET_PATH_SIZE - 1);
        fit = false;
    }
    return fit;
}

bool configure_haproxy(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct haproxy_settings *settings = memory;
    const char *minimum = model_text(node, "minimum-up");

    settings->sockets = settings_texts(room, node, "socket", &settings->socket_count);
    settings->backend = settings_text(room, node, "backend");
    settings->server = settings_text(room, node, "server");
    settings->minimum = (unsigned)strtoul(minimum, NULL, 10);
    settings->minimum_is_percent = strchr(minimum, '%');
    if (settings->sockets)
        settings->base.target = settings_format(room, "%s%s%s at %s%s", model_text(node, "backend"),
                                                settings->server ? "/" : "", settings->server ? settings->server : "",
                                                settings->sockets[0], settings->socket_count > 1 ? " …" : "");
    return sockets_fit(node, room);
}

/* ---- process ---- */

bool configure_process(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    ((struct process_settings *)memory)->base.target = settings_text(room, node, "pidfile");
    return true;
}
