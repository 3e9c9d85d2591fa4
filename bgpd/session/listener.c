#include "bgpd/session/listener.h"

#include "lib/acceptor.h"

#include <stdlib.h>
#include <unistd.h>

struct listener {
    struct acceptor *acceptor;
    int fd;
    struct address address;
    uint16_t port;
    listener_accepted *accepted;
    void *user;
};

struct listener *listener_new(uv_loop_t *loop, int fd, const struct address *address, uint16_t port)
{
    struct acceptor *acceptor = acceptor_new(loop, fd);
    struct listener *listener = acceptor ? malloc(sizeof *listener) : NULL;
    if (listener)
        *listener = (struct listener){.acceptor = acceptor, .fd = fd, .address = *address, .port = port};
    else
        acceptor_close(acceptor);
    return listener;
}

bool listener_share(struct listener *listener, const struct address *address, uint16_t port)
{
    bool overlaps = listener->port == port && listener->address.family == address->family;
    if (overlaps)
        socket_share_port(listener->fd);
    return overlaps;
}

/* One that was reset meanwhile has no address any more. */
static void on_accepted(int fd, void *user)
{
    struct listener *listener = user;
    uint16_t port;
    struct address remote = socket_end(fd, true, &port);
    if (remote.family == FAMILY_NONE)
        close(fd);
    else
        listener->accepted(fd, &remote, listener->user);
}

void listener_start(struct listener *listener, listener_accepted *accepted, void *user)
{
    if (!listener->accepted)
        acceptor_start(listener->acceptor, on_accepted, listener);
    listener->accepted = accepted;
    listener->user = user;
}

bool listener_is_started(const struct listener *listener)
{
    return listener->accepted != NULL;
}

bool listener_is(const struct listener *listener, const struct address *address, uint16_t port)
{
    return listener->port == port && address_equal(&listener->address, address);
}

int listener_set_md5(struct listener *listener, const struct address *remote, const char *password)
{
    return listener->address.family == remote->family ? socket_set_md5(listener->fd, remote, password) : 0;
}

void listener_free(struct listener *listener)
{
    if (listener)
        acceptor_close(listener->acceptor);
    free(listener);
}
