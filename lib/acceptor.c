#include "lib/acceptor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ACCEPTS_AT_ONCE = 16, /* in one turn of the loop */
    EXHAUSTED_MS = 100,
};

struct acceptor {
    uv_poll_t poll;
    uv_timer_t pause;
    int fd;
    unsigned handles; /* not yet closed */
    acceptor_accepted *accepted;
    void *user;
};

static void on_readable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
    struct acceptor *acceptor = timer->data;

    uv_poll_start(&acceptor->poll, UV_READABLE, on_readable);
}

static void pause_accepting(struct acceptor *acceptor)
{
    uv_poll_stop(&acceptor->poll);
    uv_timer_start(&acceptor->pause, on_pause_over, EXHAUSTED_MS, 0);
}

/* A connection that is gone again (ECONNABORTED) is no reason to stop; any other error is one to wait. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct acceptor *acceptor = poll->data;

    (void)events;
    if (status < 0) {
        pause_accepting(acceptor);
        return;
    }
    for (unsigned i = 0; i < ACCEPTS_AT_ONCE && !uv_is_closing((uv_handle_t *)poll); i++) {
        int fd = accept4(acceptor->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            acceptor->accepted(fd, acceptor->user);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            pause_accepting(acceptor);
            return;
        }
    }
}

struct acceptor *acceptor_new(uv_loop_t *loop, int fd)
{
    struct acceptor *acceptor = calloc(1, sizeof *acceptor);

    if (!acceptor || uv_poll_init(loop, &acceptor->poll, fd) < 0) { /* which makes it non-blocking */
        close(fd);
        free(acceptor);
        return NULL;
    }
    uv_timer_init(loop, &acceptor->pause);
    acceptor->poll.data = acceptor->pause.data = acceptor;
    acceptor->fd = fd;
    acceptor->handles = 2;
    return acceptor;
}

void acceptor_start(struct acceptor *acceptor, acceptor_accepted *accepted, void *user)
{
    acceptor->accepted = accepted;
    acceptor->user = user;
    uv_poll_start(&acceptor->poll, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle)
{
    struct acceptor *acceptor = handle->data;

    if (--acceptor->handles == 0)
        free(acceptor);
}

void acceptor_close(struct acceptor *acceptor)
{
    if (!acceptor)
        return;
    uv_close((uv_handle_t *)&acceptor->pause, on_closed);
    uv_close((uv_handle_t *)&acceptor->poll, on_closed);
    close(acceptor->fd);
}
