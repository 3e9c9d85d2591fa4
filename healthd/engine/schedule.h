/*
 * When the next run of a check is due. Pure; all times in milliseconds of one clock.
 *
 * Each check has its place in its interval, which follows from its name alone. What disturbs the schedule (a start, a
 * machine that stood still, another interval, a run outside the schedule) makes many checks run at the same moment;
 * from there each goes back to its place within a few runs, so that they never stay together.
 */
#ifndef VIPGATE_HEALTHD_ENGINE_SCHEDULE_H
#define VIPGATE_HEALTHD_ENGINE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* A number that the check NAME always has, and which tells it from the others: SEED below. */
uint32_t schedule_seed(const char *name);

/*
 * The place of a check in its interval: its runs are due at times that leave this remainder. Places lie on one grid of
 * a few milliseconds: a thousand checks a second then wake the daemon a hundred times, and no check is later for it.
 */
uint64_t schedule_place(uint32_t seed, uint64_t interval_ms);

/*
 * After a run of the schedule that was due at DUE_MS, began at STARTED_MS and is over at NOW_MS: one interval after it
 * was due, so that being late once is not being late for ever, and as much as an eighth of the interval nearer to
 * PLACE_MS. Where the run took longer than the interval, at once, but for that eighth: runs do not overlap and none is
 * owed. Where this machine stood still, what was missed is not made up for.
 */
uint64_t schedule_after(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t place_ms, uint64_t now_ms);

/* After a run outside the schedule that began at STARTED_MS, the next being due at DUE_MS: as it was, or sooner where
 * what was found makes a shorter interval apply. */
uint64_t schedule_after_extra(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t now_ms);

/* How long the first run after the start, of one of COUNT checks, waits: verdicts come soon, but many checks are spread
 * over a tenth of a millisecond each, at most over their interval. */
uint64_t schedule_first(uint64_t count, uint64_t interval_ms, uint32_t seed);

/* The second run: first runs come close to each other, and here the checks part. It comes at PLACE_MS, an eighth of the
 * interval from now at least, and never later than one interval from now: where the place is just missed, the runs that
 * follow come to it. */
uint64_t schedule_second(uint64_t interval_ms, uint64_t place_ms, uint64_t now_ms);

/* The first time from NOW_MS on that is at PLACE_MS of the interval. */
uint64_t schedule_next_place(uint64_t interval_ms, uint64_t place_ms, uint64_t now_ms);

#endif
