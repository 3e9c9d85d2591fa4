/* The interfaces of this machine, as rtnetlink told. Pure. */
#ifndef VIPGATE_BGPD_ANNOUNCE_INTERFACE_TABLE_H
#define VIPGATE_BGPD_ANNOUNCE_INTERFACE_TABLE_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/queue.h>

struct interface {
    SLIST_ENTRY(interface) next; /* the table's */
    unsigned index;
    char name[IFNAMSIZ];
    bool is_up;
};

/* Zero-initialised: empty. */
SLIST_HEAD(interface_table, interface);

void interface_table_clear(struct interface_table *table);

/* Adds, or replaces the one with the same index: interfaces are renamed. False when out of memory. */
bool interface_table_put(struct interface_table *table, const struct interface *interface);

/* Does nothing where it is not there. */
void interface_table_remove(struct interface_table *table, unsigned index);

/* The interface of this index, or NULL. Valid until it is removed. */
const struct interface *interface_table_at(const struct interface_table *table, unsigned index);

/* The interface called NAME, or NULL. Valid until it is removed. */
const struct interface *interface_table_find(const struct interface_table *table, const char *name);

#endif
