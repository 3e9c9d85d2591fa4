/*
 * Turns of a control server's clients. What is to be done for them waits in line, and the loop does one piece of it a
 * turn, whoever it is for: sockets and timers are looked at between any two pieces.
 */
#ifndef VIPGATE_LIB_CONTROL_TURNS_H
#define VIPGATE_LIB_CONTROL_TURNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

/* A place in the line. RUN is called once for each turns_join; it may join again. */
struct turn {
    TAILQ_ENTRY(turn) entry;
    void (*run)(struct turn *turn);
    bool waits;
};

struct turns {
    uv_idle_t idle;
    uint64_t began_ns; /* of the piece being made */
    TAILQ_HEAD(, turn) line;
};

void turns_open(struct turns *turns, uv_loop_t *loop);

/* Whoever waits is forgotten. CLOSED may free what TURNS lies in; idle.data is the caller's. */
void turns_close(struct turns *turns, uv_close_cb closed);

/* Goes to the end of the line; one that waits already keeps its place. */
void turns_join(struct turns *turns, struct turn *turn);
void turns_leave(struct turns *turns, struct turn *turn);

/* Whether the piece that is being made has taken as long as one may. */
bool turns_is_over(const struct turns *turns);

#endif
