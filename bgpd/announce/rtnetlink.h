/* What is said to rtnetlink: questions for a whole inventory, answered in turns of the loop or at once, and changes of
 * one address. */
#ifndef VIPGATE_BGPD_ANNOUNCE_RTNETLINK_H
#define VIPGATE_BGPD_ANNOUNCE_RTNETLINK_H

#include "bgpd/announce/inventory.h"

enum { RTNETLINK_PART_SIZE = 32 * 1024 }; /* what the kernel fills at most in one datagram */

/* A socket that does not block, with the news of GROUPS (RTMGRP_…; 0: none); NULL with the reason in ERROR. */
struct mnl_socket *rtnetlink_open(unsigned groups, char *error, size_t size);

struct dump {
    struct mnl_socket *socket;
    struct inventory_dump answer;
};

/* Asks, whatever was asked before: MORE, or FAILED. */
enum dump_progress dump_begin(struct dump *dump);

/* Reads what has arrived of the answer, as much as fits into one turn of the loop. */
enum dump_progress dump_read(struct dump *dump);

/* Asks, and waits for all of it. */
enum dump_progress dump_wait(struct dump *dump);

/* Adds PREFIX to the interface of this index with vipgate's mark, and with LABEL where that is not empty; removes it.
 * The kernel does it while it is told. 0, or its negative errno. */
int rtnetlink_add(struct mnl_socket *socket, unsigned sequence, const struct prefix *prefix, unsigned interface,
                  const char *label);
int rtnetlink_remove(struct mnl_socket *socket, unsigned sequence, const struct prefix *prefix, unsigned interface);

#endif
