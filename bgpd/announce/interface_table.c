#include "bgpd/announce/interface_table.h"

#include <stdlib.h>
#include <string.h>

void interface_table_clear(struct interface_table *table)
{
    while (!SLIST_EMPTY(table))
        interface_table_remove(table, SLIST_FIRST(table)->index);
}

bool interface_table_put(struct interface_table *table, const struct interface *interface)
{
    struct interface *known = (struct interface *)interface_table_at(table, interface->index);

    if (!known) {
        known = calloc(1, sizeof *known);
        if (!known)
            return false;
        SLIST_INSERT_HEAD(table, known, next);
    }
    known->index = interface->index;
    memcpy(known->name, interface->name, sizeof known->name);
    known->is_up = interface->is_up;
    return true;
}

void interface_table_remove(struct interface_table *table, unsigned index)
{
    struct interface *known = (struct interface *)interface_table_at(table, index);

    if (known)
        SLIST_REMOVE(table, known, interface, next);
    free(known);
}

const struct interface *interface_table_at(const struct interface_table *table, unsigned index)
{
    const struct interface *interface;

    SLIST_FOREACH(interface, table, next)
    {
        if (interface->index == index)
            return interface;
    }
    return NULL;
}

const struct interface *interface_table_find(const struct interface_table *table, const char *name)
{
    const struct interface *interface;

    SLIST_FOREACH(interface, table, next)
    {
        if (strcmp(interface->name, name) == 0)
            return interface;
    }
    return NULL;
}
