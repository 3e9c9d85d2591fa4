/*
 * This machine's interfaces and addresses, as rtnetlink tells of them: what it says is read here, whether it answers a
 * question or is news. Pure.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_INVENTORY_H
#define VIPGATE_BGPD_ANNOUNCE_INVENTORY_H

#include "lib/prefix.h"

#include <bsd/sys/tree.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum { ADDED_BY_VIPGATE = 186 }; /* RTPROT_BGP, as the origin of an address */

#ifndef IFA_PROTO
#define IFA_PROTO 11
#endif

/* Unlike elsewhere, bits of PREFIX past its length may be set: 192.0.2.1/24 is the address 192.0.2.1. */
struct interface_address {
    RB_ENTRY(interface_address) entry; /* the inventory's */
    struct prefix prefix;
    unsigned interface; /* index */
    bool ours;          /* marked as added by vipgate */
};

struct interface {
    SLIST_ENTRY(interface) next; /* the inventory's */
    unsigned index;
    char name[IFNAMSIZ];
    bool is_up;
};

RB_HEAD(address_tree, interface_address);

/* Zero-initialised: empty. */
struct inventory {
    struct address_tree addresses; /* by family, octets, length, interface */
    SLIST_HEAD(, interface) interfaces;
    uint64_t renames; /* how often an interface was given another name */
};

enum inventory_change { INVENTORY_SAME, INVENTORY_CHANGED, INVENTORY_NO_MEMORY };

/* What changed. */
struct inventory_news {
    struct prefix address;      /* FAMILY_NONE: an interface */
    char interface[IFNAMSIZ];   /* its name */
    char former_name[IFNAMSIZ]; /* what it was called before; empty: the same */
};

void inventory_clear(struct inventory *inventory);

/* Adds or replaces; removes. */
enum inventory_change inventory_add(struct inventory *inventory, const struct interface_address *address);
enum inventory_change inventory_remove(struct inventory *inventory, const struct prefix *prefix, unsigned interface);

/* Takes over what MESSAGE says of an address or an interface; anything else is left out. NEWS, which may be NULL, is
 * written where it is INVENTORY_CHANGED. */
enum inventory_change inventory_take(struct inventory *inventory, const struct nlmsghdr *message,
                                     struct inventory_news *news);

/* This address, with this length, on this interface; NULL: it is not there. Valid until it is removed. */
const struct interface_address *inventory_find(const struct inventory *inventory, const struct prefix *prefix,
                                               unsigned interface);

/* Whether the address is on any interface, with any length. */
bool inventory_has(const struct inventory *inventory, const struct prefix *prefix);

/* The first address, and the one behind PREVIOUS, which may be removed when this has returned; NULL at the end. */
const struct interface_address *inventory_next(const struct inventory *inventory,
                                               const struct interface_address *previous);

/* The interface of this index, or called NAME; NULL: there is none. Valid until it is removed. */
const struct interface *inventory_interface(const struct inventory *inventory, unsigned index);
const struct interface *inventory_interface_named(const struct inventory *inventory, const char *name);

/* ---- a whole one, from the answers to RTM_GETLINK and RTM_GETADDR ---- */

/* MORE: the answer goes on. LINKS: that was all of the interfaces, the addresses are to be asked for. INTERRUPTED: the
 * answer is whole, but something changed meanwhile, so that entries may be missing (NLM_F_DUMP_INTR). FAILED: see the
 * error. */
enum dump_progress { DUMP_MORE, DUMP_LINKS, DUMP_DONE, DUMP_INTERRUPTED, DUMP_FAILED };

/* Zero-initialised: to begin. */
struct inventory_dump {
    struct inventory inventory; /* what was told so far */
    uint16_t question;          /* that is being answered: RTM_GETLINK, then RTM_GETADDR */
    unsigned sequence;          /* of that question */
    bool interrupted;
    int error; /* of DUMP_FAILED: a negative errno */
};

/* Begins with the interfaces, forgetting what was told. */
void inventory_dump_begin(struct inventory_dump *dump);

/* Takes one datagram of an answer. */
enum dump_progress inventory_dump_take(struct inventory_dump *dump, const void *datagram, size_t size);

#endif
