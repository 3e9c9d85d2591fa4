#include "bgpd/rib/route_table.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 4, BEYOND_MAX = 32, SHARD_BITS = 10, MARK_MASK = ROUTE_MARKS - 1 };

/* What a slot holds. A word is that part of the order which the shard leaves open, with the mark in its last bits; 0:
 * an empty slot. A route without attributes is its word alone. */
struct ipv4_slot {
    uint32_t word, attributes;
};

struct ipv6_slot {
    uint64_t word, rest;
    uint32_t attributes;
    uint8_t length;
};

struct route_shard {
    uint8_t *slots; /* NULL: no route */
    uint32_t
        capacity; /* slots that are some route's own; behind them are those for what is pushed out, and an empty one */
    uint32_t count;
};

struct route_table route_table_of(uint8_t family, bool has_attributes)
{
    return (struct route_table){.family = family, .has_attributes = has_attributes};
}

void route_table_clear(struct route_table *table)
{
    for (size_t i = 0; table->shards && i < ROUTE_SHARDS; i++)
        free(table->shards[i].slots);
    free(table->shards);
    *table = route_table_of(table->family, table->has_attributes);
}

static bool is_wide(const struct route_table *table)
{
    return table->family != FAMILY_IPV4;
}

static size_t slot_size(const struct route_table *table)
{
    if (is_wide(table))
        return table->has_attributes ? sizeof(struct ipv6_slot) : sizeof(uint64_t);
    return table->has_attributes ? sizeof(struct ipv4_slot) : sizeof(uint32_t);
}

static uint32_t slot_count(uint32_t capacity)
{
    return capacity + (capacity < BEYOND_MAX ? capacity : BEYOND_MAX);
}

static size_t shard_memory(const struct route_table *table, uint32_t capacity)
{
    return (slot_count(capacity) + 1) * slot_size(table);
}

static struct route *slot_at(const struct route_table *table, const struct route_shard *shard, uint32_t slot)
{
    return (struct route *)(shard->slots + slot * slot_size(table));
}

static uint64_t word_of(const struct route_table *table, const struct route *route)
{
    return is_wide(table) ? *(const uint64_t *)route : *(const uint32_t *)route;
}

static void set_word(const struct route_table *table, struct route *route, uint64_t word)
{
    if (is_wide(table))
        *(uint64_t *)route = word;
    else
        *(uint32_t *)route = (uint32_t)word;
}

static bool is_empty(const struct route_table *table, const struct route_shard *shard, uint32_t slot)
{
    return word_of(table, slot_at(table, shard, slot)) == 0;
}

/* Where a key stands within its shard: its word without a mark. */
static uint64_t rank_of(const struct route_table *table, uint64_t order)
{
    return order << SHARD_BITS >> (is_wide(table) ? 0 : 32);
}

static uint64_t rank_at(const struct route_table *table, const struct route_shard *shard, uint32_t slot)
{
    return word_of(table, slot_at(table, shard, slot)) & ~(uint64_t)MARK_MASK;
}

static uint32_t home_of(const struct route_table *table, uint64_t rank, uint32_t capacity)
{
    return (uint32_t)((is_wide(table) ? rank >> 32 : rank) * capacity >> 32);
}

static struct route_shard *shard_of(const struct route_table *table, uint64_t order)
{
    return &table->shards[order >> (64 - SHARD_BITS)];
}

/* Whether a route of the rank that KEY says is the one of KEY. */
static bool is_same(const struct route_table *table, const struct route *route, const struct route_key *key)
{
    if (!is_wide(table) || !table->has_attributes)
        return true;
    const struct ipv6_slot *slot = (const struct ipv6_slot *)route;
    return slot->rest == key->rest && slot->length == key->length;
}

/* The slot of KEY, or the one where it would have to stand. */
static bool find_slot(const struct route_table *table, const struct route_shard *shard, const struct route_key *key,
                      uint32_t *slot)
{
    uint64_t rank = rank_of(table, key->order);

    for (*slot = home_of(table, rank, shard->capacity); !is_empty(table, shard, *slot); ++*slot) {
        uint64_t here = rank_at(table, shard, *slot);
        if (here > rank)
            return false;
        if (here == rank && is_same(table, slot_at(table, shard, *slot), key))
            return true;
    }
    return false;
}

void route_table_prefetch(const struct route_table *table, const struct route_key *key)
{
    const struct route_shard *shard = table->shards ? shard_of(table, key->order) : NULL;

    if (shard && shard->slots)
        __builtin_prefetch(slot_at(table, shard, home_of(table, rank_of(table, key->order), shard->capacity)));
}

struct route *route_table_find(const struct route_table *table, const struct route_key *key)
{
    const struct route_shard *shard = table->shards ? shard_of(table, key->order) : NULL;
    uint32_t slot;

    if (!shard || !shard->slots || !find_slot(table, shard, key, &slot))
        return NULL;
    return slot_at(table, shard, slot);
}

/* Moves the routes, in their order, into CAPACITY fresh slots. False: out of memory, nothing changed. */
static bool resize(struct route_table *table, struct route_shard *shard, uint32_t capacity)
{
    size_t size = slot_size(table);
    struct route_shard wider = {calloc(1, shard_memory(table, capacity)), capacity, shard->count};
    uint32_t next = 0;

    if (!wider.slots)
        return false;
    for (uint32_t slot = 0; shard->slots && slot < slot_count(shard->capacity); slot++) {
        if (is_empty(table, shard, slot))
            continue;
        uint32_t home = home_of(table, rank_at(table, shard, slot), capacity);
        next = home > next ? home : next;
        if (next >= slot_count(capacity)) {
            free(wider.slots);
            return false;
        }
        memcpy(slot_at(table, &wider, next++), slot_at(table, shard, slot), size);
    }
    table->memory += shard_memory(table, capacity);
    if (shard->slots)
        table->memory -= shard_memory(table, shard->capacity);
    free(shard->slots);
    *shard = wider;
    return true;
}

/* Seven eighths full is the most. */
static bool make_room(struct route_table *table, struct route_shard *shard)
{
    uint32_t capacity = shard->capacity;

    if (!shard->slots)
        return resize(table, shard, CAPACITY_MIN);
    if (shard->count < capacity - capacity / 8)
        return true;
    return capacity <= UINT32_MAX / 4 && resize(table, shard, capacity + (capacity < 64 ? capacity : capacity / 4));
}

/* Opens the slot by moving what stands there, up to the next empty one, one further; false where there is none. */
static bool open_slot(struct route_table *table, struct route_shard *shard, uint32_t slot)
{
    uint32_t empty = slot;

    while (!is_empty(table, shard, empty))
        empty++;
    if (empty >= slot_count(shard->capacity))
        return false;
    memmove(slot_at(table, shard, slot + 1), slot_at(table, shard, slot), (empty - slot) * slot_size(table));
    return true;
}

static struct route_shard *shard_with_room(struct route_table *table, const struct route_key *key)
{
    if (!table->shards) {
        table->shards = calloc(ROUTE_SHARDS, sizeof *table->shards);
        table->memory = table->shards ? ROUTE_SHARDS * sizeof *table->shards : 0;
    }
    struct route_shard *shard = table->shards ? shard_of(table, key->order) : NULL;
    return shard && make_room(table, shard) ? shard : NULL;
}

/* Gives the table's own memory back with the last route. */
static void settle(struct route_table *table)
{
    if (table->count == 0)
        route_table_clear(table);
}

struct route *route_table_add(struct route_table *table, const struct route_key *key, uint8_t mark)
{
    struct route_shard *shard = shard_with_room(table, key);
    uint32_t slot;

    if (!shard) {
        settle(table);
        return NULL;
    }
    find_slot(table, shard, key, &slot);
    if (!open_slot(table, shard, slot)) {
        /* So many at the very end are next to impossible with this order; twice the room parts them. */
        if (!resize(table, shard, shard->capacity * 2))
            return NULL;
        find_slot(table, shard, key, &slot);
        if (!open_slot(table, shard, slot))
            return NULL;
    }
    struct route *route = slot_at(table, shard, slot);
    if (is_wide(table) && table->has_attributes)
        *(struct ipv6_slot *)route = (struct ipv6_slot){.rest = key->rest, .length = key->length};
    set_word(table, route, rank_of(table, key->order) | mark);
    shard->count++;
    table->count++;
    table->marked[mark]++;
    return route;
}

/* Lets go of room that churn has left unused: what a walk has to look through stays in proportion to what it finds. */
static void give_back(struct route_table *table, struct route_shard *shard)
{
    if (shard->count == 0) {
        table->memory -= shard_memory(table, shard->capacity);
        free(shard->slots);
        *shard = (struct route_shard){0};
        settle(table);
        return;
    }
    while (shard->capacity > CAPACITY_MIN && shard->count < shard->capacity / 4 &&
           resize(table, shard, shard->capacity / 2))
        continue;
}

void route_table_remove(struct route_table *table, const struct route_key *key, struct route *route)
{
    struct route_shard *shard = shard_of(table, key->order);
    uint32_t slot = (uint32_t)((size_t)((uint8_t *)route - shard->slots) / slot_size(table)), end = slot + 1;

    table->marked[route_mark(table, route)]--;
    while (!is_empty(table, shard, end) && home_of(table, rank_at(table, shard, end), shard->capacity) < end)
        end++;
    memmove(route, slot_at(table, shard, slot + 1), (end - slot - 1) * slot_size(table));
    set_word(table, slot_at(table, shard, end - 1), 0);
    shard->count--;
    table->count--;
    give_back(table, shard);
}

uint8_t route_mark(const struct route_table *table, const struct route *route)
{
    return word_of(table, route) & MARK_MASK;
}

void route_set_mark(struct route_table *table, struct route *route, uint8_t mark)
{
    table->marked[route_mark(table, route)]--;
    table->marked[mark]++;
    set_word(table, route, (word_of(table, route) & ~(uint64_t)MARK_MASK) | mark);
}

uint32_t *route_attributes(const struct route_table *table, struct route *route)
{
    return is_wide(table) ? &((struct ipv6_slot *)route)->attributes : &((struct ipv4_slot *)route)->attributes;
}

static struct route_key key_at(const struct route_table *table, size_t number, const struct route *route)
{
    uint64_t rank = word_of(table, route) & ~(uint64_t)MARK_MASK;
    struct route_key key = {.order = (uint64_t)number << (64 - SHARD_BITS) |
                                     rank << (is_wide(table) ? 0 : 32) >> SHARD_BITS};

    if (is_wide(table) && table->has_attributes) {
        key.rest = ((const struct ipv6_slot *)route)->rest;
        key.length = ((const struct ipv6_slot *)route)->length;
    }
    return key;
}

/* The first route of the shard whose rank is at least RANK. */
static struct route *next_in_shard(const struct route_table *table, const struct route_shard *shard, uint64_t rank)
{
    for (uint32_t slot = home_of(table, rank, shard->capacity); slot < slot_count(shard->capacity); slot++) {
        if (!is_empty(table, shard, slot) && rank_at(table, shard, slot) >= rank)
            return slot_at(table, shard, slot);
    }
    return NULL;
}

struct route *route_table_next(const struct route_table *table, uint64_t order, struct route_key *key)
{
    uint64_t rank = rank_of(table, order);

    for (size_t i = order >> (64 - SHARD_BITS); table->shards && i < ROUTE_SHARDS; i++, rank = 0) {
        const struct route_shard *shard = &table->shards[i];
        struct route *route = shard->slots ? next_in_shard(table, shard, rank) : NULL;
        if (route) {
            *key = key_at(table, i, route);
            return route;
        }
    }
    return NULL;
}

/* Moves what stays towards its home, in one pass. */
static size_t sweep_slots(struct route_table *table, struct route_shard *shard, unsigned marks,
                          void (*dropped)(uint32_t attributes, void *user), void *user)
{
    uint32_t next = 0;
    size_t swept = 0;

    for (uint32_t slot = 0; slot < slot_count(shard->capacity); slot++) {
        struct route *route = slot_at(table, shard, slot);
        if (is_empty(table, shard, slot))
            continue;
        uint8_t mark = route_mark(table, route);
        if (marks & 1u << mark) {
            if (dropped)
                dropped(*route_attributes(table, route), user);
            set_word(table, route, 0);
            table->marked[mark]--;
            swept++;
            continue;
        }
        uint32_t home = home_of(table, rank_at(table, shard, slot), shard->capacity);
        next = home > next ? home : next;
        if (next != slot) {
            memcpy(slot_at(table, shard, next), route, slot_size(table));
            set_word(table, route, 0);
        }
        next++;
    }
    return swept;
}

size_t route_table_sweep(struct route_table *table, unsigned number, unsigned marks,
                         void (*dropped)(uint32_t attributes, void *user), void *user)
{
    struct route_shard *shard = table->shards ? &table->shards[number] : NULL;

    if (!shard || !shard->slots)
        return 0;
    size_t looked_at = shard->count, swept = sweep_slots(table, shard, marks, dropped, user);
    shard->count -= (uint32_t)swept;
    table->count -= swept;
    give_back(table, shard);
    return looked_at;
}
