#include "bgpd/rib/rib_in.h"

#include "bgpd/rib/attribute_store.h"
#include "bgpd/rib/route_table.h"

#include <stdlib.h>

struct rib_in {
    struct attribute_store store;
    struct route_table tables[2]; /* IPv4, IPv6 */
};

enum { TABLES = 2 };

struct rib_in *rib_in_new(void)
{
    struct rib_in *rib = malloc(sizeof *rib);

    if (!rib)
        return NULL;
    attribute_store_init(&rib->store);
    route_table_init(&rib->tables[0], FAMILY_IPV4);
    route_table_init(&rib->tables[1], FAMILY_IPV6);
    return rib;
}

void rib_in_clear(struct rib_in *rib)
{
    for (int i = 0; i < TABLES; i++)
        route_table_clear(&rib->tables[i]);
    attribute_store_clear(&rib->store);
}

void rib_in_free(struct rib_in *rib)
{
    if (!rib)
        return;
    rib_in_clear(rib);
    free(rib);
}

static struct route_table *table_of(const struct rib_in *rib, uint8_t family)
{
    return (struct route_table *)&rib->tables[family == FAMILY_IPV6];
}

size_t rib_in_memory(const struct rib_in *rib)
{
    return sizeof *rib + rib->store.memory + rib->tables[0].memory + rib->tables[1].memory;
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

bool rib_in_set(struct rib_in *rib, const struct prefix *prefix, uint32_t attributes)
{
    struct route_table *table = table_of(rib, prefix->family);
    struct route_entry *entry = route_table_find(table, prefix);
    uint32_t previous = 0;

    if (attributes == 0)
        return false;
    if (entry)
        previous = entry->attributes;
    else if (rib_in_memory(rib) <= RIB_IN_MEMORY_MAX)
        entry = route_table_add(table, prefix);
    if (!entry)
        return false;
    attribute_store_ref(&rib->store, attributes);
    entry->attributes = attributes;
    entry->stale = false;
    if (previous != 0)
        attribute_store_unref(&rib->store, previous);
    return true;
}

bool rib_in_withdraw(struct rib_in *rib, const struct prefix *prefix)
{
    struct route_table *table = table_of(rib, prefix->family);
    struct route_entry *entry = route_table_find(table, prefix);

    if (!entry)
        return false;
    attribute_store_unref(&rib->store, entry->attributes);
    route_table_remove(table, entry);
    return true;
}

void rib_in_mark_stale(struct rib_in *rib, uint8_t family)
{
    route_table_mark_stale(table_of(rib, family));
}

static void drop(uint32_t attributes, void *user)
{
    attribute_store_unref(user, attributes);
}

size_t rib_in_sweep_stale(struct rib_in *rib, uint8_t family)
{
    return route_table_sweep_stale(table_of(rib, family), drop, &rib->store);
}

size_t rib_in_count(const struct rib_in *rib, uint8_t family)
{
    if (family == FAMILY_NONE)
        return rib->tables[0].count + rib->tables[1].count;
    return table_of(rib, family)->count;
}

static void fill(const struct rib_in *rib, const struct route_table *table, const struct route_entry *entry,
                 struct rib_in_route *route)
{
    route->prefix = route_entry_prefix(table, entry);
    route->attributes = attribute_store_octets(&rib->store, entry->attributes, &route->attributes_size);
    route->stale = entry->stale;
}

bool rib_in_find(const struct rib_in *rib, const struct prefix *prefix, struct rib_in_route *route)
{
    const struct route_table *table = table_of(rib, prefix->family);
    const struct route_entry *entry = route_table_find(table, prefix);

    if (!entry)
        return false;
    fill(rib, table, entry, route);
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

/* The first bit of the cursor says which table, the others are that table's. */
bool rib_in_walk(const struct rib_in *rib, uint64_t *cursor, struct rib_in_route *route)
{
    for (uint64_t i = *cursor / ROUTE_CURSOR_END; i < TABLES; i++) {
        uint64_t within = *cursor % ROUTE_CURSOR_END;
        const struct route_entry *entry = route_table_walk(&rib->tables[i], &within);
        if (entry) {
            *cursor = i * ROUTE_CURSOR_END + within;
            fill(rib, &rib->tables[i], entry, route);
            return true;
        }
        *cursor = ROUTE_CURSOR_END;
    }
    *cursor = UINT64_MAX;
    return false;
}
