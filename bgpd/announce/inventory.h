/*
 * This machine's interfaces and addresses, as rtnetlink tells of them: what it says is read here, whether it answers a
 * question or is news. Pure.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_INVENTORY_H
#define VIPGATE_BGPD_ANNOUNCE_INVENTORY_H

#include "bgpd/announce/address_table.h"
#include "bgpd/announce/interface_table.h"

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDED_BY_VIPGATE = 186 }; /* RTPROT_BGP, as the origin of an address */

#ifndef IFA_PROTO
#define IFA_PROTO 11
#endif

/* Zero-initialised: empty. */
struct inventory {
    struct address_table addresses;
    struct interface_table interfaces;
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

/* Takes over what MESSAGE says of an address or an interface; anything else is left out. NEWS, which may be NULL, is
 * written where it is INVENTORY_CHANGED. */
enum inventory_change inventory_take(struct inventory *inventory, const struct nlmsghdr *message,
                                     struct inventory_news *news);

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

/* Begins with the interfaces, forgetting what was told; goes on to the addresses. SEQUENCE is the question's. */
void inventory_dump_begin(struct inventory_dump *dump, unsigned sequence);
void inventory_dump_go_on(struct inventory_dump *dump, unsigned sequence);

/* Takes one datagram of an answer. */
enum dump_progress inventory_dump_take(struct inventory_dump *dump, const void *datagram, size_t size);

#endif
