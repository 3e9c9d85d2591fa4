/* The settings of the dns probe. */
#ifndef VIPGATE_LIB_KINDS_DNS_H
#define VIPGATE_LIB_KINDS_DNS_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"
#include "lib/prefix.h"

/* Of those that expect-address asks for (RFC 1035, RFC 3596). */
enum { DNS_TYPE_A = 1, DNS_TYPE_AAAA = 28 };

struct dns_settings {
    struct kind_settings base; /* first */
    struct endpoint server;
    const char *name;
    int type; /* the number of RFC 1035 section 3.2.2 */
    int expect_rcode;
    struct address expect_address; /* FAMILY_NONE: any */
    int transport;                 /* SOCK_DGRAM or SOCK_STREAM */
};

/* "NXDOMAIN"; "unknown rcode" for one that the schema has no word for. */
const char *dns_rcode_name(int rcode);

#endif
