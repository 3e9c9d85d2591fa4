#include "lib/control/listener.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 32 };

bool listener_open(struct listener *listener, uv_loop_t *loop, const char *directory, const char *name,
                   acceptor_accepted *accepted, void *user, char *error, size_t size)
{
    const char *path = listener->address.sun_path;
    int fd;

    listener->owner = control_owner_here();
    if (!control_address(directory, name, &listener->address, error, size) ||
        (fd = control_bind(&listener->address, &listener->owner, error, size)) < 0)
        return false;
    if (listen(fd, BACKLOG) < 0 || lstat(path, &listener->file) < 0) {
        snprintf(error, size, "cannot listen on %s: %s", path, strerror(errno));
        close(fd);
        return false;
    }
    listener->acceptor = acceptor_new(loop, fd);
    if (listener->acceptor)
        acceptor_start(listener->acceptor, accepted, user);
    else
        snprintf(error, size, "cannot listen on %s: out of memory", path);
    return listener->acceptor;
}

void listener_close(struct listener *listener)
{
    const char *path = listener->address.sun_path;
    struct stat now;

    if (lstat(path, &now) == 0 && now.st_ino == listener->file.st_ino && now.st_dev == listener->file.st_dev)
        unlink(path);
    acceptor_close(listener->acceptor);
}
