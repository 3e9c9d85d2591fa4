/*
 * Work that waits for its turn: what has had its share goes to the end of the line, and the loop looks at timers and
 * sockets between any two servings of it. However many ask for more, all of them together take a share of one turn of
 * the loop, and one piece of work at least.
 */
#ifndef VIPGATE_LIB_TURNS_H
#define VIPGATE_LIB_TURNS_H

#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

struct turns;
struct turn;

/* Does a bounded piece of work; may wait for another turn. */
typedef void turn_taken(struct turn *turn);

/* Zeroed: not waiting. Lives in what it belongs to, and may be freed in its own callback. */
struct turn {
    turn_taken *taken; /* NULL: not waiting */
    TAILQ_ENTRY(turn) line;
};

/* SHARE_US of a turn of the loop; 0: one piece of work. NULL when out of memory. Freeing: nobody waits; memory goes
 * once the loop has run on. NULL is nothing. */
struct turns *turns_new(uv_loop_t *loop, uint64_t share_us);
void turns_free(struct turns *turns);

/* Waits at the end of the line, or stays where it is in it. */
void turn_await(struct turns *turns, struct turn *turn, turn_taken *taken);

/* Leaves the line. */
void turn_cancel(struct turns *turns, struct turn *turn);

#endif
