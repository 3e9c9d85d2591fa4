/* What 'import vips' keeps: routes that lie in a VIP or cover one. Pure; a lookup costs a few binary searches. */
#ifndef VIPGATE_BGPD_SESSION_VIP_FILTER_H
#define VIPGATE_BGPD_SESSION_VIP_FILTER_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>

struct vip_filter {
    const struct prefix *prefixes; /* sorted; not owned */
    size_t count;
    bool lengths[3][129]; /* by family: lengths that occur */
};

/* Makes it the filter of PREFIXES, which are sorted and live for as long as it does. */
void vip_filter_set(struct vip_filter *filter, const struct prefix *prefixes, size_t count);

bool vip_filter_match(const struct vip_filter *filter, const struct prefix *prefix);

#endif
