#include "lib/control/turns.h"

/* Writing a piece out and freeing it take about as long again. */
enum { PIECE_NS = 400 * 1000 };

static void on_idle(uv_idle_t *idle)
{
    struct turns *turns = (struct turns *)idle;
    struct turn *turn = TAILQ_FIRST(&turns->line);

    turns_leave(turns, turn);
    turns->began_ns = uv_hrtime();
    turn->run(turn);
}

void turns_open(struct turns *turns, uv_loop_t *loop)
{
    TAILQ_INIT(&turns->line);
    uv_idle_init(loop, &turns->idle);
}

void turns_close(struct turns *turns, uv_close_cb closed)
{
    while (!TAILQ_EMPTY(&turns->line))
        turns_leave(turns, TAILQ_FIRST(&turns->line));
    uv_close((uv_handle_t *)&turns->idle, closed);
}

void turns_join(struct turns *turns, struct turn *turn)
{
    if (turn->waits || uv_is_closing((uv_handle_t *)&turns->idle))
        return;
    TAILQ_INSERT_TAIL(&turns->line, turn, entry);
    turn->waits = true;
    uv_idle_start(&turns->idle, on_idle);
}

void turns_leave(struct turns *turns, struct turn *turn)
{
    if (!turn->waits)
        return;
    TAILQ_REMOVE(&turns->line, turn, entry);
    turn->waits = false;
    if (TAILQ_EMPTY(&turns->line))
        uv_idle_stop(&turns->idle);
}

bool turns_is_over(const struct turns *turns)
{
    return uv_hrtime() - turns->began_ns >= PIECE_NS;
}
