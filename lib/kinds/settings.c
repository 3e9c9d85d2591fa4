#include "lib/kinds/settings.h"

#include "lib/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

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
    return arena_copy(room->arena, text);
}

const char *settings_endpoint_shown(const struct kind_room *room, const struct endpoint *endpoint)
{
    char text[ENDPOINT_TEXT_SIZE];

    endpoint_format(endpoint, text, sizeof text);
    return arena_copy(room->arena, text);
}

static bool has_credentials(const char *url)
{
    const char *authority = strstr(url, "://") + 3;

    return memchr(authority, '@', strcspn(authority, "/?#"));
}

bool settings_url(const struct lyd_node *node, const char *secure_scheme, const char *remedy, struct url *url,
                  bool *secure, const struct kind_room *room)
{
    const char *text = model_text(node, "url");

    *secure = strncmp(text, secure_scheme, strlen(secure_scheme)) == 0;
    const char *wrong = url_parse(url, text, *secure ? HTTPS_PORT : HTTP_PORT);
    if (wrong)
        kind_complain(room, model_child(node, "url"), "url: %s%s", wrong, has_credentials(text) ? remedy : "");
    return !wrong;
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

const char *settings_text(const struct kind_room *room, const struct lyd_node *node, const char *name)
{
    return arena_copy(room->arena, model_text(node, name));
}

char **settings_texts(const struct kind_room *room, const struct lyd_node *node, const char *name, size_t *count)
{
    char **texts = arena_alloc(room->arena, (model_count(lyd_child(node), name) + 1) * sizeof *texts);

    *count = 0;
    if (!texts)
        return NULL;
    MODEL_FOR_EACH(child, lyd_child(node), name)
    {
        texts[(*count)++] = arena_copy(room->arena, lyd_get_value(child));
    }
    return texts;
}

bool tls_settings_read(struct tls_settings *tls, const struct lyd_node *node, const char *host,
                       const struct kind_room *room)
{
    const char *name = model_text(node, "server-name"), *wrong = name ? host_check(name) : NULL;

    *tls = (struct tls_settings){
        .ca_file = settings_text(room, node, "ca-file"),
        .name = name ? arena_copy(room->arena, name) : arena_text(room->arena, host, strcspn(host, "%")),
        .client_certificate = settings_text(room, node, "client-certificate"),
        .verify = model_boolean(node, "verify", true),
        .certificate_expiry = model_text(node, "certificate-days"),
        .certificate_days = (uint16_t)model_number(node, "certificate-days", 0),
    };
    if (wrong)
        kind_complain(room, model_child(node, "server-name"), "server-name \"%s\": %s", name, wrong);
    return !wrong;
}
