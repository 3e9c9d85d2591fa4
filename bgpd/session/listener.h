/* A listening socket. It hands over each connection with the address it is from; who that is, the speaker knows. */
#ifndef VIPGATE_BGPD_SESSION_LISTENER_H
#define VIPGATE_BGPD_SESSION_LISTENER_H

#include "bgpd/session/socket.h"

#include <uv.h>

struct listener;

/* Takes over FD, which is connected from REMOTE. */
typedef void listener_accepted(int fd, const struct address *remote, void *user);

/* Of FD, which listens there and is taken over in either case. Accepts nothing before listener_start. NULL: out of
 * memory. */
struct listener *listener_new(uv_loop_t *loop, int fd, const struct address *address, uint16_t port);
void listener_start(struct listener *listener, listener_accepted *accepted, void *user);
bool listener_is_started(const struct listener *listener);

/* Where it listens on this port, whatever the address of the same family, another may listen beside it from now on;
 * false where it does not. */
bool listener_share(struct listener *listener, const struct address *address, uint16_t port);

/* Whether it listens there. */
bool listener_is(const struct listener *listener, const struct address *address, uint16_t port);

/* Sets, or with PASSWORD NULL removes, the MD5 key for connections from REMOTE; addresses of the other family are none
 * of its business and succeed. A negative errno. */
int listener_set_md5(struct listener *listener, const struct address *remote, const char *password);

/* NULL is ignored. */
void listener_free(struct listener *listener);

#endif
