#include "lib/kinds/url.h"

#include "lib/prefix.h"

#include <stdio.h>
#include <string.h>

static bool is_visible_ascii(const char *text)
{
    while (*text > ' ' && *text < 0x7f)
        text++;
    return !*text;
}

/* An IPv6 address keeps its zone, "%eth0" or "%25eth0" (RFC 6874), as the resolver wants it; HOST loses it, because it
 * means nothing to the other side. */
static const char *read_ipv6(struct url *url)
{
    char *zone = strchr(url->target.host, '%'), *end = strchr(url->host, ']'), name[ENDPOINT_HOST_SIZE];
    struct address address;

    snprintf(name, sizeof name, "%s", zone ? zone + (strncmp(zone, "%25", 3) == 0 ? 3 : 1) : "");
    if (zone) {
        char *from = strchr(url->host, '%');
        memmove(from, end, strlen(end) + 1);
        *zone = '\0';
    }
    if (!address_parse(&address, url->target.host) || address.family != FAMILY_IPV6 || (zone && !name[0]))
        return "only an IPv6 address may be in brackets";
    if (zone)
        snprintf(zone, sizeof url->target.host - (size_t)(zone - url->target.host), "%%%s", name);
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
    return bracketed ? read_ipv6(url) : NULL;
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
