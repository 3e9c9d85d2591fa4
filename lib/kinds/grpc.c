#include "lib/kinds/grpc.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct grpc_settings *settings = memory;
    const char *name = model_text(node, "server-name");

    settings->tls_used = model_boolean(node, "tls", false);
    settings->service = settings_text(room, node, "service");
    if (!settings_endpoint(node, "target", 0, &settings->target, room) ||
        !tls_settings_read(&settings->tls, node, settings->target.host, room))
        return false;
    settings->base.target = settings_endpoint_shown(room, &settings->target);
    struct endpoint named = settings->target;
    if (name)
        strlcpy(named.host, name, sizeof named.host);
    settings->authority = settings_endpoint_shown(room, &named);
    return true;
}

KIND_DEFINE(grpc)
