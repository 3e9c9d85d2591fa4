#include "bgpd/session/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ACCEPTS_AT_ONCE = 16, /* in one turn of the loop */
    EXHAUSTED_MS = 500,   /* pause when there is no descriptor left: the connection waits, the loop must not spin */
};

struct listener {
    uv_poll_t poll;
    uv_timer_t pause;
    unsigned handles; /* not yet closed */
    int descriptor;
    struct address address;
    uint16_t port;
    listener_accepted *accepted;
    void *user;
};

static void poll_event(uv_poll_t *poll, int status, int events);

static void pause_over(uv_timer_t *timer)
{
    struct listener *listener = timer->data;
    uv_poll_start(&listener->poll, UV_READABLE, poll_event);
}

static void poll_event(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = poll->data;
    (void)events;
    if (status < 0) /* libuv has stopped to poll */
        uv_poll_start(poll, UV_READABLE, poll_event);
    for (unsigned i = 0; i < ACCEPTS_AT_ONCE; i++) {
        struct address remote;
        uint16_t port;
        int descriptor = socket_accept(listener->descriptor, &remote, &port);
        if (descriptor >= 0) {
            listener->accepted(descriptor, &remote, listener->user);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            uv_poll_stop(&listener->poll);
            uv_timer_start(&listener->pause, pause_over, EXHAUSTED_MS, 0);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

/* Around a listening DESCRIPTOR, or -1 with errno where that could not be had. */
static struct listener *wrap(uv_loop_t *loop, int descriptor, const struct address *address, uint16_t port)
{
    struct listener *listener = descriptor >= 0 ? calloc(1, sizeof *listener) : NULL;
    if (!listener || uv_poll_init(loop, &listener->poll, descriptor) < 0) {
        int saved = errno;
        if (descriptor >= 0)
            close(descriptor);
        free(listener);
        errno = saved;
        return NULL;
    }
    uv_timer_init(loop, &listener->pause);
    listener->poll.data = listener->pause.data = listener;
    listener->handles = 2;
    listener->descriptor = descriptor;
    listener->address = *address;
    listener->port = port;
    return listener;
}

struct listener *listener_new(uv_loop_t *loop, const struct address *address, uint16_t port, char *error, size_t size)
{
    return wrap(loop, socket_listen(address, port, error, size), address, port);
}

struct listener *listener_new_beside(struct listener *old, const struct address *address, char *error, size_t size)
{
    socket_share_port(old->descriptor);
    int descriptor = socket_listen_beside(address, old->port, error, size);
    return wrap(old->poll.loop, descriptor, address, old->port);
}

bool listener_overlaps(const struct listener *listener, const struct address *address, uint16_t port)
{
    return listener->port == port && listener->address.family == address->family;
}

void listener_start(struct listener *listener, listener_accepted *accepted, void *user)
{
    listener->accepted = accepted;
    listener->user = user;
    uv_poll_start(&listener->poll, UV_READABLE, poll_event);
}

bool listener_is(const struct listener *listener, const struct address *address, uint16_t port)
{
    return listener->port == port && address_equal(&listener->address, address);
}

bool listener_set_md5(struct listener *listener, const struct address *remote, const char *password)
{
    return listener->address.family != remote->family || socket_set_md5(listener->descriptor, remote, password);
}

static void handle_closed(uv_handle_t *handle)
{
    struct listener *listener = handle->data;
    if (--listener->handles == 0)
        free(listener);
}

void listener_free(struct listener *listener)
{
    if (!listener)
        return;
    uv_close((uv_handle_t *)&listener->pause, handle_closed);
    uv_close((uv_handle_t *)&listener->poll, handle_closed);
    close(listener->descriptor);
}
