/*
 * Finds VIPs of a configuration by prefix and by check. It is built with the configuration, beside the loop, so that a
 * verdict leads to its VIPs at once and a reload compares two configurations in one pass over each. Pure.
 */
#ifndef VIPGATE_BGPD_CONFIG_VIP_INDEX_H
#define VIPGATE_BGPD_CONFIG_VIP_INDEX_H

#include "lib/arena.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vip_config;

/* A check that gates name, and the VIPs of these gates. */
struct gated_check {
    const char *name;
    uint64_t first_verdict_ms; /* the longest of its gates' */
    const uint32_t *vips;      /* positions in the configuration */
    size_t vip_count;
};

/* Zero-initialised: of no VIPs. */
struct vip_index {
    const struct prefix *prefixes; /* of all VIPs, sorted */
    const uint32_t *positions;     /* in the configuration, of the VIPs with these prefixes */
    const struct gated_check *checks;
    size_t check_count; /* sorted by name */
};

/* Builds INDEX of VIPS in ARENA. False when out of memory: ARENA has failed. */
bool vip_index_build(struct vip_index *index, struct arena *arena, const struct vip_config *vips, size_t count);

/* NULL: no gate names it. */
const struct gated_check *vip_index_check(const struct vip_index *index, const char *name);

/* A walk over the checks in which two indexes differ. */
struct vip_index_diff {
    const struct vip_index *old, *new;
    size_t at_old, at_new;           /* zero to begin */
    const char *removed;             /* a check that no gate of NEW names */
    const struct gated_check *added; /* else: a check that no gate of OLD names, or with another first_verdict_ms */
};

/* Goes on to the next difference, and sets REMOVED or ADDED, the other being NULL. False at the end. */
bool vip_index_diff_next(struct vip_index_diff *diff);

#endif
