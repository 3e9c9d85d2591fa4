#include "bgpd/session/vip_filter.h"

#include <string.h>

void vip_filter_set(struct vip_filter *filter, const struct prefix *prefixes, size_t count)
{
    *filter = (struct vip_filter){.prefixes = prefixes, .count = count};
    for (size_t i = 0; i < count; i++)
        filter->lengths[prefixes[i].family][prefixes[i].length] = true;
}

/* The first VIP that is not before PREFIX. */
static size_t lower_bound(const struct vip_filter *filter, const struct prefix *prefix)
{
    size_t low = 0, high = filter->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (prefix_compare(&filter->prefixes[middle], prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct prefix shortened(const struct prefix *prefix, unsigned length)
{
    struct prefix result = {.family = prefix->family, .length = (uint8_t)length};

    memcpy(result.octets, prefix->octets, (length + 7) / 8);
    if (length % 8)
        result.octets[length / 8] &= (uint8_t)(0xff << (8 - length % 8));
    return result;
}

bool vip_filter_match(const struct vip_filter *filter, const struct prefix *prefix)
{
    /* A VIP that PREFIX covers is the next one in order: addresses sort before lengths. */
    size_t next = lower_bound(filter, prefix);
    if (next < filter->count && prefix_covers(prefix, &filter->prefixes[next]))
        return true;
    for (unsigned length = 0; length < prefix->length; length++) {
        if (!filter->lengths[prefix->family][length])
            continue;
        struct prefix outer = shortened(prefix, length);
        size_t at = lower_bound(filter, &outer);
        if (at < filter->count && prefix_compare(&filter->prefixes[at], &outer) == 0)
            return true;
    }
    return false;
}
