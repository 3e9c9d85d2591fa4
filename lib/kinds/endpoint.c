#include "lib/kinds/endpoint.h"

#include "lib/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 63, NAME_MAX_LENGTH = 253 };

const char *name_check(const char *name)
{
    size_t total = strlen(name);

    if (total == 0 || total > NAME_MAX_LENGTH + (name[total - 1] == '.'))
        return "a name must have 1 to 253 characters";
    if (strcmp(name, ".") == 0)
        return NULL;
    while (*name) {
        size_t length = strcspn(name, ".");
        if (length == 0 || length > LABEL_MAX)
            return "each label of a name must have 1 to 63 characters";
        name += length + (name[length] == '.');
    }
    return NULL;
}

/* "2001:db8::1" or "fe80::1%eth0". */
static const char *check_ipv6(const char *host)
{
    const char *zone = strchr(host, '%');
    struct address address;

    if (!address_parse_any_zone(&address, host))
        return "not an IPv6 address";
    if (zone && (!zone[1] || !address_is_link_local(&address)))
        return "a zone (%eth0) is valid for a link-local address only";
    return NULL;
}

/* What a machine is called: a last label of digits would make it look like an address that it is not. */
static const char *check_host_name(const char *host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const char *dot = strrchr(host, '.'), *last = dot ? dot + 1 : host;
    struct in_addr address;

    if (inet_pton(AF_INET, host, &address) == 1)
        return NULL;
    if (host[strspn(host, allowed)] || (*last && strspn(last, "0123456789") == strlen(last)))
        return "neither a host name nor an address";
    return name_check(host);
}

const char *host_check(const char *host)
{
    return strchr(host, ':') ? check_ipv6(host) : check_host_name(host);
}

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end || number < 1 || number > 65535)
        return false;
    *port = (uint16_t)number;
    return true;
}

const char *endpoint_parse(struct endpoint *endpoint, const char *text, uint16_t default_port)
{
    struct endpoint result = {.port = default_port};
    const char *host = text, *host_end, *port = NULL;

    if (text[0] == '[') {
        host++;
        host_end = strchr(text, ']');
        if (!host_end || (host_end[1] && host_end[1] != ':'))
            return "expected :PORT after the address in brackets";
        port = host_end[1] ? host_end + 2 : NULL;
    } else {
        const char *colon = strrchr(text, ':');
        bool bare_ipv6 = colon && strchr(text, ':') != colon;
        if (bare_ipv6 && default_port == 0)
            return "an IPv6 address must be in brackets: [ADDRESS]:PORT";
        host_end = colon && !bare_ipv6 ? colon : text + strlen(text);
        port = *host_end ? host_end + 1 : NULL;
    }
    size_t length = (size_t)(host_end - host);
    if (length == 0 || length >= sizeof result.host)
        return "host name is empty or too long";
    if (!port && default_port == 0)
        return "port missing: expected HOST:PORT";
    if (port && !parse_port(port, &result.port))
        return "port must be a number from 1 to 65535";
    memcpy(result.host, host, length);
    const char *wrong = host_check(result.host);
    if (!wrong && text[0] == '[' && !strchr(result.host, ':'))
        wrong = "only an IPv6 address may be in brackets";
    if (!wrong)
        *endpoint = result;
    return wrong;
}

void endpoint_format(const struct endpoint *endpoint, char *text, size_t size)
{
    bool ipv6 = strchr(endpoint->host, ':');

    snprintf(text, size, "%s%s%s:%u", ipv6 ? "[" : "", endpoint->host, ipv6 ? "]" : "", endpoint->port);
}
