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

struct gate_check;
struct vip_config;

/* A gate that names a check. */
struct vip_reference {
    const struct gate_check *check;
    uint32_t vip; /* position in the configuration */
};

/* Zero-initialised: of no VIPs. */
struct vip_index {
    const struct prefix *prefixes;          /* of all VIPs, sorted */
    const uint32_t *positions;              /* in the configuration, of the VIPs with these prefixes */
    const struct vip_reference *references; /* sorted by the check's name */
    size_t reference_count;
};

/* Builds INDEX of VIPS in ARENA. False when out of memory: ARENA has failed. */
bool vip_index_build(struct vip_index *index, struct arena *arena, const struct vip_config *vips, size_t count);

/* The references to the check NAME, *COUNT of them; NULL: no gate names it. */
const struct vip_reference *vip_index_check(const struct vip_index *index, const char *name, size_t *count);

/* A walk over the checks in which two indexes differ. */
struct vip_index_diff {
    const struct vip_index *old, *new;
    size_t at_old, at_new;          /* zero to begin */
    const char *removed;            /* a check that no gate of NEW names */
    const struct gate_check *added; /* else: a check that no gate of OLD names, or with another first_verdict_ms */
};

/* Goes on to the next difference, and sets REMOVED or ADDED, the other being NULL. False at the end. */
bool vip_index_diff_next(struct vip_index_diff *diff);

#endif
