/*
 * The address of one VIP: put where it belongs, watched, and taken away again. It keeps what cannot be derived: whether
 * vipgate added the address (what it did not add it never removes), and when to try again.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_VIP_ADDRESS_H
#define VIPGATE_BGPD_ANNOUNCE_VIP_ADDRESS_H

#include "bgpd/announce/addresses.h"
#include "bgpd/config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised: not placed anywhere. */
struct vip_address {
    struct placement placement; /* where it was put, or is to be */
    bool present;               /* it is there */
    bool ours;                  /* and vipgate added it */
    int error;                  /* of the last attempt: a negative errno, or 0; -EBUSY: it is contested */
    uint64_t retry_ms;          /* not before then; 0: any time */
    uint64_t backoff_ms;
    uint64_t added_ms;     /* when it was last added; 0: never */
    unsigned losses;       /* how often it was taken away soon after it was added, one after the other */
    uint64_t remove_by_ms; /* it is to be removed once neighbors know, by then at the latest; 0: it is to stay */
};

/* Where CONFIG wants the address. */
struct placement vip_placement(const struct vip_config *config);

/* Learns where it stands. Whether it has vanished since it was last looked at, by somebody else's doing: it may be
 * added again at once, but where that happens soon after each time it was added, only after a pause that doubles. */
bool vip_address_look(struct vip_address *address, const struct addresses *addresses, uint64_t now_ms);

/* Something changed on this machine: an attempt that failed may be made again now. Not where the address is contested.
 */
void vip_address_hasten(struct vip_address *address);

/* Whether it is placed by us somewhere else than WANTED; zeroed: anywhere is wrong. */
bool vip_address_is_misplaced(const struct vip_address *address, const struct placement *wanted);

/* Puts it at WANTED, where it must not be misplaced, unless it is too soon to try again. Whether it is there. Takes one
 * of *BUDGET for an address that it adds; where none is left it is put off until the next time (-EAGAIN): the kernel
 * takes the longer for an address the more there are. */
bool vip_address_put(struct vip_address *address, const struct placement *wanted, struct addresses *addresses,
                     uint64_t now_ms, unsigned *budget);

/* Whether it was put off. */
bool vip_address_is_put_off(const struct vip_address *address);

/* Removes it if vipgate added it. */
void vip_address_remove(struct vip_address *address, struct addresses *addresses);

/* Why it could not be added, with the remedy, in words. */
void vip_address_explain(const struct vip_address *address, char *text, size_t size);

#endif
