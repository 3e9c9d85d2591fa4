/* Asks rtnetlink for a whole inventory, and reads the answer: in turns of the loop, or at once. */
#ifndef VIPGATE_BGPD_ANNOUNCE_DUMP_H
#define VIPGATE_BGPD_ANNOUNCE_DUMP_H

#include "bgpd/announce/inventory.h"

struct dump {
    struct mnl_socket *socket;
    struct inventory_dump answer;
    unsigned sequence;
};

/* Asks, whatever was asked before: MORE, or FAILED. */
enum dump_progress dump_begin(struct dump *dump);

/* Reads what has arrived of the answer, as much as fits into one turn of the loop. */
enum dump_progress dump_read(struct dump *dump);

/* Asks, and waits for all of it. */
enum dump_progress dump_wait(struct dump *dump);

#endif
