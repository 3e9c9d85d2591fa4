/*
 * Who is a VIP: those of the configuration, and those that it no longer has, until nothing of them is left. A new roll
 * is prepared beside the one in use, in one pass over both.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_ROLL_H
#define VIPGATE_BGPD_ANNOUNCE_ROLL_H

#include "bgpd/announce/verdict_table.h"
#include "bgpd/announce/vip.h"
#include "bgpd/config/config.h"

#include <stdbool.h>
#include <stddef.h>

/* Zero-initialised: empty. */
struct roll {
    struct vip_index index;   /* of the configuration, whose it stays */
    struct vip **vips;        /* those that are configured, in that order, then those that leave */
    struct vip **by_prefix;   /* all */
    struct vip **work;        /* room for all */
    struct check_view *views; /* room for those of the largest gate */
    size_t configured, count;
};

/* Makes NEXT the roll of CONFIG, with those VIPs of CURRENT that there are; the others of CURRENT leave. VERDICTS
 * reserves its checks. False when out of memory: NEXT is empty. */
bool roll_prepare(struct roll *next, const struct roll *current, const struct bgpd_config *config,
                  struct verdict_table *verdicts);

/* Empties NEXT, which was prepared behind CURRENT or never, and frees the VIPs that are on it alone. */
void roll_abandon(struct roll *next, const struct roll *current, struct verdict_table *verdicts);

/* Puts NEXT in the place of ROLL, and has VERDICTS expect its checks. Cannot fail. */
void roll_replace(struct roll *roll, struct roll *next, struct verdict_table *verdicts);

/* Empties the roll, not its VIPs. */
void roll_clear(struct roll *roll);

/* The VIP of PREFIX, configured or leaving, or NULL. */
struct vip *roll_find(const struct roll *roll, const struct prefix *prefix);

/* Takes the VIP at INDEX, which leaves, off the roll: the last one has its place then. */
void roll_remove(struct roll *roll, size_t index);

#endif
