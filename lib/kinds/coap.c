#include "lib/kinds/settings.h"

#include "lib/model.h"
#include "lib/prefix.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { DEFAULT_PORT = 5683, OPTION_MAX = 255 };

/* Decodes the LENGTH characters of one segment or argument into TO. The octets; -1 where a % is not followed by two
 * digits. */
static ssize_t decode(const char *from, size_t length, char *to)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++) {
        to[count++] = from[i];
        if (from[i] != '%')
            continue;
        if (i + 2 >= length || !isxdigit((unsigned char)from[i + 1]) || !isxdigit((unsigned char)from[i + 2]))
            return -1;
        to[count - 1] = (char)strtoul((char[]){from[i + 1], from[i + 2], '\0'}, NULL, 16);
        i += 2;
    }
    return (ssize_t)count;
}

/* Adds the option for what stands in FROM; what is wrong with it, or NULL. */
static const char *add_option(struct coap_settings *settings, enum coap_option_number number, const char *from,
                              size_t length, const struct kind_room *room)
{
    char *value = arena_alloc(room->arena, length + 1);
    ssize_t size = value ? decode(from, length, value) : 0;

    if (size < 0)
        return "% must be followed by two hexadecimal digits";
    if (size > OPTION_MAX)
        return "a segment of the path or query may have at most 255 octets";
    settings->options[settings->option_count++] = (struct coap_option){number, value, (size_t)size};
    return NULL;
}

static size_t count_parts(const char *path)
{
    size_t count = 0;

    for (; *path; path++)
        count += strchr("/?&", *path) != NULL;
    return count;
}

/* Whether HOST, which was found sound, is no address. The interface of its zone need not exist here. */
static bool is_name(const char *host)
{
    struct address address;

    return !strchr(host, ':') && !address_parse(&address, host);
}

/* RFC 7252 section 6.4, steps 5 to 9: the host where it is a name, each segment of the path unless that is empty or a
 * single slash, each argument of the query. */
static const char *read_options(struct coap_settings *settings, const char *path, const struct kind_room *room)
{
    enum coap_option_number number = COAP_URI_PATH;
    const char *wrong = NULL, *host = settings->target.host;

    settings->options = arena_alloc(room->arena, (count_parts(path) + 1) * sizeof *settings->options);
    if (!settings->options)
        return NULL;
    if (is_name(host))
        wrong = add_option(settings, COAP_URI_HOST, host, strlen(host), room);
    if (path[0] == '/' && (!path[1] || path[1] == '?'))
        path++;
    while (!wrong && *path) {
        if (*path == '?' && number == COAP_URI_PATH)
            number = COAP_URI_QUERY;
        size_t length = strcspn(++path, number == COAP_URI_PATH ? "/?" : "&");
        wrong = add_option(settings, number, path, length, room);
        path += length;
    }
    return wrong;
}

static bool read_uri(struct coap_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    const char *uri = model_text(node, "uri");
    struct url url;
    const char *wrong = strchr(uri, '#') ? "a coap URI cannot have a fragment" : url_parse(&url, uri, DEFAULT_PORT);

    if (!wrong) {
        for (char *letter = url.target.host; *letter && is_name(url.target.host); letter++)
            *letter = (char)tolower((unsigned char)*letter);
        settings->target = url.target;
        settings->base.target = settings_url_shown(room, uri);
        wrong = read_options(settings, url.path, room);
    }
    if (wrong)
        kind_complain(room, model_child(node, "uri"), "uri: %s", wrong);
    return !wrong;
}

bool configure_coap(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct coap_settings *settings = memory;
    const char *expect = model_text(node, "expect-code");

    settings->ping = strcmp(model_text(node, "method"), "ping") == 0;
    settings->expect_code = (uint8_t)((expect[0] - '0') << 5 | atoi(expect + 2));
    return read_uri(settings, node, room);
}
