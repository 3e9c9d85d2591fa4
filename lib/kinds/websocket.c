#include "lib/kinds/websocket.h"

#include "lib/kinds/settings.h"
#include "lib/kinds/url.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <string.h>

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct websocket_settings *settings = memory;
    const char *text = model_text(node, "url");
    struct url url;

    settings->base.target = settings_url_shown(room, text);
    settings->subprotocol = settings_text(room, node, "subprotocol");
    settings->ping = model_boolean(node, "ping", true);
    settings->tls_used = strncmp(text, "wss:", 4) == 0;
    const char *wrong = url_parse(&url, text, settings->tls_used ? HTTPS_PORT : HTTP_PORT);
    if (wrong) {
        kind_complain(room, model_child(node, "url"), "url: %s%s", wrong,
                      settings_url_has_credentials(text) ? ": remove them" : "");
        return false;
    }
    settings->target = url.target;
    settings->host = settings_copy(room, url.host);
    settings->path = settings_copy(room, url.path);
    return tls_settings_read(&settings->tls, node, url.target.host, room);
}

KIND_DEFINE(websocket)
