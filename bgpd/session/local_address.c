#include "bgpd/session/local_address.h"

#include <ifaddrs.h>
#include <stdbool.h>
#include <string.h>

static struct address read_address(const struct sockaddr *address)
{
    return address ? address_from_socket(address, NULL) : (struct address){.family = FAMILY_NONE};
}

static bool is_host_prefix(const struct ifaddrs *entry, uint8_t family)
{
    struct address mask = read_address(entry->ifa_netmask);

    for (unsigned i = 0; i < family_octets(family); i++) {
        if (mask.octets[i] != 0xff)
            return false;
    }
    return true;
}

static const struct ifaddrs *find_local(const struct ifaddrs *all, const struct address *local)
{
    for (const struct ifaddrs *entry = all; entry; entry = entry->ifa_next) {
        struct address own = read_address(entry->ifa_addr);
        if (address_equal(&own, local))
            return entry;
    }
    return NULL;
}

/*
 * Whether a neighbor on the same link may send packets to OWN: not to 127.0.0.0/8 (the loopback interface has it beside
 * the IPv6 address of a session), nor to 169.254.0.0/16, which means something else on each link.
 *
 * This is about an address other than the session's own. A session that itself runs from 169.254.0.0/16, as in clouds
 * inside a tunnel or between host and virtual machine, has shown that the neighbor reaches that address, and often the
 * neighbor knows no other: there next hop self is right. The same holds for a session within one machine on
 * 127.0.0.0/8.
 */
static bool is_reachable(const struct address *own)
{
    if (own->family == FAMILY_IPV6)
        return !address_is_link_local(own);
    return own->octets[0] != 0 && own->octets[0] != 127 && !(own->octets[0] == 169 && own->octets[1] == 254);
}

static void consider(struct local_addresses *found, const struct ifaddrs *entry)
{
    struct address own = read_address(entry->ifa_addr);

    if (own.family == FAMILY_NONE || is_host_prefix(entry, own.family) || !is_reachable(&own))
        return;
    struct address *slot = own.family == FAMILY_IPV4 ? &found->ipv4 : &found->ipv6;
    if (slot->family == FAMILY_NONE)
        *slot = own;
}

static bool is_complete(const struct local_addresses *found, uint8_t families)
{
    return !(families & FAMILY_BIT_IPV4 && found->ipv4.family == FAMILY_NONE) &&
           !(families & FAMILY_BIT_IPV6 && found->ipv6.family == FAMILY_NONE);
}

struct local_addresses local_addresses_find(const struct address *local, uint8_t families)
{
    struct local_addresses found = {0};

    if (local->family == FAMILY_IPV4)
        found.ipv4 = *local;
    else if (address_is_link_local(local))
        found.link_local = *local;
    else
        found.ipv6 = *local;

    struct ifaddrs *all = NULL;
    if (is_complete(&found, families) || getifaddrs(&all) < 0)
        return found;
    const struct ifaddrs *self = find_local(all, local);
    for (const struct ifaddrs *entry = all; self && entry; entry = entry->ifa_next) {
        if (strcmp(entry->ifa_name, self->ifa_name) == 0)
            consider(&found, entry);
    }
    freeifaddrs(all);
    return found;
}
