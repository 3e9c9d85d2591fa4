/* The addresses of this machine's interfaces, as rtnetlink told. Pure. */
#ifndef VIPGATE_BGPD_ANNOUNCE_ADDRESS_TABLE_H
#define VIPGATE_BGPD_ANNOUNCE_ADDRESS_TABLE_H

#include "lib/prefix.h"

#include <bsd/sys/tree.h>
#include <stdbool.h>
#include <stddef.h>

/* Unlike elsewhere, bits of PREFIX past its length may be set: 192.0.2.1/24 is the address 192.0.2.1. */
struct interface_address {
    RB_ENTRY(interface_address) entry; /* the table's */
    struct prefix prefix;
    unsigned interface; /* index */
    bool ours;          /* marked as added by vipgate */
};

RB_HEAD(address_tree, interface_address);

/* Zero-initialised: empty. */
struct address_table {
    struct address_tree tree; /* by family, octets, length, interface */
};

void address_table_clear(struct address_table *table);

/* Adds or replaces. False when out of memory. */
bool address_table_add(struct address_table *table, const struct interface_address *address);

/* Does nothing where it is not there. */
void address_table_remove(struct address_table *table, const struct prefix *prefix, unsigned interface);

/* This address, with this length, on this interface; NULL: it is not there. Valid until it is removed. */
const struct interface_address *address_table_find(const struct address_table *table, const struct prefix *prefix,
                                                   unsigned interface);

/* Whether the address is on any interface, with any length. */
bool address_table_has(const struct address_table *table, const struct prefix *prefix);

/* The first entry, and the one behind PREVIOUS, which may be removed when this has returned; NULL at the end. */
const struct interface_address *address_table_next(const struct address_table *table,
                                                   const struct interface_address *previous);

#endif
