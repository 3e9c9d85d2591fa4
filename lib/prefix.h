/* IPv4 and IPv6 addresses and prefixes as plain values, and their text. */
#ifndef VIPGATE_LIB_PREFIX_H
#define VIPGATE_LIB_PREFIX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* The numbers are the AFIs of BGP (RFC 4760). */
enum family { FAMILY_NONE = 0, FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };

/* An address. All octets past the family's length are zero, so that equal addresses are equal bytes. */
struct address {
    uint8_t family;     /* enum family */
    uint8_t octets[16]; /* network byte order */
    uint32_t scope;     /* interface index of an IPv6 link-local address, else 0 */
};

/* A prefix. Bits past its length are zero. */
struct prefix {
    uint8_t family; /* enum family */
    uint8_t length; /* in bits */
    uint8_t octets[16];
};

enum { ADDRESS_TEXT_SIZE = 64, PREFIX_TEXT_SIZE = 64 };

/* Octets of an address of FAMILY: 4, 16, or 0. */
unsigned family_octets(uint8_t family);

/* Reads "192.0.2.1", "2001:db8::1" or "fe80::1%eth0". False where TEXT is no address or the interface is unknown. */
bool address_parse(struct address *address, const char *text);

/* The same without the scope: behind an IPv6 address, any zone will do. */
bool address_parse_any_zone(struct address *address, const char *text);

/* Writes ADDRESS as text into BUFFER and returns BUFFER. The scope is written as the interface's name. */
const char *address_format(const struct address *address, char buffer[static ADDRESS_TEXT_SIZE]);

bool address_equal(const struct address *a, const struct address *b);

/* Whether every octet is zero, as 0.0.0.0 and ::. */
bool address_is_unspecified(const struct address *address);

/* Whether it is in fe80::/10. */
bool address_is_link_local(const struct address *address);

/* From and to the socket interface. address_from_socket answers FAMILY_NONE for other families. An IPv4-mapped IPv6
 * address becomes IPv4. address_to_socket returns the length of what it wrote. */
struct address address_from_socket(const struct sockaddr *socket_address, uint16_t *port);
socklen_t address_to_socket(const struct address *address, uint16_t port, struct sockaddr_storage *out);

/* Reads "203.0.113.9/32" or "2001:db8::/32"; an address alone is a host prefix. Host bits must be zero. */
bool prefix_parse(struct prefix *prefix, const char *text);

const char *prefix_format(const struct prefix *prefix, char buffer[static PREFIX_TEXT_SIZE]);

/* Orders by family, address, length: <0, 0 or >0. */
int prefix_compare(const struct prefix *a, const struct prefix *b);

/* Whether OUTER is INNER or holds all of it. */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);

/* Whether it is one address: /32 or /128. */
bool prefix_is_host(const struct prefix *prefix);

#endif
