/*
 * A set of prefixes that is only counted: what a neighbour has announced and is not kept. Four octets a prefix: it
 * holds 44 bits of a keyed hash of each in place of the prefix, so that of a million prefixes one in thirty sets has
 * two that it takes for one.
 */
#ifndef VIPGATE_BGPD_RIB_PREFIX_SET_H
#define VIPGATE_BGPD_RIB_PREFIX_SET_H

#include "bgpd/rib/hash.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PREFIX_SET_MAX = 8 * 1024 * 1024 };

struct prefix_set_shard;

/* Empty when zero. */
struct prefix_set {
    struct hash_key key;
    struct prefix_set_shard *shards; /* NULL while the set is empty */
    size_t count;
};

/* Whether it was not there before. What no longer fits (PREFIX_SET_MAX, or memory) is not added. */
bool prefix_set_add(struct prefix_set *set, const struct prefix *prefix);

/* Whether it was there. */
bool prefix_set_remove(struct prefix_set *set, const struct prefix *prefix);

void prefix_set_clear(struct prefix_set *set);

#endif
