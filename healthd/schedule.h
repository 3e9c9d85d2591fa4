/* When the next run of a check is due. Pure; all times in milliseconds of one clock. */
#ifndef VIPGATE_HEALTHD_SCHEDULE_H
#define VIPGATE_HEALTHD_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * After a run of the schedule that was due at DUE_MS, began at STARTED_MS and is over at NOW_MS: one interval after it
 * was due, so that being late once is not being late for ever. Where the run took longer than the interval, at once:
 * runs do not overlap and none is owed. Where this machine stood still, what was missed is not made up for, and each
 * check keeps its place in the interval, so that not all of them run in the same moment from then on.
 */
uint64_t schedule_after(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t now_ms);

/* After a run outside the schedule that began at STARTED_MS, the next being due at DUE_MS: as it was, or sooner where
 * what was found makes a shorter interval apply. */
uint64_t schedule_after_extra(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t now_ms);

/* The first run after the start, of one of COUNT checks: soon, so that verdicts come soon, but many checks are spread
 * over a tenth of a millisecond each, at most over their interval. RANDOM is any random number. */
uint64_t schedule_first(uint64_t count, uint64_t interval_ms, uint32_t random);

/*
 * The second run. First runs come close to each other; here the checks of one interval part, for good: it comes after a
 * random part of the interval, an eighth at least. All are due on one grid of a few milliseconds, and stay on it,
 * because the usual intervals are multiples of it: a thousand checks a second then wake the daemon a hundred times,
 * and no check is later for it.
 */
uint64_t schedule_second(uint64_t interval_ms, uint64_t now_ms, uint32_t random);

#endif
