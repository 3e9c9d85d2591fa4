/*
 * The addresses of VIPs on an interface, through rtnetlink, and what becomes of them.
 *
 * Adding and removing answer at once: the kernel carries out a rtnetlink request while it is being sent, and its answer
 * lies in the socket when send returns. So "the address is there" needs no state in between, and an announcement can
 * follow its address at once (promise 3). What others do to addresses comes through a second socket.
 *
 * An address that vipgate adds carries its mark (IFA_PROTO, Linux 5.18), so that one that was left by a vipgate that
 * was killed is known as its own. Older kernels ignore the mark; such an address then counts as the operator's.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_ADDRESSES_H
#define VIPGATE_BGPD_ANNOUNCE_ADDRESSES_H

#include "lib/prefix.h"

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct addresses;

/* Who is told what others change. CHANGED is only to note it: ADDRESS; or, where that is NULL, whatever is on
 * INTERFACE; or, where both are, anything. TOLD comes when all that is known so far was told. */
struct addresses_handler {
    void (*changed)(const struct prefix *address, const char *interface, void *user);
    void (*told)(void *user);
};

/* An address and where it belongs. */
struct placement {
    struct prefix prefix;
    char interface[IFNAMSIZ];
    char label[IFNAMSIZ]; /* IPv4 only; empty: none */
};

/* Reads all addresses and watches them. Where the kernel tells of more than is read in time, everything is reread in
 * turns of the loop, and what was known holds until then. NULL with the reason in ERROR. */
struct addresses *addresses_open(uv_loop_t *loop, const struct addresses_handler *handler, void *user, char *error,
                                 size_t size);

/* Stops watching. Memory is freed once the loop has run on. NULL: nothing. */
void addresses_close(struct addresses *addresses);

/* Adds the address; it may be there already. 0, or a negative errno: -EPERM, -ENODEV. */
int addresses_add(struct addresses *addresses, const struct placement *placement);

/* Removes the address; it may be gone already. 0, or a negative errno. */
int addresses_remove(struct addresses *addresses, const struct placement *placement);

/* Whether somebody here wants the address on INTERFACE; "" for one that has gone. */
typedef bool addresses_claim(const struct prefix *prefix, const char *interface, void *user);

/* Removes addresses that carry vipgate's mark and that CLAIM does not claim, LIMIT at most: their number. CLAIM must
 * not change anything. */
unsigned addresses_remove_ours(struct addresses *addresses, addresses_claim *claim, void *user, unsigned limit);

/* Whether the address is where it belongs; *OURS, where not NULL: whether vipgate added it. */
bool addresses_has(const struct addresses *addresses, const struct placement *placement, bool *ours);

/* Whether the address is on any interface. */
bool addresses_has_anywhere(const struct addresses *addresses, const struct prefix *prefix);

/* Whether there is an interface NAME. */
bool addresses_has_interface(const struct addresses *addresses, const char *name);

/* Whether the interface NAME exists and is down. */
bool addresses_is_down(const struct addresses *addresses, const char *name);

/* Grows where an interface may have another name now. */
uint64_t addresses_renames(const struct addresses *addresses);

#endif
