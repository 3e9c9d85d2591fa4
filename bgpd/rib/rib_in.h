/*
 * Adj-RIB-In of one neighbour, compact: a route is its prefix and a reference to the interned octets of its path
 * attributes, as they came (validated by codec/update). Made for a million routes that are counted and shown, not for
 * best-path selection, which vipgate does not do.
 */
#ifndef VIPGATE_BGPD_RIB_RIB_IN_H
#define VIPGATE_BGPD_RIB_RIB_IN_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rib_in;

/* What one neighbour's routes may take, in octets: enough for four full tables. Beyond it no route is added, as if
 * memory had run out. */
enum { RIB_IN_MEMORY_MAX = 256 << 20 };

/* NULL when out of memory. */
struct rib_in *rib_in_new(void);
void rib_in_free(struct rib_in *rib);

/*
 * Attributes for the routes of one UPDATE: interned once, used for all of its prefixes. The handle is valid until
 * rib_in_attributes_done. SIZE is bounded by the message. 0: out of memory.
 */
uint32_t rib_in_attributes(struct rib_in *rib, const uint8_t *octets, size_t size);
void rib_in_attributes_done(struct rib_in *rib, uint32_t attributes);

/* Adds or replaces a route. False when out of memory; then the route is not kept. Withdrawing what is not there does
 * nothing and answers false. */
bool rib_in_set(struct rib_in *rib, const struct prefix *prefix, uint32_t attributes);
bool rib_in_withdraw(struct rib_in *rib, const struct prefix *prefix);
void rib_in_clear(struct rib_in *rib);

/* Graceful restart and enhanced refresh: marks all routes of FAMILY stale; a route that is set again is fresh; sweep
 * drops those still stale and answers their number. */
void rib_in_mark_stale(struct rib_in *rib, uint8_t family);
size_t rib_in_sweep_stale(struct rib_in *rib, uint8_t family);

size_t rib_in_count(const struct rib_in *rib, uint8_t family); /* FAMILY_NONE: of all */
size_t rib_in_memory(const struct rib_in *rib);                /* octets allocated */

struct rib_in_route {
    struct prefix prefix;
    const uint8_t *attributes; /* octets of the path attributes; decode with codec/attribute.h */
    size_t attributes_size;
    bool stale;
};

bool rib_in_find(const struct rib_in *rib, const struct prefix *prefix, struct rib_in_route *route);

/* The route of the longest prefix that holds HOST, a prefix of one address. */
bool rib_in_longest(const struct rib_in *rib, const struct prefix *host, struct rib_in_route *route);

/* Walks all routes in a stable order, from *CURSOR (0 starts), which can be kept between calls while the table changes:
 * a route that stays is then seen, though one may be seen twice. False at the end. */
bool rib_in_walk(const struct rib_in *rib, uint64_t *cursor, struct rib_in_route *route);

#endif
