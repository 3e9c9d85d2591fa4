/*
 * Routes of one family: prefix to handle of attributes, a dozen octets each for IPv4.
 *
 * A table is 256 shards by the first octet of the prefix's hash; a shard is an array in which entries stand in order of
 * their hashes, each at the place that its hash says or, where that is taken, as near behind it as can be (linear
 * probing that keeps order). What follows from that:
 *   - a shard grows or shrinks by one pass over a few thousand entries, never the whole table at once;
 *   - removal moves what follows back: no tombstones, so churn leaves no trace;
 *   - the order of all entries is that of their hashes, however the shards grow: a walk can stop anywhere, keep the
 * hash that it came to, and go on after any change.
 */
#ifndef VIPGATE_BGPD_RIB_ROUTE_TABLE_H
#define VIPGATE_BGPD_RIB_ROUTE_TABLE_H

#include "bgpd/rib/hash.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct route_entry {
    uint32_t attributes; /* 0: an empty place */
    uint8_t length;
    bool stale;
    uint8_t octets[]; /* 4 or 16, in network byte order */
};

struct route_shard {
    uint8_t *places;   /* NULL: no entry */
    uint32_t capacity; /* a power of two; the last entries may stand a little beyond */
    uint32_t count;
};

enum { ROUTE_SHARDS = 256 };

struct route_table {
    struct hash_key key;
    uint8_t family;
    size_t stride; /* octets of an entry */
    size_t count;
    size_t memory; /* octets allocated */
    struct route_shard shards[ROUTE_SHARDS];
};

void route_table_init(struct route_table *table, uint8_t family);

/* Drops all entries; their attributes are the caller's. */
void route_table_clear(struct route_table *table);

/* Valid until the next change; NULL: not there. */
struct route_entry *route_table_find(const struct route_table *table, const struct prefix *prefix);

/* Adds PREFIX, which must not be there. Attributes are the caller's to set, to other than 0. NULL: out of memory. */
struct route_entry *route_table_add(struct route_table *table, const struct prefix *prefix);

/* Removes an entry that was found. */
void route_table_remove(struct route_table *table, struct route_entry *entry);

/* All entries in order: the first whose hash is at least *CURSOR, which is set so that the next call goes on behind it.
 * NULL at the end. *CURSOR is below ROUTE_CURSOR_END. */
#define ROUTE_CURSOR_END (UINT64_C(1) << 63)
struct route_entry *route_table_walk(const struct route_table *table, uint64_t *cursor);

/* Marks every entry stale; removes those that still are, calling DROPPED with the attributes of each, and answers their
 * number. */
void route_table_mark_stale(struct route_table *table);
size_t route_table_sweep_stale(struct route_table *table, void (*dropped)(uint32_t attributes, void *user), void *user);

struct prefix route_entry_prefix(const struct route_table *table, const struct route_entry *entry);

#endif
