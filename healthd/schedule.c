#include "healthd/schedule.h"

enum { FIRST_RUNS_A_MS = 10, GRID_MS = 10, SECOND_LEAST = 8 };

uint64_t schedule_after(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t now_ms)
{
    uint64_t next_ms = due_ms + interval_ms;

    if (next_ms >= now_ms)
        return next_ms;
    if (now_ms - started_ms >= interval_ms)
        return now_ms;
    return due_ms + ((now_ms - due_ms) / interval_ms + 1) * interval_ms;
}

uint64_t schedule_after_extra(uint64_t due_ms, uint64_t started_ms, uint64_t interval_ms, uint64_t now_ms)
{
    uint64_t next_ms = started_ms + interval_ms < due_ms ? started_ms + interval_ms : due_ms;

    return next_ms > now_ms ? next_ms : now_ms;
}

uint64_t schedule_first(uint64_t count, uint64_t interval_ms, uint32_t random)
{
    uint64_t spread_ms = count / FIRST_RUNS_A_MS;

    if (spread_ms > interval_ms)
        spread_ms = interval_ms;
    return spread_ms ? random % spread_ms : 0;
}

uint64_t schedule_second(uint64_t interval_ms, uint64_t now_ms, uint32_t random)
{
    uint64_t least_ms = interval_ms / SECOND_LEAST;
    uint64_t due_ms = now_ms + least_ms + (interval_ms - least_ms) * (random % 1024) / 1023;
    uint64_t on_grid_ms = due_ms - due_ms % GRID_MS;

    return on_grid_ms > now_ms ? on_grid_ms : due_ms;
}
