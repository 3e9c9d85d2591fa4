#include "bgpd/rib/route_table.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 8, BEYOND_MAX = 64, SHARD_BITS = 8, TIE_BITS = 4 };

void route_table_init(struct route_table *table, uint8_t family)
{
    size_t size = offsetof(struct route_entry, octets) + family_octets(family), unit = _Alignof(struct route_entry);

    memset(table, 0, sizeof *table);
    table->key = hash_key_new();
    table->family = family;
    table->stride = (size + unit - 1) / unit * unit;
}

void route_table_clear(struct route_table *table)
{
    for (size_t i = 0; i < ROUTE_SHARDS; i++)
        free(table->shards[i].places);
    route_table_init(table, table->family);
}

static uint64_t hash_of(const struct route_table *table, const uint8_t *octets, uint8_t length)
{
    uint64_t words[2] = {0, 0};

    if (table->family == FAMILY_IPV4) {
        memcpy(words, octets, 4);
        return hash_pair(&table->key, words[0], length);
    }
    memcpy(words, octets, 16);
    return hash_pair(&table->key, hash_pair(&table->key, words[0], length), words[1]);
}

static uint64_t entry_hash(const struct route_table *table, const struct route_entry *entry)
{
    return hash_of(table, entry->octets, entry->length);
}

static struct route_shard *shard_of(const struct route_table *table, uint64_t hash)
{
    return (struct route_shard *)&table->shards[hash >> (64 - SHARD_BITS)];
}

/* Places beyond the capacity are for what the last ones push out. */
static uint32_t place_count(uint32_t capacity)
{
    return capacity + (capacity < BEYOND_MAX ? capacity : BEYOND_MAX);
}

static struct route_entry *entry_at(const struct route_table *table, const struct route_shard *shard, uint32_t place)
{
    return (struct route_entry *)(shard->places + place * table->stride);
}

static bool is_empty(const struct route_table *table, const struct route_shard *shard, uint32_t place)
{
    return place >= place_count(shard->capacity) || entry_at(table, shard, place)->attributes == 0;
}

static uint32_t home_of(uint64_t hash, uint32_t capacity)
{
    return (uint32_t)((hash << SHARD_BITS >> 32) * capacity >> 32);
}

static bool is_prefix(const struct route_table *table, const struct route_entry *entry, const struct prefix *prefix)
{
    if (entry->length != prefix->length)
        return false;
    return table->family == FAMILY_IPV4 ? memcmp(entry->octets, prefix->octets, 4) == 0
                                        : memcmp(entry->octets, prefix->octets, 16) == 0;
}

/* The place of PREFIX, or where it would have to stand. */
static bool find_place(const struct route_table *table, const struct route_shard *shard, uint64_t hash,
                       const struct prefix *prefix, uint32_t *place)
{
    for (*place = home_of(hash, shard->capacity); !is_empty(table, shard, *place); ++*place) {
        const struct route_entry *entry = entry_at(table, shard, *place);
        if (is_prefix(table, entry, prefix))
            return true;
        if (entry_hash(table, entry) > hash)
            return false;
    }
    return false;
}

struct route_entry *route_table_find(const struct route_table *table, const struct prefix *prefix)
{
    uint64_t hash = hash_of(table, prefix->octets, prefix->length);
    const struct route_shard *shard = shard_of(table, hash);
    uint32_t place;

    if (!shard->places || !find_place(table, shard, hash, prefix, &place))
        return NULL;
    return entry_at(table, shard, place);
}

/* Moves the entries, in their order, into CAPACITY fresh places. False: out of memory, nothing changed. */
static bool resize(struct route_table *table, struct route_shard *shard, uint32_t capacity)
{
    struct route_shard wider = {calloc(place_count(capacity), table->stride), capacity, shard->count};
    uint32_t next = 0;

    if (!wider.places)
        return false;
    for (uint32_t place = 0; shard->places && place < place_count(shard->capacity); place++) {
        const struct route_entry *entry = entry_at(table, shard, place);
        if (entry->attributes == 0)
            continue;
        uint32_t home = home_of(entry_hash(table, entry), capacity);
        next = home > next ? home : next;
        if (next >= place_count(capacity)) {
            free(wider.places);
            return false;
        }
        memcpy(entry_at(table, &wider, next++), entry, table->stride);
    }
    table->memory += place_count(capacity) * table->stride;
    if (shard->places)
        table->memory -= place_count(shard->capacity) * table->stride;
    free(shard->places);
    *shard = wider;
    return true;
}

/* Three quarters full is the most. */
static bool make_room(struct route_table *table, struct route_shard *shard)
{
    if (!shard->places)
        return resize(table, shard, CAPACITY_MIN);
    if (shard->count < shard->capacity / 4 * 3)
        return true;
    return shard->capacity <= UINT32_MAX / 4 && resize(table, shard, shard->capacity * 2);
}

/* Opens the place by moving what stands there, up to the next empty place, one further; false where there is none. */
static bool open_place(struct route_table *table, struct route_shard *shard, uint32_t place)
{
    uint32_t empty = place;

    while (!is_empty(table, shard, empty))
        empty++;
    if (empty >= place_count(shard->capacity))
        return false;
    memmove(entry_at(table, shard, place + 1), entry_at(table, shard, place), (empty - place) * table->stride);
    return true;
}

struct route_entry *route_table_add(struct route_table *table, const struct prefix *prefix)
{
    uint64_t hash = hash_of(table, prefix->octets, prefix->length);
    struct route_shard *shard = shard_of(table, hash);
    uint32_t place;

    if (!make_room(table, shard))
        return NULL;
    find_place(table, shard, hash, prefix, &place);
    if (place >= place_count(shard->capacity) || !open_place(table, shard, place)) {
        /* So many at the very end are next to impossible with this hash; twice the room parts them. */
        if (!resize(table, shard, shard->capacity * 2))
            return NULL;
        find_place(table, shard, hash, prefix, &place);
        if (place >= place_count(shard->capacity) || !open_place(table, shard, place))
            return NULL;
    }
    struct route_entry *entry = entry_at(table, shard, place);
    entry->length = prefix->length;
    entry->stale = false;
    memcpy(entry->octets, prefix->octets, family_octets(table->family));
    shard->count++;
    table->count++;
    return entry;
}

/* Lets go of room that churn has left unused: what a walk has to look through stays in proportion to what it finds. */
static void give_back(struct route_table *table, struct route_shard *shard)
{
    if (shard->count == 0) {
        table->memory -= place_count(shard->capacity) * table->stride;
        free(shard->places);
        *shard = (struct route_shard){0};
        return;
    }
    while (shard->capacity > CAPACITY_MIN && shard->count < shard->capacity / 8 &&
           resize(table, shard, shard->capacity / 2))
        continue;
}

void route_table_remove(struct route_table *table, struct route_entry *entry)
{
    struct route_shard *shard = shard_of(table, entry_hash(table, entry));
    uint32_t place = (uint32_t)((size_t)((uint8_t *)entry - shard->places) / table->stride);
    uint32_t end = place + 1;

    while (!is_empty(table, shard, end) &&
           home_of(entry_hash(table, entry_at(table, shard, end)), shard->capacity) < end)
        end++;
    memmove(entry, entry_at(table, shard, place + 1), (end - place - 1) * table->stride);
    entry_at(table, shard, end - 1)->attributes = 0;
    shard->count--;
    table->count--;
    give_back(table, shard);
}

/*
 * A cursor is a hash without its last bits, which instead count entries that share the others: the number of them that
 * were seen. It has 63 bits, which leaves the caller one.
 */
static uint64_t cursor_hash(uint64_t cursor)
{
    return cursor >> (TIE_BITS - 1) << TIE_BITS;
}

static uint64_t cursor_ties(uint64_t cursor)
{
    return cursor & ((1u << (TIE_BITS - 1)) - 1);
}

/* The first entry of the shard whose hash, without its last bits, is at least HASH, after TIES that equal it. */
static struct route_entry *walk_shard(const struct route_table *table, const struct route_shard *shard, uint64_t hash,
                                      uint64_t ties)
{
    for (uint32_t place = home_of(hash, shard->capacity); place < place_count(shard->capacity); place++) {
        struct route_entry *entry = entry_at(table, shard, place);
        if (entry->attributes == 0)
            continue;
        uint64_t found = entry_hash(table, entry) >> TIE_BITS << TIE_BITS;
        if (found > hash || (found == hash && ties-- == 0))
            return entry;
    }
    return NULL;
}

struct route_entry *route_table_walk(const struct route_table *table, uint64_t *cursor)
{
    uint64_t hash = cursor_hash(*cursor), ties = cursor_ties(*cursor);

    for (size_t i = hash >> (64 - SHARD_BITS); i < ROUTE_SHARDS; i++) {
        const struct route_shard *shard = &table->shards[i];
        struct route_entry *entry = shard->places ? walk_shard(table, shard, hash, ties) : NULL;
        if (entry) {
            uint64_t found = entry_hash(table, entry) >> TIE_BITS << TIE_BITS;
            *cursor = (found >> 1) + (found == hash ? ties : 0) + 1;
            return entry;
        }
        hash = (uint64_t)(i + 1) << (64 - SHARD_BITS);
        ties = 0;
    }
    return NULL;
}

void route_table_mark_stale(struct route_table *table)
{
    for (size_t i = 0; i < ROUTE_SHARDS; i++) {
        const struct route_shard *shard = &table->shards[i];
        for (uint32_t place = 0; shard->places && place < place_count(shard->capacity); place++)
            entry_at(table, shard, place)->stale = true;
    }
}

/* Moves what stays towards its home, in one pass. */
static size_t sweep_shard(struct route_table *table, struct route_shard *shard,
                          void (*dropped)(uint32_t attributes, void *user), void *user)
{
    uint32_t next = 0;
    size_t swept = 0;

    for (uint32_t place = 0; place < place_count(shard->capacity); place++) {
        struct route_entry *entry = entry_at(table, shard, place);
        if (entry->attributes == 0)
            continue;
        if (entry->stale) {
            dropped(entry->attributes, user);
            entry->attributes = 0;
            swept++;
            continue;
        }
        uint32_t home = home_of(entry_hash(table, entry), shard->capacity);
        next = home > next ? home : next;
        if (next != place) {
            memcpy(entry_at(table, shard, next), entry, table->stride);
            entry->attributes = 0;
        }
        next++;
    }
    shard->count -= (uint32_t)swept;
    return swept;
}

size_t route_table_sweep_stale(struct route_table *table, void (*dropped)(uint32_t attributes, void *user), void *user)
{
    size_t swept = 0;

    for (size_t i = 0; i < ROUTE_SHARDS; i++) {
        struct route_shard *shard = &table->shards[i];
        if (!shard->places)
            continue;
        swept += sweep_shard(table, shard, dropped, user);
        give_back(table, shard);
    }
    table->count -= swept;
    return swept;
}

struct prefix route_entry_prefix(const struct route_table *table, const struct route_entry *entry)
{
    struct prefix prefix = {.family = table->family, .length = entry->length};

    memcpy(prefix.octets, entry->octets, family_octets(table->family));
    return prefix;
}
