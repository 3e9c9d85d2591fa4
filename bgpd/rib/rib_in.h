/*
 * Adj-RIB-In of one neighbor: every prefix that it has announced, each in one state. Made for a million routes that are
 * counted and shown, not for best-path selection, which vipgate does not do. A route that is kept is its prefix and a
 * reference to the interned octets of its path attributes, as they came (validated by codec/update); of one that is
 * only counted there is the prefix alone.
 *
 * To mark routes as stale and to drop those that are costs the same for ten and for a million: a route belongs to a
 * generation, and what is dropped is a generation. Its routes are gone at once; their memory comes back in pieces.
 */
#ifndef VIPGATE_BGPD_RIB_RIB_IN_H
#define VIPGATE_BGPD_RIB_RIB_IN_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rib_in;

enum rib_in_state {
    ROUTE_KEPT,
    ROUTE_COUNTED, /* import does not ask for it */
    ROUTE_LOOPED,  /* a loop or a leak: no use, and counted too */
};

/* What one neighbor's routes may take, in octets: enough for four full tables. Beyond it routes are only counted. */
enum { RIB_IN_MEMORY_MAX = 256 << 20 };

/* Routes that are only counted, about five octets each, nine for IPv6; more are not even that. */
enum { RIB_IN_COUNTED_MAX = 8 * 1024 * 1024 };

/* NULL when out of memory. */
struct rib_in *rib_in_new(void);
void rib_in_free(struct rib_in *rib);

/*
 * Attributes for the routes of one UPDATE: interned once, used for all of its prefixes. The handle is valid until
 * rib_in_attributes_done. SIZE is bounded by the message. 0: out of memory.
 */
uint32_t rib_in_attributes(struct rib_in *rib, const uint8_t *octets, size_t size);
void rib_in_attributes_done(struct rib_in *rib, uint32_t attributes);

/* Adds or replaces routes, all of one family, which then are fresh. What can't be kept, for want of memory or because
 * ATTRIBUTES is 0, is counted. Cheaper for many at once: each is one or two cache misses, which then overlap. */
void rib_in_set(struct rib_in *rib, const struct prefix *prefixes, size_t count, enum rib_in_state state,
                uint32_t attributes);

/* Removes those that are there. */
void rib_in_withdraw(struct rib_in *rib, const struct prefix *prefixes, size_t count);

/* A kept route is from now on only counted, as fresh or stale as it was. */
void rib_in_narrow(struct rib_in *rib, const struct prefix *prefix);

/* Graceful restart and enhanced refresh: marks all routes of FAMILY stale; a route that is set again is fresh; sweep
 * drops those still stale and answers their number. False where so many refreshes were begun and not ended, or swept
 * and not cleaned, that there is no generation left: then nothing is marked. */
bool rib_in_mark_stale(struct rib_in *rib, uint8_t family);
size_t rib_in_sweep_stale(struct rib_in *rib, uint8_t family);

/* Drops all routes. */
void rib_in_clear(struct rib_in *rib);

/* Gives back memory of routes that were dropped, looking at about LIMIT. Whether there is no more to do. */
bool rib_in_clean(struct rib_in *rib, size_t limit);

size_t rib_in_count(const struct rib_in *rib, uint8_t family); /* that are kept; FAMILY_NONE: of both */
size_t rib_in_counted(const struct rib_in *rib);               /* ROUTE_COUNTED */
size_t rib_in_looped(const struct rib_in *rib);                /* ROUTE_LOOPED */
size_t rib_in_received(const struct rib_in *rib);              /* of all states */
size_t rib_in_memory(const struct rib_in *rib);                /* octets allocated */

/* A route that is kept. */
struct rib_in_route {
    struct prefix prefix;
    const uint8_t *attributes; /* octets of the path attributes; decode with codec/attribute.h */
    size_t attributes_size;
    bool stale;
};

bool rib_in_find(const struct rib_in *rib, const struct prefix *prefix, struct rib_in_route *route);

/* The route of the longest prefix that holds HOST, a prefix of one address. */
bool rib_in_longest(const struct rib_in *rib, const struct prefix *host, struct rib_in_route *route);

/* Walks all kept routes in a stable order, from *CURSOR (0 starts), which can be kept between calls while the table
 * changes: a route that stays is then seen, and once. False at the end, where *CURSOR is RIB_IN_WALK_END. */
#define RIB_IN_WALK_END UINT64_MAX
bool rib_in_walk(const struct rib_in *rib, uint64_t *cursor, struct rib_in_route *route);

#endif
