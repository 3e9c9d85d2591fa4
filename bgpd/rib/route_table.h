/*
 * Routes of one family, as few octets each as they can be: 4 for an IPv4 route that is only counted, 8 with a handle of
 * attributes; 8 and 24 for IPv6.
 *
 * A table is 1,024 shards by the first bits of the routes' keys; a shard is an array in which routes stand in order of
 * their keys, each where its key says or, where that is taken, as near behind it as can be (linear probing that keeps
 * order). What follows from that:
 *   - a shard grows or shrinks by one pass over a few thousand routes, never the whole table at once;
 *   - removal moves what follows back: no tombstones, so churn leaves no trace;
 *   - the order of all routes is that of their keys, however the shards grow: a walk can stop anywhere, keep the key
 *     that it came to, and go on after any change.
 *
 * Of a key a slot holds what the shard does not say. Of an IPv6 route that is only counted it holds the order alone,
 * which is a 64-bit hash.
 */
#ifndef VIPGATE_BGPD_RIB_ROUTE_TABLE_H
#define VIPGATE_BGPD_RIB_ROUTE_TABLE_H

#include "bgpd/rib/route_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A mark is what the owner says of a route: 1..15. */
enum { ROUTE_SHARDS = 1024, ROUTE_MARKS = 16 };

struct route; /* a slot of a table that is taken */
struct route_shard;

/* Zero but for its kind while it is empty. */
struct route_table {
    uint8_t family;
    bool has_attributes;
    size_t count;
    size_t marked[ROUTE_MARKS]; /* how many routes have each mark */
    size_t memory;              /* octets allocated */
    struct route_shard *shards; /* NULL while it is empty */
};

struct route_table route_table_of(uint8_t family, bool has_attributes);

/* Drops all routes; their attributes are the caller's. */
void route_table_clear(struct route_table *table);

/* Has the processor fetch what will be looked at for KEY. */
void route_table_prefetch(const struct route_table *table, const struct route_key *key);

/* The route of KEY, valid until the next change; NULL: not there. */
struct route *route_table_find(const struct route_table *table, const struct route_key *key);

/* Adds a route, which must not be there. Its attributes are the caller's to set. NULL: out of memory. */
struct route *route_table_add(struct route_table *table, const struct route_key *key, uint8_t mark);

/* Removes the ROUTE of KEY. */
void route_table_remove(struct route_table *table, const struct route_key *key, struct route *route);

uint8_t route_mark(const struct route_table *table, const struct route *route);
void route_set_mark(struct route_table *table, struct route *route, uint8_t mark);

/* The handle of its attributes, in a table that has them. */
uint32_t *route_attributes(const struct route_table *table, struct route *route);

/* The first route whose order is at least ORDER, and its key; NULL: none. */
struct route *route_table_next(const struct route_table *table, uint64_t order, struct route_key *key);

/* Removes the routes of shard NUMBER whose mark is in the set MARKS (bit 1 << mark), calling DROPPED, unless it is
 * NULL, with the attributes of each. Answers how many routes it looked at. */
size_t route_table_sweep(struct route_table *table, unsigned number, unsigned marks,
                         void (*dropped)(uint32_t attributes, void *user), void *user);

#endif
