#include "bgpd/announce/agenda.h"

static int compare(const struct agenda_item *a, const struct agenda_item *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

RB_GENERATE_INTERNAL(agenda_tree, agenda_item, by_rank, compare, __attribute__((unused)) static)

void agenda_forget(struct agenda *agenda, struct agenda_item *item)
{
    if (item->rank != AGENDA_NONE)
        RB_REMOVE(agenda_tree, &agenda->items, item);
    item->rank = AGENDA_NONE;
}

static void put(struct agenda *agenda, struct agenda_item *item, enum agenda_rank rank, uint64_t due_ms)
{
    agenda_forget(agenda, item);
    item->rank = rank;
    item->due_ms = due_ms;
    item->order = agenda->next_order++;
    RB_INSERT(agenda_tree, &agenda->items, item);
}

void agenda_mark(struct agenda *agenda, struct agenda_item *item)
{
    if (item->rank != AGENDA_MARKED)
        put(agenda, item, AGENDA_MARKED, 0);
}

void agenda_wait(struct agenda *agenda, struct agenda_item *item)
{
    if (item->rank != AGENDA_MARKED && item->rank != AGENDA_WAITING)
        put(agenda, item, AGENDA_WAITING, 0);
}

void agenda_set_due(struct agenda *agenda, struct agenda_item *item, uint64_t due_ms)
{
    if (item->rank == AGENDA_MARKED || item->rank == AGENDA_WAITING)
        return;
    if (due_ms == AGENDA_NEVER)
        agenda_forget(agenda, item);
    else
        put(agenda, item, AGENDA_TIMED, due_ms);
}

struct agenda_item *agenda_take(struct agenda *agenda, uint64_t now_ms, unsigned *turns)
{
    struct agenda_item *item = RB_MIN(agenda_tree, &agenda->items);

    if (item && item->rank == AGENDA_WAITING) {
        struct agenda_item first = {.rank = AGENDA_TIMED}, *timed = RB_NFIND(agenda_tree, &agenda->items, &first);
        if (timed && timed->due_ms <= now_ms)
            item = timed;
        else if (*turns > 0)
            --*turns;
        else
            return NULL;
    }
    if (!item || item->due_ms > now_ms)
        return NULL;
    agenda_forget(agenda, item);
    return item;
}

uint64_t agenda_next_ms(const struct agenda *agenda)
{
    const struct agenda_item *first = RB_MIN(agenda_tree, (struct agenda_tree *)&agenda->items);

    return first ? first->due_ms : AGENDA_NEVER;
}
