#include "lib/kinds/haproxy.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

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

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
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

KIND_DEFINE(haproxy)
