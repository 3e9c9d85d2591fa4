/*
 * The timers of a peer on one libuv timer. Starting one again, which happens with every message received, only writes
 * down a new deadline; the libuv timer is set again when it fires or when an earlier deadline comes.
 */
#ifndef VIPGATE_BGPD_SESSION_TIMERS_H
#define VIPGATE_BGPD_SESSION_TIMERS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum { TIMERS_MAX = 16 };

struct timers;

/* Timer NUMBER has run out; it is stopped. May start and stop timers, and call timers_close. */
typedef void timers_expired(unsigned number, void *user);

struct timers {
    uv_timer_t timer;
    uint64_t deadlines[TIMERS_MAX]; /* in time of the loop; 0: stopped */
    uint64_t armed;                 /* when the libuv timer fires; 0: not at all */
    timers_expired *expired;
    void *user;
    void (*closed)(void *user);
};

void timers_init(struct timers *timers, uv_loop_t *loop, timers_expired *expired, void *user);

/* Starts timer NUMBER, or starts it again, to run out in MS milliseconds. */
void timers_start(struct timers *timers, unsigned number, uint64_t ms);
void timers_stop(struct timers *timers, unsigned number);

/* Milliseconds until timer NUMBER runs out; -1 where it does not run. */
int64_t timers_left(const struct timers *timers, unsigned number);

/* Stops all and calls CLOSED when libuv has let go of the memory. */
void timers_close(struct timers *timers, void (*closed)(void *user));

#endif
