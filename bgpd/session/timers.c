#include "bgpd/session/timers.h"

#include <string.h>

static void fired(uv_timer_t *timer);

/* The timer with the earliest deadline; TIMERS_MAX where none runs. */
static unsigned earliest(const struct timers *timers)
{
    unsigned first = TIMERS_MAX;

    for (unsigned i = 0; i < TIMERS_MAX; i++) {
        if (timers->deadlines[i] && (first == TIMERS_MAX || timers->deadlines[i] < timers->deadlines[first]))
            first = i;
    }
    return first;
}

static void arm(struct timers *timers, uint64_t deadline)
{
    uint64_t now = uv_now(timers->timer.loop);

    timers->armed = deadline;
    if (deadline)
        uv_timer_start(&timers->timer, fired, deadline > now ? deadline - now : 0, 0);
    else
        uv_timer_stop(&timers->timer);
}

static void fired(uv_timer_t *timer)
{
    struct timers *timers = timer->data;
    uint64_t now = uv_now(timer->loop);

    timers->armed = 0;
    /* In the order of their deadlines, also where the loop was late for several. Each may start others, even for now:
     * the number of rounds is bounded so that the loop moves on. */
    unsigned next = earliest(timers);
    for (unsigned i = 0; i < TIMERS_MAX && next < TIMERS_MAX && timers->deadlines[next] <= now; i++) {
        timers->deadlines[next] = 0;
        timers->expired(next, timers->user);
        if (uv_is_closing((uv_handle_t *)timer))
            return;
        next = earliest(timers);
    }
    arm(timers, next < TIMERS_MAX ? timers->deadlines[next] : 0);
}

void timers_init(struct timers *timers, uv_loop_t *loop, timers_expired *expired, void *user)
{
    memset(timers, 0, sizeof *timers);
    uv_timer_init(loop, &timers->timer);
    timers->timer.data = timers;
    timers->expired = expired;
    timers->user = user;
}

void timers_start(struct timers *timers, unsigned number, uint64_t ms)
{
    uint64_t deadline = uv_now(timers->timer.loop) + ms;

    timers->deadlines[number] = deadline ? deadline : 1;
    if (!uv_is_closing((uv_handle_t *)&timers->timer) && (!timers->armed || deadline < timers->armed))
        arm(timers, deadline);
}

void timers_stop(struct timers *timers, unsigned number)
{
    timers->deadlines[number] = 0;
}

int64_t timers_left(const struct timers *timers, unsigned number)
{
    uint64_t now = uv_now(timers->timer.loop), deadline = timers->deadlines[number];

    if (!deadline)
        return -1;
    return deadline > now ? (int64_t)(deadline - now) : 0;
}

static void handle_closed(uv_handle_t *handle)
{
    struct timers *timers = handle->data;

    timers->closed(timers->user);
}

void timers_close(struct timers *timers, void (*closed)(void *user))
{
    memset(timers->deadlines, 0, sizeof timers->deadlines);
    timers->closed = closed;
    uv_close((uv_handle_t *)&timers->timer, handle_closed);
}
