#include "lib/kinds/url.h"

#include <stdio.h>
#include <string.h>

static bool is_visible_ascii(const char *text)
{
    while (*text > ' ' && *text < 0x7f)
        text++;
    return !*text;
}

/* The zone of an IPv6 address, "%eth0" or "%25eth0" (RFC 6874), stays in the target as the resolver wants it; HOST
 * loses it, because it means nothing to the other side. What is wrong, or NULL. */
static const char *read_zone(struct url *url)
{
    char *zone = strchr(url->target.host, '%'), *from = strchr(url->host, '%'), *end = strchr(url->host, ']');
    const char *name = zone ? zone + (strncmp(zone, "%25", 3) == 0 ? 3 : 1) : NULL;

    if (!zone)
        return NULL;
    if (!*name)
        return "the zone of an IPv6 address is empty";
    memmove(zone + 1, name, strlen(name) + 1);
    memmove(from, end, strlen(end) + 1);
    return NULL;
}

static const char *read_authority(struct url *url, const char *text, size_t length, uint16_t default_port)
{
    if (memchr(text, '@', length))
        return "credentials are not allowed in the URL";
    if (length >= sizeof url->host)
        return "host name is empty or too long";
    memcpy(url->host, text, length);
    url->host[length] = '\0';
    bool bracketed = url->host[0] == '[';
    if (!bracketed && strchr(url->host, ':') != strrchr(url->host, ':'))
        return "an IPv6 address must be in brackets";
    const char *wrong = endpoint_parse(&url->target, url->host, default_port);
    if (wrong)
        return wrong;
    return bracketed ? read_zone(url) : NULL;
}

const char *url_parse(struct url *url, const char *text, uint16_t default_port)
{
    const char *authority = strstr(text, "://");

    if (!authority || strlen(text) >= URL_SIZE)
        return "not of the form SCHEME://HOST/PATH, or too long";
    if (!is_visible_ascii(text))
        return "only visible ASCII is allowed in a URL: write the rest as %XX";
    authority += 3;
    size_t length = strcspn(authority, "/?#");
    const char *rest = authority + length;
    snprintf(url->path, sizeof url->path, "%s%.*s", *rest == '/' ? "" : "/", (int)strcspn(rest, "#"), rest);
    return read_authority(url, authority, length, default_port);
}
