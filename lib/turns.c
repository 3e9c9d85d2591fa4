#include "lib/turns.h"

#include "lib/clock.h"

#include <stdlib.h>

struct turns {
    uv_idle_t idle; /* while somebody waits the loop does not sleep */
    TAILQ_HEAD(line, turn) line;
    uint64_t share_us;
};

static void on_idle(uv_idle_t *idle)
{
    struct turns *turns = idle->data;
    const uint64_t end_us = clock_monotonic_us() + turns->share_us;
    struct turn *turn;

    while ((turn = TAILQ_FIRST(&turns->line))) {
        turn_taken *taken = turn->taken;
        turn_cancel(turns, turn);
        taken(turn);
        if (clock_monotonic_us() >= end_us)
            return;
    }
}

struct turns *turns_new(uv_loop_t *loop, uint64_t share_us)
{
    struct turns *turns = calloc(1, sizeof *turns);

    if (!turns)
        return NULL;
    turns->share_us = share_us;
    TAILQ_INIT(&turns->line);
    uv_idle_init(loop, &turns->idle);
    turns->idle.data = turns;
    return turns;
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void turns_free(struct turns *turns)
{
    if (turns)
        uv_close((uv_handle_t *)&turns->idle, closed);
}

void turn_await(struct turns *turns, struct turn *turn, turn_taken *taken)
{
    if (!turn->taken)
        TAILQ_INSERT_TAIL(&turns->line, turn, line);
    turn->taken = taken;
    uv_idle_start(&turns->idle, on_idle);
}

void turn_cancel(struct turns *turns, struct turn *turn)
{
    if (!turn->taken)
        return;
    TAILQ_REMOVE(&turns->line, turn, line);
    turn->taken = NULL;
    if (TAILQ_EMPTY(&turns->line))
        uv_idle_stop(&turns->idle);
}
