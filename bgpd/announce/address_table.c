#include "bgpd/announce/address_table.h"

#include <stdlib.h>
#include <string.h>

static int compare_address(const struct prefix *a, const struct prefix *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->octets, b->octets, sizeof a->octets);
}

static int compare(const struct interface_address *entry, const struct prefix *prefix, unsigned interface)
{
    int order = compare_address(&entry->prefix, prefix);

    if (order)
        return order;
    if (entry->prefix.length != prefix->length)
        return entry->prefix.length < prefix->length ? -1 : 1;
    return entry->interface < interface ? -1 : entry->interface > interface;
}

/* The first entry that is not before the one asked for. */
static size_t position_of(const struct address_table *table, const struct prefix *prefix, unsigned interface)
{
    size_t low = 0, high = table->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&table->entries[middle], prefix, interface) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void address_table_clear(struct address_table *table)
{
    free(table->entries);
    *table = (struct address_table){0};
}

static bool grow(struct address_table *table)
{
    if (table->count < table->capacity)
        return true;
    size_t capacity = table->capacity ? table->capacity * 2 : 16;
    struct interface_address *entries = reallocarray(table->entries, capacity, sizeof *entries);
    if (!entries)
        return false;
    table->entries = entries;
    table->capacity = capacity;
    return true;
}

bool address_table_add(struct address_table *table, const struct interface_address *address)
{
    size_t position = position_of(table, &address->prefix, address->interface);
    struct interface_address *entry;

    if (!address_table_find(table, &address->prefix, address->interface)) {
        if (!grow(table))
            return false;
        entry = &table->entries[position];
        memmove(entry + 1, entry, (table->count - position) * sizeof *entry);
        table->count++;
    }
    table->entries[position] = *address;
    return true;
}

void address_table_remove(struct address_table *table, const struct prefix *prefix, unsigned interface)
{
    size_t position = position_of(table, prefix, interface);

    if (!address_table_find(table, prefix, interface))
        return;
    table->count--;
    memmove(&table->entries[position], &table->entries[position + 1],
            (table->count - position) * sizeof *table->entries);
}

const struct interface_address *address_table_find(const struct address_table *table, const struct prefix *prefix,
                                                   unsigned interface)
{
    size_t position = position_of(table, prefix, interface);

    if (position == table->count || compare(&table->entries[position], prefix, interface) != 0)
        return NULL;
    return &table->entries[position];
}

bool address_table_has(const struct address_table *table, const struct prefix *prefix)
{
    struct prefix shortest = *prefix;

    shortest.length = 0;
    size_t position = position_of(table, &shortest, 0);
    return position < table->count && compare_address(&table->entries[position].prefix, prefix) == 0;
}
