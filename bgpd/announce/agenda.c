#include "bgpd/announce/agenda.h"

static int compare_times(const struct agenda_item *a, const struct agenda_item *b)
{
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms ? -1 : 1;
    return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

RB_GENERATE_INTERNAL(agenda_tree, agenda_item, by_time, compare_times, __attribute__((unused)) static)

void agenda_init(struct agenda *agenda)
{
    TAILQ_INIT(&agenda->marked);
    TAILQ_INIT(&agenda->waiting);
    RB_INIT(&agenda->timed);
}

static void leave_queue(struct agenda *agenda, struct agenda_item *item)
{
    if (item->queue == AGENDA_MARKED)
        TAILQ_REMOVE(&agenda->marked, item, next);
    else if (item->queue == AGENDA_WAITING)
        TAILQ_REMOVE(&agenda->waiting, item, next);
    item->queue = AGENDA_NONE;
}

void agenda_mark(struct agenda *agenda, struct agenda_item *item)
{
    if (item->queue == AGENDA_MARKED)
        return;
    leave_queue(agenda, item);
    TAILQ_INSERT_TAIL(&agenda->marked, item, next);
    item->queue = AGENDA_MARKED;
}

void agenda_wait(struct agenda *agenda, struct agenda_item *item)
{
    if (item->queue != AGENDA_NONE)
        return;
    TAILQ_INSERT_TAIL(&agenda->waiting, item, next);
    item->queue = AGENDA_WAITING;
}

void agenda_set_due(struct agenda *agenda, struct agenda_item *item, uint64_t due_ms)
{
    if (item->timed)
        RB_REMOVE(agenda_tree, &agenda->timed, item);
    item->due_ms = due_ms;
    item->timed = due_ms != AGENDA_NEVER;
    if (item->timed)
        RB_INSERT(agenda_tree, &agenda->timed, item);
}

void agenda_forget(struct agenda *agenda, struct agenda_item *item)
{
    leave_queue(agenda, item);
    agenda_set_due(agenda, item, AGENDA_NEVER);
}

static struct agenda_item *first_due(struct agenda *agenda, uint64_t now_ms)
{
    struct agenda_item *item = RB_MIN(agenda_tree, &agenda->timed);

    return item && item->due_ms <= now_ms ? item : NULL;
}

struct agenda_item *agenda_take(struct agenda *agenda, uint64_t now_ms, unsigned *turns)
{
    struct agenda_item *item = TAILQ_FIRST(&agenda->marked);

    if (!item)
        item = first_due(agenda, now_ms);
    if (!item && *turns > 0 && (item = TAILQ_FIRST(&agenda->waiting)))
        --*turns;
    if (item)
        agenda_forget(agenda, item);
    return item;
}

uint64_t agenda_next_ms(const struct agenda *agenda)
{
    const struct agenda_item *first = RB_MIN(agenda_tree, (struct agenda_tree *)&agenda->timed);

    if (!TAILQ_EMPTY(&agenda->marked) || !TAILQ_EMPTY(&agenda->waiting))
        return 0;
    return first ? first->due_ms : AGENDA_NEVER;
}
