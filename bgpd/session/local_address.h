/*
 * The addresses that next hop self can mean on a session. The session's own local address is one; for the other family
 * it is an address of the same interface (RFC 2545, RFC 4760).
 */
#ifndef VIPGATE_BGPD_SESSION_LOCAL_ADDRESS_H
#define VIPGATE_BGPD_SESSION_LOCAL_ADDRESS_H

#include "bgpd/codec/capability.h"
#include "lib/prefix.h"

struct local_addresses {
    struct address ipv4, ipv6, link_local; /* FAMILY_NONE: there is none */
};

/*
 * For a session from LOCAL. The link-local address is set only where LOCAL is one: RFC 2545 wants it beside the global
 * one on every shared link, but no receiver needs it, and FRR refuses the route where it does not know the
 * interface. Host prefixes other than LOCAL are skipped: they are VIPs, not where packets are to be sent; so are
 * addresses that mean nothing to a neighbor, loopback and 169.254.0.0/16. Interfaces are asked only where one of
 * FAMILIES (FAMILY_BIT_…) has no address yet.
 */
struct local_addresses local_addresses_find(const struct address *local, uint8_t families);

#endif
