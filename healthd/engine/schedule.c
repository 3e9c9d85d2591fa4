#include "healthd/engine/schedule.h"

#include "lib/hash.h"

#include <string.h>

enum { FIRST_RUNS_A_MS = 10, GRID_MS = 10, PARTS = 8 };

/* With a last mix: names often differ in their last letter alone. */
uint32_t schedule_seed(const char *name)
{
    uint32_t seed = hash_fnv(HASH_FNV_BASIS, name, strlen(name));

    seed = (seed ^ seed >> 16) * 0x45d9f3bu;
    return seed ^ seed >> 16;
}

uint64_t schedule_place(uint32_t seed, uint64_t interval_ms)
{
    return interval_ms < GRID_MS ? 0 : seed % (interval_ms / GRID_MS) * GRID_MS;
}

uint64_t schedule_next_place(uint64_t interval_ms, uint64_t place_ms, uint64_t now_ms)
{
    uint64_t past_ms = (now_ms + interval_ms - place_ms) % interval_ms;

    return past_ms ? now_ms - past_ms + interval_ms : now_ms;
}

/* TIME_MS, moved towards the nearest place, by a part of the interval at most. */
static uint64_t pulled(uint64_t time_ms, uint64_t interval_ms, uint64_t place_ms)
{
    uint64_t pull_ms = interval_ms / PARTS;
    uint64_t after_ms = schedule_next_place(interval_ms, place_ms, time_ms) - time_ms;
    uint64_t before_ms = after_ms ? interval_ms - after_ms : 0;

    if (after_ms <= before_ms)
        return time_ms + (after_ms < pull_ms ? after_ms : pull_ms);
    return time_ms - (before_ms < pull_ms ? before_ms : pull_ms);
}

uint64_t schedule_after(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t place_ms, uint64_t now_ms)
{
    uint64_t next_ms = pulled(due_ms + interval_ms, interval_ms, place_ms);
    uint64_t soon_ms = now_ms + interval_ms / PARTS;

    if (next_ms >= now_ms)
        return next_ms;
    next_ms = schedule_next_place(interval_ms, place_ms, now_ms);
    return now_ms - started_ms >= interval_ms && next_ms > soon_ms ? soon_ms : next_ms;
}

uint64_t schedule_after_extra(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t now_ms)
{
    uint64_t next_ms = started_ms + interval_ms < due_ms ? started_ms + interval_ms : due_ms;

    return next_ms > now_ms ? next_ms : now_ms;
}

uint64_t schedule_first(uint64_t count, uint64_t interval_ms, uint32_t seed)
{
    uint64_t spread_ms = count / FIRST_RUNS_A_MS;

    if (spread_ms > interval_ms)
        spread_ms = interval_ms;
    return spread_ms ? seed % spread_ms : 0;
}

uint64_t schedule_second(uint64_t interval_ms, uint64_t place_ms, uint64_t now_ms)
{
    uint64_t next_ms = schedule_next_place(interval_ms, place_ms, now_ms + interval_ms / PARTS);

    return next_ms < now_ms + interval_ms ? next_ms : now_ms + interval_ms;
}
