#include "lib/kinds/icmp.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct icmp_settings *settings = memory;

    const char *host = model_text(node, "target"), *wrong = host_check(host);

    if (wrong)
        kind_complain(room, model_child(node, "target"), "target \"%s\": %s", host, wrong);
    strlcpy(settings->target.host, host, sizeof settings->target.host);
    settings->base.target = settings_copy(room, host);
    return !wrong;
}

KIND_DEFINE(icmp)
