/*
 * A queue of routes to be sent, as indexes into the table of the Adj-RIB-Out. Appending and removing from the middle
 * take constant time: a route knows its slot, and a slot that was given up stays behind as a hole until it is passed.
 * The queue has room for every route of the table, so that queueing never fails.
 */
#ifndef VIPGATE_BGPD_RIB_OUT_QUEUE_H
#define VIPGATE_BGPD_RIB_OUT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

enum { OUT_QUEUE_HOLE = UINT32_MAX };

struct out_queue {
    uint32_t *slots; /* CAPACITY of them, owned by the table */
    uint32_t head;   /* nothing but holes before it */
    uint32_t end;
    uint32_t length; /* without holes */
};

static inline bool out_queue_empty(const struct out_queue *queue)
{
    return queue->length == 0;
}

/* Appends INDEX and answers its slot. The caller has made sure that queue->end is below the capacity. */
static inline uint32_t out_queue_append(struct out_queue *queue, uint32_t index)
{
    queue->slots[queue->end] = index;
    queue->length++;
    return queue->end++;
}

static inline void out_queue_remove(struct out_queue *queue, uint32_t slot)
{
    queue->slots[slot] = OUT_QUEUE_HOLE;
    if (--queue->length == 0)
        queue->head = queue->end = 0;
    while (queue->head < queue->end && queue->slots[queue->head] == OUT_QUEUE_HOLE)
        queue->head++;
}

#endif
