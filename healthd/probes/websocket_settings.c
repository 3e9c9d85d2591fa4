#include "healthd/probes/websocket_settings.h"

#include "healthd/settings.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

void websocket_settings_free(void *memory)
{
    struct websocket_settings *settings = memory;

    free(settings->url);
    free(settings->host);
    free(settings->path);
    free(settings->subprotocol);
    free(settings->request_url);
    curl_slist_free_all(settings->connect_to);
    tls_settings_clear(&settings->tls);
    free(settings);
}

/* libcurl only connects: it gets host and port alone. */
static void write_request_url(struct websocket_settings *settings)
{
    char authority[ENDPOINT_TEXT_SIZE], url[ENDPOINT_TEXT_SIZE + 16];

    tls_settings_authority(&settings->tls, &settings->target, &settings->connect_to, authority);
    snprintf(url, sizeof url, "%s://%s/", settings->tls_used ? "https" : "http", authority);
    settings->request_url = settings_copy(url);
}

/* The host, and the path that follows it. */
static const char *read_url(struct websocket_settings *settings)
{
    const char *authority = strstr(settings->url, "://") + 3;
    size_t length = strcspn(authority, "/?#");
    const char *rest = authority + length;
    char path[2100];

    settings->host = settings_copy(authority);
    settings->host[length] = '\0';
    snprintf(path, sizeof path, "%s%.*s", *rest == '/' ? "" : "/", (int)strcspn(rest, "#"), rest);
    settings->path = settings_copy(path);
    return endpoint_parse(&settings->target, settings->host, settings->tls_used ? HTTPS_PORT : HTTP_PORT);
}

void *websocket_settings_configure(const struct lyd_node *node, const struct probe_complaints *complaints)
{
    struct websocket_settings *settings = settings_new(sizeof *settings);

    settings->url = settings_text(node, "url");
    settings->subprotocol = settings_text(node, "subprotocol");
    settings->ping = model_boolean(node, "ping", true);
    settings->tls_used = strncmp(settings->url, "wss:", 4) == 0;
    tls_settings_read(&settings->tls, node);
    const char *wrong = read_url(settings);
    if (!wrong) {
        write_request_url(settings);
        return settings;
    }
    probe_complain(complaints, model_child(node, "url"), "url: %s", wrong);
    websocket_settings_free(settings);
    return NULL;
}

void websocket_settings_target(const void *settings, char *text, size_t size)
{
    strlcpy(text, ((const struct websocket_settings *)settings)->url, size);
}
