#include "healthd/probes/tcp/hold.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LOOKS = 8,
    /* A greeting may come on the connection unasked. More than this is not a connection to hold. */
    UNREAD_MAX = 64 * 1024,
};

void hold_init(struct hold *hold, struct probe *probe)
{
    *hold = (struct hold){.probe = probe, .fd = -1};
}

bool hold_is_held(const struct hold *hold)
{
    return hold->fd >= 0;
}

void hold_close(struct hold *hold)
{
    if (hold->fd >= 0)
        watch_close(hold->probe->room->watcher, &hold->watch, hold->fd);
    hold->fd = -1;
}

static void look(struct hold *hold)
{
    if (hold->looks >= LOOKS)
        return;
    hold->looks++;
    hold->lost = true;
    probe_look(hold->probe);
}

void hold_begin_run(struct hold *hold)
{
    if (!hold->lost)
        hold->looks = 0;
    hold->after_loss = hold->lost;
    hold->lost = false;
}

/* The look comes first: to close takes a fifth of the time from the event to the verdict. */
static void lose(struct hold *hold)
{
    int fd = hold->fd;

    watch_stop(hold->probe->room->watcher, &hold->watch);
    hold->fd = -1;
    look(hold);
    close(fd);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct hold *hold = (struct hold *)watch;
    char bytes[4096];

    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        return lose(hold);
    ssize_t count = recv(hold->fd, bytes, sizeof bytes, 0);
    hold->unread += count > 0 ? (size_t)count : 0;
    if (hold->unread > UNREAD_MAX)
        hold_close(hold);
}

void hold_keep(struct hold *hold, int fd)
{
    hold_close(hold);
    hold->fd = fd;
    hold->unread = 0;
    if (watch_start(hold->probe->room->watcher, &hold->watch, fd, EPOLLIN | EPOLLRDHUP, on_ready))
        hold_close(hold); /* no memory or no watch left: the schedule alone must do */
}

bool hold_try_again(struct hold *hold, int error)
{
    if (!hold->after_loss || (error != -ECONNRESET && error != -EPIPE) || hold->looks >= LOOKS)
        return false;
    hold->looks++;
    return true;
}

bool hold_is_decisive(const struct hold *hold, int error)
{
    return hold->after_loss && error == -ECONNREFUSED;
}
