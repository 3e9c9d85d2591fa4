#include "bgpd/rib/rib_in.h"

#include "bgpd/rib/attribute_store.h"
#include "bgpd/rib/route_table.h"

#include <stdlib.h>

/* A route's mark is its generation, 1 to 7, and whether it is a loop. A set of marks has a bit for each. */
enum { GENERATION = 7, LOOPED = 8, COUNTED_MARKS = 0x00fe, LOOPED_MARKS = 0xfe00, ALL_MARKS = 0xfefe, BATCH = 16 };

struct family_routes {
    struct route_table kept, counted;
    uint8_t current;     /* the generation of what is set now; routes of others are stale */
    unsigned dropped;    /* set of generations whose routes are gone, and wait for rib_in_clean */
    unsigned next_shard; /* to be cleaned */
};

struct rib_in {
    struct hash_key secret;
    struct attribute_store store;
    struct family_routes families[2]; /* IPv4, IPv6 */
};

enum { FAMILIES = 2 };

struct rib_in *rib_in_new(void)
{
    struct rib_in *rib = calloc(1, sizeof *rib);

    if (!rib)
        return NULL;
    rib->secret = hash_key_new();
    attribute_store_init(&rib->store);
    for (uint8_t i = 0; i < FAMILIES; i++)
        rib->families[i] = (struct family_routes){.kept = route_table_of(FAMILY_IPV4 + i, true),
                                                  .counted = route_table_of(FAMILY_IPV4 + i, false),
                                                  .current = 1};
    return rib;
}

void rib_in_free(struct rib_in *rib)
{
    if (!rib)
        return;
    for (int i = 0; i < FAMILIES; i++) {
        route_table_clear(&rib->families[i].kept);
        route_table_clear(&rib->families[i].counted);
    }
    attribute_store_clear(&rib->store);
    free(rib);
}

static struct family_routes *routes_of(const struct rib_in *rib, uint8_t family)
{
    return (struct family_routes *)&rib->families[family == FAMILY_IPV6];
}

size_t rib_in_memory(const struct rib_in *rib)
{
    size_t memory = sizeof *rib + rib->store.memory;

    for (int i = 0; i < FAMILIES; i++)
        memory += rib->families[i].kept.memory + rib->families[i].counted.memory;
    return memory;
}

uint32_t rib_in_attributes(struct rib_in *rib, const uint8_t *octets, size_t size)
{
    if (rib_in_memory(rib) + size > RIB_IN_MEMORY_MAX)
        return 0;
    return attribute_store_intern(&rib->store, octets, size);
}

void rib_in_attributes_done(struct rib_in *rib, uint32_t attributes)
{
    if (attributes != 0)
        attribute_store_unref(&rib->store, attributes);
}

/* ---- one route ------------------------------------------------------------------------------------------------- */

static bool keep(struct rib_in *rib, struct family_routes *routes, const struct route_key *key, struct route *kept,
                 uint32_t attributes)
{
    if (!kept && rib_in_memory(rib) <= RIB_IN_MEMORY_MAX) {
        kept = route_table_add(&routes->kept, key, routes->current);
        if (kept)
            *route_attributes(&routes->kept, kept) = 0;
    }
    if (!kept)
        return false;
    uint32_t *place = route_attributes(&routes->kept, kept), previous = *place;
    attribute_store_ref(&rib->store, attributes);
    *place = attributes;
    rib_in_attributes_done(rib, previous);
    route_set_mark(&routes->kept, kept, routes->current);
    return true;
}

static void drop_kept(struct rib_in *rib, struct family_routes *routes, const struct route_key *key, struct route *kept)
{
    attribute_store_unref(&rib->store, *route_attributes(&routes->kept, kept));
    route_table_remove(&routes->kept, key, kept);
}

static void drop_counted(struct family_routes *routes, const struct route_key *key)
{
    struct route *counted = route_table_find(&routes->counted, key);

    if (counted)
        route_table_remove(&routes->counted, key, counted);
}

static void count(struct rib_in *rib, struct family_routes *routes, const struct route_key *key, uint8_t mark)
{
    struct route *counted = route_table_find(&routes->counted, key);

    if (counted)
        route_set_mark(&routes->counted, counted, mark);
    else if (rib->families[0].counted.count + rib->families[1].counted.count < RIB_IN_COUNTED_MAX)
        route_table_add(&routes->counted, key, mark);
}

static void set(struct rib_in *rib, struct family_routes *routes, const struct route_key *key, enum rib_in_state state,
                uint32_t attributes)
{
    struct route *kept = route_table_find(&routes->kept, key);

    if (state == ROUTE_KEPT && attributes != 0 && keep(rib, routes, key, kept, attributes)) {
        drop_counted(routes, key);
        return;
    }
    if (kept)
        drop_kept(rib, routes, key, kept);
    count(rib, routes, key, routes->current | (state == ROUTE_LOOPED ? LOOPED : 0));
}

static void withdraw(struct rib_in *rib, struct family_routes *routes, const struct route_key *key)
{
    struct route *kept = route_table_find(&routes->kept, key);

    if (kept)
        drop_kept(rib, routes, key, kept);
    else
        drop_counted(routes, key);
}

/* ---- many routes ------------------------------------------------------------------------------------------------- */

/* The keys of the next routes, at most BATCH; what stands in the tables for them is on its way from memory. */
static size_t next_keys(const struct rib_in *rib, const struct family_routes *routes, const struct prefix *prefixes,
                        size_t count, struct route_key keys[static BATCH])
{
    count = count < BATCH ? count : BATCH;
    for (size_t i = 0; i < count; i++) {
        keys[i] = route_key_of(&rib->secret, &prefixes[i]);
        route_table_prefetch(&routes->kept, &keys[i]);
        route_table_prefetch(&routes->counted, &keys[i]);
    }
    return count;
}

/* The same for the attributes of those that are kept. */
static void prefetch_attributes(const struct rib_in *rib, const struct family_routes *routes,
                                const struct route_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct route *kept = route_table_find(&routes->kept, &keys[i]);
        if (kept)
            attribute_store_prefetch(&rib->store, *route_attributes(&routes->kept, kept));
    }
}

void rib_in_set(struct rib_in *rib, const struct prefix *prefixes, size_t count, enum rib_in_state state,
                uint32_t attributes)
{
    struct family_routes *routes = routes_of(rib, prefixes->family);
    struct route_key keys[BATCH];

    for (size_t done = 0, batch; done < count; done += batch) {
        batch = next_keys(rib, routes, prefixes + done, count - done, keys);
        for (size_t i = 0; i < batch; i++)
            set(rib, routes, &keys[i], state, attributes);
    }
}

void rib_in_withdraw(struct rib_in *rib, const struct prefix *prefixes, size_t count)
{
    struct family_routes *routes = routes_of(rib, prefixes->family);
    struct route_key keys[BATCH];

    for (size_t done = 0, batch; done < count; done += batch) {
        batch = next_keys(rib, routes, prefixes + done, count - done, keys);
        prefetch_attributes(rib, routes, keys, batch);
        for (size_t i = 0; i < batch; i++)
            withdraw(rib, routes, &keys[i]);
    }
}

void rib_in_narrow(struct rib_in *rib, const struct prefix *prefix)
{
    struct family_routes *routes = routes_of(rib, prefix->family);
    struct route_key key = route_key_of(&rib->secret, prefix);
    struct route *kept = route_table_find(&routes->kept, &key);

    if (!kept)
        return;
    uint8_t mark = route_mark(&routes->kept, kept);
    drop_kept(rib, routes, &key, kept);
    count(rib, routes, &key, mark);
}

/* ---- generations ------------------------------------------------------------------------------------------------- */

static size_t routes_in(const struct family_routes *routes, unsigned generation)
{
    return routes->kept.marked[generation] + routes->counted.marked[generation] +
           routes->counted.marked[generation | LOOPED];
}

/* A generation that no route has; 0: there is none. */
static uint8_t unused_generation(const struct family_routes *routes)
{
    for (uint8_t generation = GENERATION; generation > 0; generation--) {
        if (routes_in(routes, generation) == 0)
            return generation;
    }
    return 0;
}

/* Begins a generation, unless what is current has no route yet. */
static bool begin_generation(struct family_routes *routes)
{
    if (routes_in(routes, routes->current) == 0)
        return true;
    uint8_t next = unused_generation(routes);
    if (next == 0)
        return false;
    routes->current = next;
    routes->dropped &= ~(1u << next);
    return true;
}

bool rib_in_mark_stale(struct rib_in *rib, uint8_t family)
{
    return begin_generation(routes_of(rib, family));
}

size_t rib_in_sweep_stale(struct rib_in *rib, uint8_t family)
{
    struct family_routes *routes = routes_of(rib, family);
    size_t swept = 0;

    for (unsigned generation = 1; generation <= GENERATION; generation++) {
        if (generation == routes->current || routes->dropped & 1u << generation || routes_in(routes, generation) == 0)
            continue;
        swept += routes_in(routes, generation);
        routes->dropped |= 1u << generation;
    }
    routes->next_shard = 0;
    return swept;
}

static void drop_attributes(uint32_t attributes, void *user)
{
    attribute_store_unref(user, attributes);
}

/* Cleans the next shard, and forgets the generations that have no route any more. */
static size_t clean_shard(struct rib_in *rib, struct family_routes *routes)
{
    unsigned marks = routes->dropped | routes->dropped << 8, number = routes->next_shard;
    size_t looked_at = 1 + route_table_sweep(&routes->kept, number, marks, drop_attributes, &rib->store) +
                       route_table_sweep(&routes->counted, number, marks, NULL, NULL);

    routes->next_shard = (number + 1) % ROUTE_SHARDS;
    for (unsigned generation = 1; generation <= GENERATION; generation++) {
        if (routes_in(routes, generation) == 0)
            routes->dropped &= ~(1u << generation);
    }
    return looked_at;
}

bool rib_in_clean(struct rib_in *rib, size_t limit)
{
    size_t looked_at = 0;

    for (int i = 0; i < FAMILIES; i++) {
        while (rib->families[i].dropped) {
            if (looked_at >= limit)
                return false;
            looked_at += clean_shard(rib, &rib->families[i]);
        }
    }
    return true;
}

void rib_in_clear(struct rib_in *rib)
{
    for (uint8_t family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        rib_in_sweep_stale(rib, family);
        if (!rib_in_mark_stale(rib, family)) {
            rib_in_clean(rib, SIZE_MAX);
            rib_in_mark_stale(rib, family);
        }
        rib_in_sweep_stale(rib, family);
    }
}

/* ---- counts, and what is kept --------------------------------------------------------------------------------------
 */

static size_t count_marks(const struct family_routes *routes, const struct route_table *table, unsigned marks)
{
    size_t count = 0;

    marks &= ~(routes->dropped | routes->dropped << 8);
    for (unsigned mark = 1; mark < ROUTE_MARKS; mark++)
        count += marks & 1u << mark ? table->marked[mark] : 0;
    return count;
}

size_t rib_in_count(const struct rib_in *rib, uint8_t family)
{
    if (family == FAMILY_NONE)
        return rib_in_count(rib, FAMILY_IPV4) + rib_in_count(rib, FAMILY_IPV6);
    const struct family_routes *routes = routes_of(rib, family);
    return count_marks(routes, &routes->kept, ALL_MARKS);
}

static size_t count_not_kept(const struct rib_in *rib, unsigned marks)
{
    size_t count = 0;

    for (int i = 0; i < FAMILIES; i++)
        count += count_marks(&rib->families[i], &rib->families[i].counted, marks);
    return count;
}

size_t rib_in_counted(const struct rib_in *rib)
{
    return count_not_kept(rib, COUNTED_MARKS);
}

size_t rib_in_looped(const struct rib_in *rib)
{
    return count_not_kept(rib, LOOPED_MARKS);
}

size_t rib_in_received(const struct rib_in *rib)
{
    return rib_in_count(rib, FAMILY_NONE) + count_not_kept(rib, ALL_MARKS);
}

/* False where it was dropped. */
static bool fill(const struct rib_in *rib, const struct family_routes *routes, struct route *kept,
                 struct rib_in_route *route)
{
    uint8_t mark = route_mark(&routes->kept, kept);

    if (routes->dropped & 1u << mark)
        return false;
    route->attributes =
        attribute_store_octets(&rib->store, *route_attributes(&routes->kept, kept), &route->attributes_size);
    route->stale = mark != routes->current;
    return true;
}

bool rib_in_find(const struct rib_in *rib, const struct prefix *prefix, struct rib_in_route *route)
{
    const struct family_routes *routes = routes_of(rib, prefix->family);
    struct route_key key = route_key_of(&rib->secret, prefix);
    struct route *kept = route_table_find(&routes->kept, &key);

    if (!kept || !fill(rib, routes, kept, route))
        return false;
    route->prefix = *prefix;
    return true;
}

bool rib_in_longest(const struct rib_in *rib, const struct prefix *host, struct rib_in_route *route)
{
    struct prefix prefix = *host;

    while (!rib_in_find(rib, &prefix, route)) {
        if (prefix.length == 0)
            return false;
        prefix.length--;
        prefix.octets[prefix.length / 8] &= (uint8_t) ~(0x80u >> prefix.length % 8);
    }
    return true;
}

/* The first bit of the cursor is the family, the others are those of the order that the next route at least has. */
bool rib_in_walk(const struct rib_in *rib, uint64_t *cursor, struct rib_in_route *route)
{
    while (*cursor != RIB_IN_WALK_END) {
        uint64_t second = *cursor >> 63;
        const struct family_routes *routes = &rib->families[second];
        struct route_key key;
        struct route *kept = route_table_next(&routes->kept, *cursor << 1, &key);
        if (!kept) {
            *cursor = second ? RIB_IN_WALK_END : UINT64_C(1) << 63;
            continue;
        }
        *cursor = (second << 63 | key.order >> 1) + (second ? 1 : ROUTE_KEY_IPV4_STEP / 2);
        if (!fill(rib, routes, kept, route))
            continue;
        route->prefix = route_key_prefix(&rib->secret, routes->kept.family, &key);
        return true;
    }
    return false;
}
