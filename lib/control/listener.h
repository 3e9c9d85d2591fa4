/* A daemon's socket in its control directory: made, listened on and removed again; which other end may connect is
 * lib/control/access. */
#ifndef VIPGATE_LIB_CONTROL_LISTENER_H
#define VIPGATE_LIB_CONTROL_LISTENER_H

#include "lib/acceptor.h"
#include "lib/control/access.h"

#include <sys/stat.h>

struct listener {
    struct control_owner owner;
    struct sockaddr_un address;
    struct stat file; /* the socket that was made: no other is removed */
    struct acceptor *acceptor;
};

/* Listens on DIRECTORY/NAME.sock, and hands each connection to ACCEPTED. False with the reason and
 * remedy in ERROR; there is nothing to close then. */
bool listener_open(struct listener *listener, uv_loop_t *loop, const char *directory, const char *name,
                   acceptor_accepted *accepted, void *user, char *error, size_t size);

/* Removes the socket and stops. */
void listener_close(struct listener *listener);

#endif
