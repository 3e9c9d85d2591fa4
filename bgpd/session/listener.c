#include "bgpd/session/listener.h"

#include "lib/acceptor.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct listener {
    struct acceptor *acceptor;
    uv_loop_t *loop;
    int fd;
    struct address address;
    uint16_t port;
    listener_accepted *accepted;
    void *user;
};

/* Around a listening FD, or -1 with errno where that could not be had. */
static struct listener *wrap(uv_loop_t *loop, int fd, const struct address *address, uint16_t port)
{
    struct acceptor *acceptor = acceptor_new(loop, fd);
    struct listener *listener = acceptor ? malloc(sizeof *listener) : NULL;
    if (listener)
        *listener = (struct listener){.acceptor = acceptor, .loop = loop, .fd = fd, .address = *address, .port = port};
    else
        acceptor_close(acceptor);
    return listener;
}

struct listener *listener_new(uv_loop_t *loop, const struct address *address, uint16_t port, char *error, size_t size)
{
    return wrap(loop, socket_listen(address, port, error, size), address, port);
}

struct listener *listener_new_beside(struct listener *old, const struct address *address, char *error, size_t size)
{
    socket_share_port(old->fd);
    return wrap(old->loop, socket_listen_beside(address, old->port, error, size), address, old->port);
}

bool listener_overlaps(const struct listener *listener, const struct address *address, uint16_t port)
{
    return listener->port == port && listener->address.family == address->family;
}

/* One that was reset meanwhile has no address any more. */
static void on_accepted(int fd, void *user)
{
    struct listener *listener = user;
    uint16_t port;
    struct address remote = socket_remote_address(fd, &port);
    if (remote.family == FAMILY_NONE)
        close(fd);
    else
        listener->accepted(fd, &remote, listener->user);
}

void listener_start(struct listener *listener, listener_accepted *accepted, void *user)
{
    listener->accepted = accepted;
    listener->user = user;
    acceptor_start(listener->acceptor, on_accepted, listener);
}

bool listener_is(const struct listener *listener, const struct address *address, uint16_t port)
{
    return listener->port == port && address_equal(&listener->address, address);
}

bool listener_set_md5(struct listener *listener, const struct address *remote, const char *password)
{
    return listener->address.family != remote->family || socket_set_md5(listener->fd, remote, password);
}

void listener_free(struct listener *listener)
{
    if (listener)
        acceptor_close(listener->acceptor);
    free(listener);
}
