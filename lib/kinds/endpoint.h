/* HOST:PORT as the operator wrote it. */
#ifndef VIPGATE_LIB_KINDS_ENDPOINT_H
#define VIPGATE_LIB_KINDS_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ENDPOINT_HOST_SIZE = 256, ENDPOINT_TEXT_SIZE = ENDPOINT_HOST_SIZE + 10 };

struct endpoint {
    char host[ENDPOINT_HOST_SIZE]; /* a name or an address, without brackets */
    uint16_t port;
};

/* What is wrong with NAME as a name of the DNS (RFC 1035 section 2.3.4): labels of 1 to 63 octets with dots between and
 * perhaps at the end, 253 octets in all. NULL: nothing; else a static string. */
const char *name_check(const char *name);

/* What is wrong with HOST, which is a name or an address without brackets. A zone's interface need not exist. */
const char *host_check(const char *host);

/* Reads "HOST:PORT" or "[IPV6]:PORT"; where DEFAULT_PORT is not 0 the port may be absent, and an IPv6 address then
 * needs no brackets. NULL, or what is wrong, as a static string; *ENDPOINT is then untouched. */
const char *endpoint_parse(struct endpoint *endpoint, const char *text, uint16_t default_port);

/* Writes "HOST:PORT", an IPv6 address in brackets. */
void endpoint_format(const struct endpoint *endpoint, char *text, size_t size);

#endif
