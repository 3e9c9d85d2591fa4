/* The kinds that ask a server and have little to set. */
#include "lib/kinds/settings.h"

#include "lib/model.h"

#include <bsd/string.h>
#include <string.h>

/* ---- grpc ---- */

bool configure_grpc(void *memory, const struct lyd_node *node, const struct kind_room *room)
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

/* ---- icmp ---- */

bool configure_icmp(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct icmp_settings *settings = memory;

    const char *host = model_text(node, "target"), *wrong = host_check(host);

    if (wrong)
        kind_complain(room, model_child(node, "target"), "target \"%s\": %s", host, wrong);
    strlcpy(settings->target.host, host, sizeof settings->target.host);
    settings->base.target = settings_copy(room, host);
    return !wrong;
}

/* ---- tcp ---- */

bool configure_tcp(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct tcp_settings *settings = memory;

    settings->send = settings_text(room, node, "send");
    settings->expect = settings_text(room, node, "expect");
    settings->hold_open = model_boolean(node, "hold-open", false);
    bool sound = settings_endpoint(node, "target", 0, &settings->target, room);
    settings->base.target = settings_endpoint_shown(room, &settings->target);
    return sound;
}

/* ---- udp ---- */

bool configure_udp(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct udp_settings *settings = memory;

    settings->send = settings_text(room, node, "send");
    settings->expect = settings_text(room, node, "expect");
    bool sound = settings_endpoint(node, "target", 0, &settings->target, room);
    settings->base.target = settings_endpoint_shown(room, &settings->target);
    return sound;
}

/* ---- websocket ---- */

bool configure_websocket(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct websocket_settings *settings = memory;
    struct url url;

    settings->base.target = settings_url_shown(room, model_text(node, "url"));
    settings->subprotocol = settings_text(room, node, "subprotocol");
    settings->ping = model_boolean(node, "ping", true);
    if (!settings_url(node, "wss:", ": remove them", &url, &settings->tls_used, room))
        return false;
    settings->target = url.target;
    settings->host = settings_copy(room, url.host);
    settings->path = settings_copy(room, url.path);
    return tls_settings_read(&settings->tls, node, url.target.host, room);
}
