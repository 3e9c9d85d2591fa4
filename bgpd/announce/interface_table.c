#include "bgpd/announce/interface_table.h"

#include <stdlib.h>
#include <string.h>

void interface_table_clear(struct interface_table *table)
{
    free(table->entries);
    *table = (struct interface_table){0};
}

static struct interface *find_index(const struct interface_table *table, unsigned index)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->entries[i].index == index)
            return &table->entries[i];
    }
    return NULL;
}

static struct interface *append(struct interface_table *table)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? table->capacity * 2 : 8;
        struct interface *entries = reallocarray(table->entries, capacity, sizeof *entries);
        if (!entries)
            return NULL;
        table->entries = entries;
        table->capacity = capacity;
    }
    return &table->entries[table->count++];
}

bool interface_table_put(struct interface_table *table, const struct interface *interface)
{
    struct interface *entry = find_index(table, interface->index);

    if (!entry)
        entry = append(table);
    if (entry)
        *entry = *interface;
    return entry != NULL;
}

void interface_table_remove(struct interface_table *table, unsigned index)
{
    struct interface *entry = find_index(table, index);

    if (entry)
        *entry = table->entries[--table->count];
}

const struct interface *interface_table_at(const struct interface_table *table, unsigned index)
{
    return find_index(table, index);
}

const struct interface *interface_table_find(const struct interface_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->entries[i].name, name) == 0)
            return &table->entries[i];
    }
    return NULL;
}
