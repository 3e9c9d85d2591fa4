#include "lib/kinds/coap.h"

#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_PORT = 5683 };

static bool read_uri(struct coap_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    const char *uri = model_text(node, "uri"), *authority = uri + strlen("coap://");
    size_t length = strcspn(authority, "/?");
    char text[300];

    settings->uri = settings_copy(room, uri);
    settings->path = settings_copy(room, authority + length);
    snprintf(text, sizeof text, "%.*s", (int)length, authority);
    const char *wrong = endpoint_parse(&settings->target, text, DEFAULT_PORT);
    if (wrong)
        kind_complain(room, model_child(node, "uri"), "uri \"%s\": %s", uri, wrong);
    return !wrong;
}

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct coap_settings *settings = memory;
    const char *expect = model_text(node, "expect-code");

    settings->ping = strcmp(model_text(node, "method"), "ping") == 0;
    settings->expect_code = (uint8_t)((expect[0] - '0') << 5 | atoi(expect + 2));
    return read_uri(settings, node, room);
}

static void target(const void *settings, char *text, size_t size)
{
    strlcpy(text, ((const struct coap_settings *)settings)->uri, size);
}

const struct kind kind_coap = {
    .name = "coap",
    .settings_size = sizeof(struct coap_settings),
    .configure = configure,
    .target = target,
};
