#include "healthd/net/watcher.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 128, ROUNDS_AT_ONCE = 128 };

/* Who watches a descriptor. The number tells this use of the descriptor from the one before: an event that was already
 * fetched for a socket that another callback has just closed must not reach the next socket of that number. */
struct slot {
    struct watch *watch;
    uint32_t use;
};

struct watcher {
    uv_poll_t poll;
    int epoll;
    struct slot *slots; /* by descriptor */
    int slot_count;
};

/* All that is ready, so that timers, which the loop looks at in between, do not overtake answers that are here; but
 * within a bound. */
static void dispatch(uv_poll_t *poll, int status, int loop_events)
{
    struct watcher *watcher = poll->data;
    struct epoll_event events[EVENTS_AT_ONCE];

    (void)status;
    (void)loop_events;
    int count = EVENTS_AT_ONCE;
    for (int round = 0; count == EVENTS_AT_ONCE && round < ROUNDS_AT_ONCE; round++) {
        count = epoll_wait(watcher->epoll, events, EVENTS_AT_ONCE, 0);
        for (int i = 0; i < count; i++) {
            struct slot *slot = &watcher->slots[events[i].data.u64 >> 32];
            if (slot->watch && slot->use == (uint32_t)events[i].data.u64)
                slot->watch->ready(slot->watch, events[i].events);
        }
    }
}

int watcher_new(struct watcher **watcher, uv_loop_t *loop)
{
    struct watcher *new = calloc(1, sizeof *new);
    int error = -ENOMEM;

    if (!new)
        return error;
    new->epoll = epoll_create1(EPOLL_CLOEXEC);
    error = new->epoll < 0 ? -errno : uv_poll_init(loop, &new->poll, new->epoll);
    if (error) {
        if (new->epoll >= 0)
            close(new->epoll);
        free(new);
        return error;
    }
    new->poll.data = new;
    uv_poll_start(&new->poll, UV_READABLE, dispatch);
    *watcher = new;
    return 0;
}

static void closed(uv_handle_t *handle)
{
    struct watcher *watcher = handle->data;

    close(watcher->epoll);
    free(watcher->slots);
    free(watcher);
}

void watcher_free(struct watcher *watcher)
{
    if (watcher)
        uv_close((uv_handle_t *)&watcher->poll, closed);
}

static bool make_room(struct watcher *watcher, int fd)
{
    if (fd < watcher->slot_count)
        return true;
    int count = watcher->slot_count ? watcher->slot_count : 64;
    while (count <= fd)
        count *= 2;
    struct slot *slots = recallocarray(watcher->slots, (size_t)watcher->slot_count, (size_t)count, sizeof *slots);
    if (!slots)
        return false;
    watcher->slots = slots;
    watcher->slot_count = count;
    return true;
}

int watch_start(struct watcher *watcher, struct watch *watch, int fd, uint32_t events, watch_ready *ready)
{
    if (!make_room(watcher, fd))
        return -ENOMEM;
    struct slot *slot = &watcher->slots[fd];
    bool known = slot->watch == watch && watch->events;
    uint32_t use = known ? slot->use : slot->use + 1;
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)fd << 32 | use};

    if (!known || events != watch->events) {
        if (epoll_ctl(watcher->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
            return -errno;
    }
    *slot = (struct slot){.watch = watch, .use = use};
    *watch = (struct watch){.ready = ready, .fd = fd, .events = events};
    return 0;
}

static void forget(struct watcher *watcher, struct watch *watch)
{
    if (watch->events)
        watcher->slots[watch->fd].watch = NULL;
    watch->events = 0;
}

void watch_stop(struct watcher *watcher, struct watch *watch)
{
    if (watch->events)
        epoll_ctl(watcher->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    forget(watcher, watch);
}

void watch_close(struct watcher *watcher, struct watch *watch, int fd)
{
    /* The kernel takes a descriptor out of an epoll instance when its last copy is closed; ours have no copies: all are
     * close-on-exec, and nothing runs between the loop's fork and exec. */
    forget(watcher, watch);
    close(fd);
}
