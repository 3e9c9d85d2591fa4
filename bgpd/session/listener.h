/* A listening socket. It hands over each connection with the address it is from; who that is, the speaker knows. */
#ifndef VIPGATE_BGPD_SESSION_LISTENER_H
#define VIPGATE_BGPD_SESSION_LISTENER_H

#include "bgpd/session/socket.h"

#include <uv.h>

struct listener;

/* Takes over DESCRIPTOR, which is connected from REMOTE. */
typedef void listener_accepted(int descriptor, const struct address *remote, void *user);

/* Binds and listens, but accepts nothing before listener_start. NULL with ERROR, and errno as the kernel had it. */
struct listener *listener_new(uv_loop_t *loop, const struct address *address, uint16_t port, char *error, size_t size);
void listener_start(struct listener *listener, listener_accepted *accepted, void *user);

/* The same beside OLD, which listens on an overlapping address and the same port. */
struct listener *listener_new_beside(struct listener *old, const struct address *address, char *error, size_t size);

/* Whether it listens on this port, whatever the address of the same family. */
bool listener_overlaps(const struct listener *listener, const struct address *address, uint16_t port);

/* Whether it listens there. */
bool listener_is(const struct listener *listener, const struct address *address, uint16_t port);

/* Sets, or with PASSWORD NULL removes, the MD5 key for connections from REMOTE; addresses of the other family are none
 * of its business and succeed. False with errno. */
bool listener_set_md5(struct listener *listener, const struct address *remote, const char *password);

/* NULL is ignored. */
void listener_free(struct listener *listener);

#endif
