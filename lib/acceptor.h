/*
 * A listening socket that goes on listening whatever accept() says. Where descriptors or memory ran out, the
 * connections wait in the kernel and are looked at again after a pause: they are not closed, and the loop does not
 * spin.
 */
#ifndef VIPGATE_LIB_ACCEPTOR_H
#define VIPGATE_LIB_ACCEPTOR_H

#include <uv.h>

struct acceptor;

/* Takes one connection, whose descriptor is the callee's now: non-blocking, not inherited. */
typedef void acceptor_accepted(int fd, void *user);

/* Of FD, which listens and is taken over in either case. Accepts nothing before acceptor_start. NULL: out of memory. */
struct acceptor *acceptor_new(uv_loop_t *loop, int fd);
void acceptor_start(struct acceptor *acceptor, acceptor_accepted *accepted, void *user);

/* Memory is freed once the loop has run on. NULL: nothing. */
void acceptor_close(struct acceptor *acceptor);

#endif
