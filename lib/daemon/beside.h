/*
 * Work beside the loop: one call in a thread of its own, for what cannot be done in small pieces. It is a thread for
 * each and not a pool: a call that hangs, in a file on a dead mount, holds up nothing but itself.
 */
#ifndef VIPGATE_LIB_DAEMON_BESIDE_H
#define VIPGATE_LIB_DAEMON_BESIDE_H

#include <uv.h>

struct beside;

/* Calls WORK in a new thread and, when that has returned, DONE in LOOP. WORK touches nothing that the loop may change
 * meanwhile. DONE may be NULL. NULL where no thread can be had; then neither is called. The object is gone when DONE is
 * called. */
struct beside *beside_start(uv_loop_t *loop, void (*work)(void *user), void (*done)(void *user), void *user);

/* Nobody waits for it any more: DROP is called in place of DONE, in the thread or here, once WORK has returned. The
 * loop may end before that. */
void beside_abandon(struct beside *beside, void (*drop)(void *user));

/* How many threads of the program have yet to return, abandoned or not. */
unsigned beside_under_way(void);

#endif
