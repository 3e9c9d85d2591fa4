#include "bgpd/announce/address_table.h"

#include <stdlib.h>
#include <string.h>

static int compare_addresses(const struct prefix *a, const struct prefix *b)
{
    return a->family != b->family ? a->family - b->family : memcmp(a->octets, b->octets, sizeof a->octets);
}

static int compare(const struct interface_address *a, const struct interface_address *b)
{
    int order = compare_addresses(&a->prefix, &b->prefix);

    if (order == 0)
        order = a->prefix.length - b->prefix.length;
    return order ? order : (a->interface > b->interface) - (a->interface < b->interface);
}

RB_GENERATE_INTERNAL(address_tree, interface_address, entry, compare, __attribute__((unused)) static)

static struct interface_address *find(const struct address_table *table, const struct prefix *prefix,
                                      unsigned interface)
{
    struct interface_address wanted = {.prefix = *prefix, .interface = interface};

    return RB_FIND(address_tree, (struct address_tree *)&table->tree, &wanted);
}

void address_table_clear(struct address_table *table)
{
    struct interface_address *address, *next;

    RB_FOREACH_SAFE(address, address_tree, &table->tree, next)
    {
        RB_REMOVE(address_tree, &table->tree, address);
        free(address);
    }
}

bool address_table_add(struct address_table *table, const struct interface_address *address)
{
    struct interface_address *known = find(table, &address->prefix, address->interface);

    if (!known) {
        known = malloc(sizeof *known);
        if (!known)
            return false;
        *known = *address;
        RB_INSERT(address_tree, &table->tree, known);
    }
    known->ours = address->ours;
    return true;
}

void address_table_remove(struct address_table *table, const struct prefix *prefix, unsigned interface)
{
    struct interface_address *known = find(table, prefix, interface);

    if (known)
        RB_REMOVE(address_tree, &table->tree, known);
    free(known);
}

const struct interface_address *address_table_find(const struct address_table *table, const struct prefix *prefix,
                                                   unsigned interface)
{
    return find(table, prefix, interface);
}

bool address_table_has(const struct address_table *table, const struct prefix *prefix)
{
    struct interface_address first = {.prefix = *prefix};

    first.prefix.length = 0;
    const struct interface_address *found = RB_NFIND(address_tree, (struct address_tree *)&table->tree, &first);
    return found && compare_addresses(&found->prefix, prefix) == 0;
}

const struct interface_address *address_table_next(const struct address_table *table,
                                                   const struct interface_address *previous)
{
    if (previous)
        return RB_NEXT(address_tree, &table->tree, (struct interface_address *)previous);
    return RB_MIN(address_tree, (struct address_tree *)&table->tree);
}
