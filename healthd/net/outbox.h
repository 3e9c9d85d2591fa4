/* Octets for a socket that has not taken them yet. */
#ifndef VIPGATE_HEALTHD_NET_OUTBOX_H
#define VIPGATE_HEALTHD_NET_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

enum { OUTBOX_MAX = 256 * 1024 };

/* Zeroed: empty. */
struct outbox {
    uint8_t *bytes; /* NULL: none */
    size_t size, sent;
};

/* All of these: 0, or a negative errno; -ENOBUFS where OUTBOX_MAX or memory is exceeded. */

/* Adds SIZE octets, for the next outbox_flush. */
int outbox_put(struct outbox *outbox, const void *bytes, size_t size);

/* Sends SIZE octets to FD, at once where nothing waits before them. */
int outbox_send(struct outbox *outbox, int fd, const void *bytes, size_t size);

/* Sends what FD takes. */
int outbox_flush(struct outbox *outbox, int fd);

/* Throws away what waits. */
void outbox_clear(struct outbox *outbox);

#endif
