/*
 * What is to be looked at: that which something happened to, and that whose time has come. What it costs follows from
 * their number, not from how many there are. Pure.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_AGENDA_H
#define VIPGATE_BGPD_ANNOUNCE_AGENDA_H

#include <bsd/sys/tree.h>
#include <stddef.h>
#include <stdint.h>

#define AGENDA_NEVER UINT64_MAX

enum agenda_rank { AGENDA_NONE, AGENDA_MARKED, AGENDA_WAITING, AGENDA_TIMED };

/* A member of what is to be looked at. Zero-initialised: on no agenda. */
struct agenda_item {
    RB_ENTRY(agenda_item) by_rank; /* then by time, then as they came */
    enum agenda_rank rank;
    uint64_t due_ms; /* 0 but for AGENDA_TIMED */
    uint64_t order;
};

RB_HEAD(agenda_tree, agenda_item);

/* Zero-initialised: empty. */
struct agenda {
    struct agenda_tree items;
    uint64_t next_order;
};

/* It is to be looked at next. */
void agenda_mark(struct agenda *agenda, struct agenda_item *item);

/* It waits for its turn behind others. */
void agenda_wait(struct agenda *agenda, struct agenda_item *item);

/* It is to be looked at when DUE_MS has come; AGENDA_NEVER: not for the time's sake. Changes nothing where it is marked
 * or waits. */
void agenda_set_due(struct agenda *agenda, struct agenda_item *item, uint64_t due_ms);

/* Takes the next one: of those that were marked or are due, then, while there are *TURNS, of those that wait. NULL:
 * that was all. It is on no agenda then. */
struct agenda_item *agenda_take(struct agenda *agenda, uint64_t now_ms, unsigned *turns);

/* Takes ITEM off. */
void agenda_forget(struct agenda *agenda, struct agenda_item *item);

/* When there is something to take: 0, or a time; AGENDA_NEVER. */
uint64_t agenda_next_ms(const struct agenda *agenda);

#endif
