#include "lib/kinds/websocket.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdio.h>
#include <string.h>

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

/* libcurl only connects: it gets host and port alone. */
static void write_request_url(struct websocket_settings *settings, const struct kind_room *room)
{
    char authority[ENDPOINT_TEXT_SIZE], url[ENDPOINT_TEXT_SIZE + 16];

    tls_settings_authority(&settings->tls, &settings->target, &settings->connect_to, authority, room);
    snprintf(url, sizeof url, "%s://%s/", settings->tls_used ? "https" : "http", authority);
    settings->request_url = settings_copy(room, url);
}

/* The host, and the path that follows it. What is wrong with URL; NULL: nothing. */
static const char *read_url(struct websocket_settings *settings, const char *url, const struct kind_room *room)
{
    const char *authority = strstr(url, "://") + 3;
    size_t length = strcspn(authority, "/?#");
    const char *rest = authority + length;
    char path[2100], host[2100];

    settings->url = settings_copy(room, url);
    settings->tls_used = strncmp(url, "wss:", 4) == 0;
    snprintf(host, sizeof host, "%.*s", (int)length, authority);
    snprintf(path, sizeof path, "%s%.*s", *rest == '/' ? "" : "/", (int)strcspn(rest, "#"), rest);
    settings->host = settings_copy(room, host);
    settings->path = settings_copy(room, path);
    if (settings_url_has_credentials(url))
        return "credentials do not stand in it: leave them out";
    return endpoint_parse(&settings->target, host, settings->tls_used ? HTTPS_PORT : HTTP_PORT);
}

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct websocket_settings *settings = memory;

    settings->subprotocol = settings_text(room, node, "subprotocol");
    settings->ping = model_boolean(node, "ping", true);
    tls_settings_read(&settings->tls, node, room);
    const char *wrong = read_url(settings, model_text(node, "url"), room);
    if (wrong)
        kind_complain(room, model_child(node, "url"), "url: %s", wrong);
    else
        write_request_url(settings, room);
    return !wrong;
}

static void target(const void *settings, char *text, size_t size)
{
    strlcpy(text, ((const struct websocket_settings *)settings)->url, size);
}

const struct kind kind_websocket = {
    .name = "websocket",
    .settings_size = sizeof(struct websocket_settings),
    .configure = configure,
    .target = target,
};
