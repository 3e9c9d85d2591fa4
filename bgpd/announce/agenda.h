/*
 * Which VIPs are to be looked at: those that something happened to, and those whose time has come. What it costs
 * follows from their number, not from how many VIPs there are. Pure.
 */
#ifndef VIPGATE_BGPD_ANNOUNCE_AGENDA_H
#define VIPGATE_BGPD_ANNOUNCE_AGENDA_H

#include <bsd/sys/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define AGENDA_NEVER UINT64_MAX

enum agenda_queue { AGENDA_NONE, AGENDA_MARKED, AGENDA_WAITING };

/* What the agenda notes of one VIP, which has it as a member. Zero-initialised: on no agenda. */
struct agenda_item {
    TAILQ_ENTRY(agenda_item) next;
    RB_ENTRY(agenda_item) by_time;
    uint64_t due_ms;
    enum agenda_queue queue;
    bool timed;
};

TAILQ_HEAD(agenda_list, agenda_item);
RB_HEAD(agenda_tree, agenda_item);

struct agenda {
    struct agenda_list marked, waiting;
    struct agenda_tree timed;
};

void agenda_init(struct agenda *agenda);

/* It is to be looked at next. */
void agenda_mark(struct agenda *agenda, struct agenda_item *item);

/* It waits for its turn behind others. */
void agenda_wait(struct agenda *agenda, struct agenda_item *item);

/* It is to be looked at when DUE_MS has come; AGENDA_NEVER: not for the time's sake. */
void agenda_set_due(struct agenda *agenda, struct agenda_item *item, uint64_t due_ms);

/* Takes the next one: of those that were marked or are due, then, while there are *TURNS, of those that wait. NULL:
 * that was all. It is on no agenda then. */
struct agenda_item *agenda_take(struct agenda *agenda, uint64_t now_ms, unsigned *turns);

/* Takes ITEM off. */
void agenda_forget(struct agenda *agenda, struct agenda_item *item);

/* When there is something to take: 0, or a time; AGENDA_NEVER. */
uint64_t agenda_next_ms(const struct agenda *agenda);

#endif
