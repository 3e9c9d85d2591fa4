#include "lib/kinds/grpc.h"

#include "lib/kinds/curl_lines.h"
#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <stdio.h>

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct grpc_settings *settings = memory;
    char authority[ENDPOINT_TEXT_SIZE], url[ENDPOINT_TEXT_SIZE + 64];

    settings->tls_used = model_boolean(node, "tls", false);
    settings->service = settings_text(room, node, "service");
    tls_settings_read(&settings->tls, node, room);
    if (!settings_endpoint(node, "target", 0, &settings->target, room))
        return false;
    curl_lines_add(&settings->headers, "Content-Type: application/grpc", room);
    curl_lines_add(&settings->headers, "TE: trailers", room);
    tls_settings_authority(&settings->tls, &settings->target, &settings->connect_to, authority, room);
    snprintf(url, sizeof url, "%s://%s/grpc.health.v1.Health/Check", settings->tls_used ? "https" : "http", authority);
    settings->url = settings_copy(room, url);
    return true;
}

static void target(const void *settings, char *text, size_t size)
{
    endpoint_format(&((const struct grpc_settings *)settings)->target, text, size);
}

const struct kind kind_grpc = {
    .name = "grpc",
    .settings_size = sizeof(struct grpc_settings),
    .configure = configure,
    .target = target,
};
