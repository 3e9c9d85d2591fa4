#include "lib/prefix.h"

#include <arpa/inet.h>
#include <bsd/string.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned family_octets(uint8_t family)
{
    return family == FAMILY_IPV4 ? 4 : family == FAMILY_IPV6 ? 16 : 0;
}

bool address_is_link_local(const struct address *address)
{
    return address->family == FAMILY_IPV6 && address->octets[0] == 0xfe && (address->octets[1] & 0xc0) == 0x80;
}

bool address_parse_any_zone(struct address *address, const char *text)
{
    char host[INET6_ADDRSTRLEN];
    struct address result = {0};
    size_t length = strcspn(text, "%");

    if (length >= sizeof host)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    if (!text[length] && inet_pton(AF_INET, host, result.octets) == 1)
        result.family = FAMILY_IPV4;
    else if (inet_pton(AF_INET6, host, result.octets) == 1)
        result.family = FAMILY_IPV6;
    else
        return false;
    *address = result;
    return true;
}

bool address_parse(struct address *address, const char *text)
{
    const char *zone = strchr(text, '%');
    struct address result;

    if (!address_parse_any_zone(&result, text))
        return false;
    if (zone) {
        result.scope = if_nametoindex(zone + 1);
        if (result.scope == 0 || !address_is_link_local(&result))
            return false;
    }
    *address = result;
    return true;
}

/* NUMBER in decimal; the end of it. */
static char *put_number(char *at, unsigned number)
{
    if (number >= 100)
        *at++ = (char)('0' + number / 100);
    if (number >= 10)
        *at++ = (char)('0' + number / 10 % 10);
    *at++ = (char)('0' + number % 10);
    return at;
}

/* Writes the address and returns its end. Listings write a million: inet_ntop takes five times as long for IPv4. */
static char *octets_format(uint8_t family, const uint8_t *octets, char *buffer, size_t size)
{
    char *at = buffer;

    if (family == FAMILY_IPV6 && inet_ntop(AF_INET6, octets, buffer, (socklen_t)size))
        return buffer + strlen(buffer);
    if (family != FAMILY_IPV4) {
        *at++ = '-';
    } else {
        for (size_t i = 0; i < 4; i++) {
            at = put_number(at, octets[i]);
            *at++ = '.';
        }
        at--;
    }
    *at = '\0';
    return at;
}

const char *address_format(const struct address *address, char buffer[static ADDRESS_TEXT_SIZE])
{
    octets_format(address->family, address->octets, buffer, ADDRESS_TEXT_SIZE);
    if (address->scope != 0) {
        char name[IF_NAMESIZE];
        size_t length = strlen(buffer);
        if (if_indextoname(address->scope, name))
            snprintf(buffer + length, ADDRESS_TEXT_SIZE - length, "%%%s", name);
        else
            snprintf(buffer + length, ADDRESS_TEXT_SIZE - length, "%%%u", address->scope);
    }
    return buffer;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->family == b->family && a->scope == b->scope && memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}

bool address_is_unspecified(const struct address *address)
{
    static const uint8_t zero[16];

    return memcmp(address->octets, zero, sizeof zero) == 0;
}

struct address address_from_socket(const struct sockaddr *socket_address, uint16_t *port)
{
    struct address address = {0};
    uint16_t network_port = 0;

    if (socket_address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, socket_address, sizeof in);
        address.family = FAMILY_IPV4;
        memcpy(address.octets, &in.sin_addr, 4);
        network_port = in.sin_port;
    } else if (socket_address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, socket_address, sizeof in6);
        network_port = in6.sin6_port;
        if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
            address.family = FAMILY_IPV4;
            memcpy(address.octets, in6.sin6_addr.s6_addr + 12, 4);
        } else {
            address.family = FAMILY_IPV6;
            memcpy(address.octets, &in6.sin6_addr, 16);
            if (address_is_link_local(&address))
                address.scope = in6.sin6_scope_id;
        }
    }
    if (port)
        *port = ntohs(network_port);
    return address;
}

socklen_t address_to_socket(const struct address *address, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (address->family == FAMILY_IPV4) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
        memcpy(&in.sin_addr, address->octets, 4);
        memcpy(out, &in, sizeof in);
        return sizeof in;
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = address->scope};
    memcpy(&in6.sin6_addr, address->octets, 16);
    memcpy(out, &in6, sizeof in6);
    return sizeof in6;
}

static bool host_bits_are_zero(const struct prefix *prefix)
{
    for (unsigned bit = prefix->length; bit < family_octets(prefix->family) * 8; bit++) {
        if (prefix->octets[bit / 8] & (0x80 >> bit % 8))
            return false;
    }
    return true;
}

bool prefix_parse(struct prefix *prefix, const char *text)
{
    char host[ADDRESS_TEXT_SIZE];
    struct address address;
    const char *slash = strchr(text, '/');
    size_t size = slash ? (size_t)(slash - text) : strlen(text);

    if (size >= sizeof host || memchr(text, '%', size))
        return false;
    memcpy(host, text, size);
    host[size] = '\0';
    if (!address_parse(&address, host))
        return false;

    unsigned bits = family_octets(address.family) * 8;
    unsigned long length = bits;
    if (slash) {
        char *end;
        if (slash[1] < '0' || slash[1] > '9')
            return false;
        length = strtoul(slash + 1, &end, 10);
        if (*end != '\0' || length > bits)
            return false;
    }
    struct prefix result = {.family = address.family, .length = (uint8_t)length};
    memcpy(result.octets, address.octets, sizeof result.octets);
    if (!host_bits_are_zero(&result))
        return false;
    *prefix = result;
    return true;
}

const char *prefix_format(const struct prefix *prefix, char buffer[static PREFIX_TEXT_SIZE])
{
    char *end = octets_format(prefix->family, prefix->octets, buffer, PREFIX_TEXT_SIZE);

    *end++ = '/';
    *put_number(end, prefix->length) = '\0';
    return buffer;
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
    if (a->family != b->family)
        return a->family - b->family;
    int order = memcmp(a->octets, b->octets, sizeof a->octets);
    return order ? order : a->length - b->length;
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
    if (outer->family != inner->family || outer->length > inner->length)
        return false;
    unsigned whole = outer->length / 8, rest = outer->length % 8;
    if (memcmp(outer->octets, inner->octets, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return ((outer->octets[whole] ^ inner->octets[whole]) & mask) == 0;
}

bool prefix_is_host(const struct prefix *prefix)
{
    return prefix->length == family_octets(prefix->family) * 8;
}
