/* What 'import vips' keeps: routes that lie in a VIP or cover one. Pure; a lookup costs a few binary searches. */
#ifndef VIPGATE_BGPD_SESSION_VIP_FILTER_H
#define VIPGATE_BGPD_SESSION_VIP_FILTER_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>

struct vip_filter {
    struct prefix *prefixes; /* sorted; owned */
    size_t count;
    bool lengths[3][129]; /* by family: lengths that occur */
};

/* Replaces what the filter holds by a copy of PREFIXES. False when out of memory: nothing changed. */
bool vip_filter_set(struct vip_filter *filter, const struct prefix *prefixes, size_t count);
void vip_filter_clear(struct vip_filter *filter);

bool vip_filter_match(const struct vip_filter *filter, const struct prefix *prefix);

#endif
