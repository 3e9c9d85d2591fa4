#include "lib/kinds/http.h"

#include "lib/kinds/curl_lines.h"
#include "lib/kinds/settings.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the URL ---- */

/* A part of URL, which the caller frees with curl_free; NULL where it has none. */
static char *url_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;

    return curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

/* The URL's host and port as an endpoint; an IPv6 address loses its brackets. */
static const char *read_target(CURLU *url, struct endpoint *target)
{
    char *host = url_part(url, CURLUPART_HOST), *port = url_part(url, CURLUPART_PORT);
    char *text = NULL;
    const char *wrong = "it has no host";

    if (host && port && asprintf(&text, "%s:%s", host, port) >= 0)
        wrong = endpoint_parse(target, text, 0);
    curl_free(host);
    curl_free(port);
    free(text);
    return wrong;
}

static bool has_header(const struct http_settings *settings, const char *name)
{
    for (const struct curl_slist *line = settings->headers; line; line = line->next) {
        if (strncasecmp(line->data, name, strlen(name)) == 0 && line->data[strlen(name)] == ':')
            return true;
    }
    return false;
}

/* The Host header for URL, unless the operator wrote one. */
static void add_host(struct http_settings *settings, CURLU *url, const struct kind_room *room)
{
    char line[ENDPOINT_TEXT_SIZE + 8], *host = url_part(url, CURLUPART_HOST), *port = NULL;

    if (curl_url_get(url, CURLUPART_PORT, &port, 0) != CURLUE_OK)
        port = NULL;
    snprintf(line, sizeof line, "Host: %s%s%s", host, port ? ":" : "", port ? port : "");
    if (!has_header(settings, "Host"))
        curl_lines_add(&settings->headers, line, room);
    curl_free(host);
    curl_free(port);
}

/* The text of the request, for http://. */
static void write_request(struct http_settings *settings, CURLU *url, const struct kind_room *room)
{
    char *path = url_part(url, CURLUPART_PATH), *query = url_part(url, CURLUPART_QUERY), *request = NULL;
    size_t size;
    FILE *stream = path ? open_memstream(&request, &size) : NULL;

    if (stream) {
        fprintf(stream, "%s %s%s%s HTTP/1.1\r\n", settings->method, path, query ? "?" : "", query ? query : "");
        for (const struct curl_slist *line = settings->headers; line; line = line->next)
            fprintf(stream, "%s\r\n", line->data);
        if (!has_header(settings, "User-Agent"))
            fprintf(stream, "User-Agent: vipgate-healthd/%s\r\n", VIPGATE_VERSION);
        if (!has_header(settings, "Accept"))
            fprintf(stream, "Accept: */*\r\n");
        if (!has_header(settings, "Connection"))
            fprintf(stream, "Connection: close\r\n");
        fprintf(stream, "\r\n");
    }
    if (stream && fclose(stream) == 0)
        settings->request = settings_copy(room, request);
    else
        room->arena->failed = true;
    free(request);
    curl_free(path);
    curl_free(query);
}

/* For https://: the URL that libcurl gets. It takes the name for SNI and verification from there, and is told where to
 * connect instead. ELSEWHERE: the target is not what the URL says. */
static bool write_request_url(struct http_settings *settings, CURLU *url, bool elsewhere, const struct kind_room *room)
{
    char *text = NULL;
    const char *name = settings->tls.server_name;

    if (name && curl_url_set(url, CURLUPART_HOST, name, 0) != CURLUE_OK)
        return false;
    if (curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK)
        return false;
    settings->request_url = settings_copy(room, text);
    curl_free(text);
    if (name || elsewhere)
        curl_lines_connect_to(&settings->connect_to, &settings->target, room);
    return true;
}

/* What is wrong with the URL itself; NULL: nothing. */
static const char *parse_url(struct http_settings *settings, CURLU *url, const char *text)
{
    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);

    if (settings_url_has_credentials(text))
        return "credentials do not stand in it: write header \"Authorization: Basic …\"";
    return code == CURLUE_OK ? read_target(url, &settings->target) : curl_url_strerror(code);
}

static bool read_url(struct http_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    CURLU *url = curl_url();
    bool elsewhere = model_text(node, "connect-to");

    if (!url) {
        room->arena->failed = true;
        return false;
    }
    settings->url = settings_text(room, node, "url");
    settings->tls_used = strncmp(model_text(node, "url"), "https:", 6) == 0;
    const char *wrong = parse_url(settings, url, model_text(node, "url"));
    if (wrong)
        kind_complain(room, model_child(node, "url"), "url: %s", wrong);
    bool sound = !wrong;
    if (sound && elsewhere)
        sound = settings_endpoint(node, "connect-to", 0, &settings->target, room);
    if (sound) {
        add_host(settings, url, room);
        write_request(settings, url, room);
    }
    if (sound && !write_request_url(settings, url, elsewhere, room)) {
        kind_complain(room, model_child(node, "server-name"), "server-name \"%s\" is not a host's name",
                      settings->tls.server_name ? settings->tls.server_name : "");
        sound = false;
    }
    curl_url_cleanup(url);
    return sound;
}

/* ---- what is expected ---- */

static bool read_status(struct status_range *range, const struct lyd_node *node, const struct kind_room *room)
{
    const char *text = lyd_get_value(node), *dash = strchr(text, '-');

    range->low = (uint16_t)strtoul(text, NULL, 10);
    range->high = (uint16_t)strtoul(dash ? dash + 1 : text, NULL, 10);
    if (range->low > range->high)
        kind_complain(room, node, "expect-status %s runs backwards: write %u-%u", text, range->high, range->low);
    return range->low <= range->high;
}

static bool read_statuses(struct http_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    const struct lyd_node *child;
    bool sound = true;

    settings->statuses = arena_alloc(room->arena, settings_count(node, "expect-status") * sizeof *settings->statuses);
    LY_LIST_FOR(settings->statuses ? lyd_child(node) : NULL, child)
    {
        if (strcmp(child->schema->name, "expect-status") == 0)
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
    char words[128];

    if (!pattern)
        return true;
    int code = regcomp(&settings->body, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
    settings->body_compiled = code == 0;
    settings->expect_body = settings_copy(room, pattern);
    if (code == 0)
        return true;
    regerror(code, &settings->body, words, sizeof words);
    kind_complain(room, model_child(node, "expect-body"), "expect-body is not a POSIX extended regular expression: %s",
                  words);
    return false;
}

static void read_headers(struct http_settings *settings, const struct lyd_node *node, const struct kind_room *room)
{
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(node), child)
    {
        if (strcmp(child->schema->name, "header") == 0)
            curl_lines_add(&settings->headers, lyd_get_value(child), room);
    }
}

/* There is one way to the server. */
static bool check_way(const struct lyd_node *node, const struct kind_room *room)
{
    const struct lyd_node *unix_socket = model_child(node, "unix-socket");
    bool elsewhere = unix_socket && model_child(node, "connect-to");
    bool proxy = unix_socket && model_boolean(node, "proxy-protocol", false);

    if (elsewhere)
        kind_complain(room, unix_socket, "unix-socket and connect-to exclude each other: leave one out");
    if (proxy)
        kind_complain(room, unix_socket, "unix-socket and proxy-protocol exclude each other: leave one out");
    return !elsewhere && !proxy;
}

static bool configure(void *memory, const struct lyd_node *node, const struct kind_room *room)
{
    struct http_settings *settings = memory;

    settings->method = settings_text(room, node, "method");
    settings->unix_socket = settings_text(room, node, "unix-socket");
    settings->proxy_protocol = model_boolean(node, "proxy-protocol", false);
    tls_settings_read(&settings->tls, node, room);
    read_headers(settings, node, room);
    bool sound = read_url(settings, node, room);
    sound &= read_statuses(settings, node, room);
    sound &= read_expect_body(settings, node, room);
    return check_way(node, room) && sound;
}

static void release(void *memory)
{
    struct http_settings *settings = memory;

    if (settings->body_compiled)
        regfree(&settings->body);
}

void http_settings_peer(const struct http_settings *settings, char *text, size_t size)
{
    if (settings->unix_socket)
        strlcpy(text, settings->unix_socket, size);
    else
        endpoint_format(&settings->target, text, size);
}

static void target(const void *settings, char *text, size_t size)
{
    strlcpy(text, ((const struct http_settings *)settings)->url, size);
}

const struct kind kind_http = {
    .name = "http",
    .settings_size = sizeof(struct http_settings),
    .configure = configure,
    .release = release,
    .target = target,
};
