#include "lib/kinds/settings.h"

#include "lib/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the request ---- */

static const char *header_value(const struct http_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->field_count; i++) {
        if (strcasecmp(settings->fields[i].name, name) == 0)
            return settings->fields[i].value;
    }
    return NULL;
}

/* "Name: value", without the blanks around the value. */
static void read_header(struct http_field *field, const char *line, const struct kind_room *room)
{
    size_t length = strcspn(line, ":");
    const char *value = line + length + 1, *end = line + strlen(line);

    value += strspn(value, " \t");
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    field->name = arena_text(room->arena, line, length);
    field->value = arena_text(room->arena, value, (size_t)(end - value));
}

/* What a request always has, unless the operator has it otherwise. */
static const struct http_field usual[] = {{"User-Agent", "vipgate-healthd/" VIPGATE_VERSION}, {"Accept", "*/*"}};
enum { USUAL_COUNT = sizeof usual / sizeof *usual };

static void read_headers(struct http_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    size_t count;
    char **lines = settings_texts(room, node, "header", &count);

    settings->fields = arena_alloc(room->arena, (count + USUAL_COUNT) * sizeof *settings->fields);
    for (size_t i = 0; i < count && !room->arena->failed; i++)
        read_header(&settings->fields[i], lines[i], room);
    if (room->arena->failed)
        return;
    settings->field_count = count;
    for (size_t i = 0; i < USUAL_COUNT; i++) {
        if (!header_value(settings, usual[i].name))
            settings->fields[settings->field_count++] = usual[i];
    }
}

/* The text of the request for HTTP/1.1. */
static void write_request(struct http_settings *settings, const struct kind_room *room)
{
    char *request = NULL;
    size_t size;
    FILE *stream = open_memstream(&request, &size);

    if (stream) {
        fprintf(stream, "%s %s HTTP/1.1\r\nHost: %s\r\n", settings->method, settings->path, settings->host);
        for (size_t i = 0; i < settings->field_count; i++) {
            if (strcasecmp(settings->fields[i].name, "Host") != 0)
                fprintf(stream, "%s: %s\r\n", settings->fields[i].name, settings->fields[i].value);
        }
        if (!header_value(settings, "Connection"))
            fprintf(stream, "Connection: close\r\n");
        fprintf(stream, "\r\n");
    }
    if (stream && fclose(stream) == 0)
        settings->request = arena_copy(room->arena, request);
    else
        room->arena->failed = true;
    free(request);
}

static bool read_url(struct http_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    const char *host = header_value(settings, "Host");
    struct url url;

    settings->base.target = settings_url_shown(room, model_text(node, "url"));
    if (!settings_url(node, "https:", ": write header \"Authorization: Basic …\"", &url, &settings->tls_used, room))
        return false;
    settings->target = url.target;
    settings->path = arena_copy(room->arena, url.path);
    settings->host = host ? host : arena_copy(room->arena, url.host);
    bool sound = tls_settings_read(&settings->tls, node, url.target.host, room);
    if (model_text(node, "connect-to"))
        sound &= settings_endpoint(node, "connect-to", 0, &settings->target, room);
    return sound;
}

/* ---- what is expected ---- */

static bool read_status(struct status_range *range, const struct lyd_node *node, const struct kind_room *room)
{
    const char *text = lyd_get_value(node), *dash = strchr(text, '-');

    range->low = (uint16_t)strtoul(text, NULL, 10);
    range->high = (uint16_t)strtoul(dash ? dash + 1 : text, NULL, 10);
    if (range->low > range->high)
        kind_complain(room, node, "expect-status %s is reversed: write %u-%u", text, range->high, range->low);
    return range->low <= range->high;
}

static bool read_statuses(struct http_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    size_t count = model_count(lyd_child(node), "expect-status");
    bool sound = true;

    settings->statuses = arena_alloc(room->arena, count * sizeof *settings->statuses);
    MODEL_FOR_EACH(child, settings->statuses ? lyd_child(node) : NULL, "expect-status")
    {
        sound &= read_status(&settings->statuses[settings->status_count++], child, room);
    }
    return sound;
}

bool http_settings_expect_status(const struct http_settings *settings, long status)
{
    for (size_t i = 0; i < settings->status_count; i++) {
        if (status >= settings->statuses[i].low && status <= settings->statuses[i].high)
            return true;
    }
    return false;
}

static bool read_expect_body(struct http_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    const char *pattern = model_text(node, "expect-body");
    char wrong[EXPRESSION_WRONG_SIZE];

    if (!pattern)
        return true;
    settings->expect_body = arena_copy(room->arena, pattern);
    settings->body = expression_compile(room->arena, pattern, wrong);
    if (!settings->body)
        kind_complain(room, model_child(node, "expect-body"), "expect-body is not a regular expression: %s", wrong);
    return settings->body;
}

/* There is one way to the server. */
static bool check_way(const struct lyd_node *node, const struct kind_room *room)
{
    const struct lyd_node *unix_socket = model_child(node, "unix-socket");
    bool elsewhere = unix_socket && model_child(node, "connect-to");
    bool proxy = unix_socket && model_boolean(node, "proxy-protocol", false);

    if (elsewhere)
        kind_complain(room, unix_socket, "unix-socket and connect-to are mutually exclusive: remove one");
    if (proxy)
        kind_complain(room, unix_socket, "unix-socket and proxy-protocol are mutually exclusive: remove one");
    return !elsewhere && !proxy;
}

bool configure_http(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct http_settings *settings = memory;

    settings->method = settings_text(room, node, "method");
    settings->unix_socket = settings_text(room, node, "unix-socket");
    settings->proxy_protocol = model_boolean(node, "proxy-protocol", false);
    settings->version = strcmp(model_text(node, "http-version"), "2") == 0 ? HTTP_2 : HTTP_1_1;
    read_headers(settings, node, room);
    bool sound = read_url(settings, node, room);
    sound &= read_statuses(settings, node, room);
    sound &= read_expect_body(settings, node, room);
    if (sound && !room->arena->failed)
        write_request(settings, room);
    return check_way(node, room) && sound;
}
