#include "lib/kinds/endpoint.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
            return "an address in brackets is followed by :PORT";
        port = host_end[1] ? host_end + 2 : NULL;
    } else {
        const char *colon = strrchr(text, ':');
        bool bare_ipv6 = colon && strchr(text, ':') != colon;
        if (bare_ipv6 && default_port == 0)
            return "an IPv6 address stands in brackets: [ADDRESS]:PORT";
        host_end = colon && !bare_ipv6 ? colon : text + strlen(text);
        port = *host_end ? host_end + 1 : NULL;
    }
    size_t length = (size_t)(host_end - host);
    if (length == 0 || length >= sizeof result.host)
        return "the host's name is empty or too long";
    if (!port && default_port == 0)
        return "the port is missing: HOST:PORT";
    if (port && !parse_port(port, &result.port))
        return "the port is a number from 1 to 65535";
    memcpy(result.host, host, length);
    *endpoint = result;
    return NULL;
}

void endpoint_format(const struct endpoint *endpoint, char *text, size_t size)
{
    bool ipv6 = strchr(endpoint->host, ':');

    snprintf(text, size, "%s%s%s:%u", ipv6 ? "[" : "", endpoint->host, ipv6 ? "]" : "", endpoint->port);
}
