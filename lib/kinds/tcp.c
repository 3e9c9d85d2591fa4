#include "lib/kinds/tcp.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct tcp_settings *settings = memory;

    settings->send = settings_text(room, node, "send");
    settings->expect = settings_text(room, node, "expect");
    settings->hold_open = model_boolean(node, "hold-open", false);
    bool sound = settings_endpoint(node, "target", 0, &settings->target, room);
    settings->base.target = settings_endpoint_shown(room, &settings->target);
    return sound;
}

KIND_DEFINE(tcp)
