#include "healthd/net/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int outbox_put(struct outbox *outbox, const void *bytes, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t *grown = size <= OUTBOX_MAX - outbox->size ? realloc(outbox->bytes, outbox->size + size) : NULL;
    if (!grown)
        return -ENOBUFS;
    memcpy(grown + outbox->size, bytes, size);
    outbox->bytes = grown;
    outbox->size += size;
    return 0;
}

/* The octets that FD takes now, or a negative errno. */
static ssize_t send_some(int fd, const uint8_t *bytes, size_t size)
{
    ssize_t count = send(fd, bytes, size, MSG_NOSIGNAL);

    return count >= 0 ? count : errno == EAGAIN ? 0 : -errno;
}

int outbox_send(struct outbox *outbox, int fd, const void *bytes, size_t size)
{
    ssize_t count = outbox->size == 0 ? send_some(fd, bytes, size) : 0;

    return count < 0 ? (int)count : outbox_put(outbox, (const uint8_t *)bytes + count, size - (size_t)count);
}

int outbox_flush(struct outbox *outbox, int fd)
{
    while (outbox->sent < outbox->size) {
        ssize_t count = send_some(fd, outbox->bytes + outbox->sent, outbox->size - outbox->sent);
        if (count <= 0)
            return (int)count;
        outbox->sent += (size_t)count;
    }
    outbox->size = outbox->sent = 0;
    return 0;
}

void outbox_clear(struct outbox *outbox)
{
    free(outbox->bytes);
    *outbox = (struct outbox){0};
}
