#include "lib/kinds/settings.h"

#include "lib/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool settings_endpoint(const struct lyd_node *node, const char *name, uint16_t default_port, struct endpoint *endpoint,
                       const struct kind_room *room)
{
    const struct lyd_node *leaf = model_child(node, name);
    const char *wrong = endpoint_parse(endpoint, lyd_get_value(leaf), default_port);

    if (wrong)
        kind_complain(room, leaf, "%s \"%s\": %s", name, lyd_get_value(leaf), wrong);
    return !wrong;
}

const char *settings_format(const struct kind_room *room, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return settings_copy(room, text);
}

const char *settings_endpoint_shown(const struct kind_room *room, const struct endpoint *endpoint)
{
    char text[ENDPOINT_TEXT_SIZE];

    endpoint_format(endpoint, text, sizeof text);
    return settings_copy(room, text);
}

bool settings_url_has_credentials(const char *url)
{
    const char *authority = strstr(url, "://") + 3;

    return memchr(authority, '@', strcspn(authority, "/?#"));
}

const char *settings_url_shown(const struct kind_room *room, const char *url)
{
    static const char mark[] = "?…";
    size_t length = strcspn(url, "?");
    char *shown = arena_alloc(room->arena, length + sizeof mark);

    if (shown) {
        memcpy(shown, url, length);
        memcpy(shown + length, mark, url[length] ? sizeof mark : 0);
    }
    return shown;
}

const char *settings_copy(const struct kind_room *room, const char *text)
{
    return text ? arena_text(room->arena, text, strlen(text)) : NULL;
}

const char *settings_text(const struct kind_room *room, const struct lyd_node *node, const char *name)
{
    return settings_copy(room, model_text(node, name));
}

char **settings_texts(const struct kind_room *room, const struct lyd_node *node, const char *name, size_t *count)
{
    char **texts = arena_alloc(room->arena, (model_count(lyd_child(node), name) + 1) * sizeof *texts);

    *count = 0;
    if (!texts)
        return NULL;
    MODEL_FOR_EACH(child, lyd_child(node), name)
    {
        texts[(*count)++] = arena_text(room->arena, lyd_get_value(child), strlen(lyd_get_value(child)));
    }
    return texts;
}
