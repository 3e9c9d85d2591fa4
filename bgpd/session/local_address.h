/*
 * The addresses that next hop self can mean on a session. The session's own local address is one; for the other family
 * it is an address of the same interface (RFC 2545, RFC 4760).
 */
#ifndef VIPGATE_BGPD_SESSION_LOCAL_ADDRESS_H
#define VIPGATE_BGPD_SESSION_LOCAL_ADDRESS_H

#include "lib/prefix.h"

struct local_addresses {
    struct address ipv4, ipv6, link_local; /* FAMILY_NONE: there is none */
};

/* For a session from LOCAL to REMOTE. The link-local address is set only where REMOTE is on the same link. Host
 * prefixes other than LOCAL are passed over: they are VIPs, not where packets are to be sent. */
struct local_addresses local_addresses_find(const struct address *local, const struct address *remote);

#endif
