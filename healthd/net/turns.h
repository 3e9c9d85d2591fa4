/*
 * Work that waits for its turn: what has had its share goes to the end of the line, and the loop looks at timers and
 * sockets between any two servings of it. However many ask for more, all of them together take TURNS_SHARE_US of one
 * turn of the loop.
 */
#ifndef VIPGATE_HEALTHD_NET_TURNS_H
#define VIPGATE_HEALTHD_NET_TURNS_H

#include <sys/queue.h>
#include <uv.h>

enum { TURNS_SHARE_US = 1000 };

struct turns;
struct turn;

/* Does a bounded piece of work; may wait for another turn. */
typedef void turn_taken(struct turn *turn);

/* Zeroed: not waiting. Lives in what it belongs to, and may be freed in its own callback. */
struct turn {
    turn_taken *taken; /* NULL: not waiting */
    TAILQ_ENTRY(turn) line;
};

/* NULL when out of memory. Freeing: nobody waits; memory goes once the loop has run on. NULL is nothing. */
struct turns *turns_new(uv_loop_t *loop);
void turns_free(struct turns *turns);

/* Waits at the end of the line, or stays where it is in it. */
void turn_await(struct turns *turns, struct turn *turn, turn_taken *taken);

/* Leaves the line. */
void turn_cancel(struct turns *turns, struct turn *turn);

#endif
