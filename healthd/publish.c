#include "healthd/publish.h"

#include "lib/control/listener.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

enum {
    SUBSCRIBERS_MAX = 32,
    SIGNS_A_LEASE = 4, /* one may be lost to a busy moment */
    /* What may wait for a subscriber on top of its snapshot. */
    BACKLOG_MAX = 256 * 1024,
};

struct publisher {
    struct listener listener;
    uv_timer_t alive;
    publish_snapshot *snapshot;
    void *user;
    size_t count;
    LIST_HEAD(, subscriber) subscribers;
};

struct subscriber {
    LIST_ENTRY(subscriber) entry;
    uv_pipe_t pipe;
    struct publisher *publisher;
    size_t allowed; /* bytes that may wait */
    bool closing;
};

struct frame {
    uv_write_t write;
    uint8_t bytes[VERDICT_FRAME_MAX];
};

/* ---- a subscriber ---- */

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void subscriber_close(struct subscriber *subscriber)
{
    if (subscriber->closing)
        return;
    subscriber->closing = true;
    LIST_REMOVE(subscriber, entry);
    subscriber->publisher->count--;
    uv_close((uv_handle_t *)&subscriber->pipe, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
    struct subscriber *subscriber = write->handle->data;

    free(write->data);
    if (status < 0)
        subscriber_close(subscriber);
}

static void queue(struct subscriber *subscriber, const uint8_t *bytes, size_t size)
{
    uv_stream_t *stream = (uv_stream_t *)&subscriber->pipe;
    struct frame *frame = malloc(sizeof *frame);

    if (!frame || uv_stream_get_write_queue_size(stream) + size > subscriber->allowed) {
        free(frame);
        subscriber_close(subscriber);
        return;
    }
    memcpy(frame->bytes, bytes, size);
    frame->write.data = frame;
    uv_buf_t buffer = uv_buf_init((char *)frame->bytes, (unsigned)size);
    if (uv_write(&frame->write, stream, &buffer, 1, on_written) < 0) {
        free(frame);
        subscriber_close(subscriber);
    }
}

/* What the socket takes now goes now; only the rest waits. */
static void subscriber_send(struct subscriber *subscriber, const uint8_t *bytes, size_t size)
{
    uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)size);
    int sent = uv_try_write((uv_stream_t *)&subscriber->pipe, &buffer, 1);

    if (sent < 0 && sent != UV_EAGAIN)
        subscriber_close(subscriber);
    else if (sent < (int)size)
        queue(subscriber, bytes + (sent > 0 ? sent : 0), size - (size_t)(sent > 0 ? sent : 0));
}

static void subscriber_say(struct subscriber *subscriber, const struct verdict_message *message)
{
    uint8_t bytes[VERDICT_FRAME_MAX];
    size_t size = verdict_encode(bytes, message);

    if (!subscriber->closing)
        subscriber_send(subscriber, bytes, size);
}

static void subscriber_greet(struct subscriber *subscriber)
{
    struct publisher *publisher = subscriber->publisher;
    struct verdict_message message = {.type = VERDICT_HELLO, .version = VERDICT_VERSION};
    size_t index = 0;

    subscriber->allowed = SIZE_MAX;
    subscriber_say(subscriber, &message);
    while (!subscriber->closing && publisher->snapshot(index, &message, publisher->user)) {
        subscriber_say(subscriber, &message);
        index++;
    }
    subscriber_say(subscriber, &(struct verdict_message){.type = VERDICT_SNAPSHOT_END});
    subscriber->allowed = uv_stream_get_write_queue_size((uv_stream_t *)&subscriber->pipe) + BACKLOG_MAX;
}

/* A subscriber sends nothing; reading is how its end is noticed. */
static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    static char unwanted[256];

    (void)handle;
    (void)suggested;
    *buffer = uv_buf_init(unwanted, sizeof unwanted);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    (void)buffer;
    if (count != 0)
        subscriber_close(stream->data);
}

static void on_connection(int fd, void *user)
{
    struct publisher *publisher = user;
    bool welcome = publisher->count < SUBSCRIBERS_MAX && control_peer_allowed(&publisher->listener.owner, fd);
    struct subscriber *subscriber = welcome ? calloc(1, sizeof *subscriber) : NULL;

    if (!subscriber) {
        close(fd);
        return;
    }
    subscriber->publisher = publisher;
    uv_pipe_init(publisher->alive.loop, &subscriber->pipe, 0);
    subscriber->pipe.data = subscriber;
    LIST_INSERT_HEAD(&publisher->subscribers, subscriber, entry);
    publisher->count++;
    if (uv_pipe_open(&subscriber->pipe, fd) < 0) {
        close(fd);
        subscriber_close(subscriber);
        return;
    }
    uv_read_start((uv_stream_t *)&subscriber->pipe, on_allocate, on_read);
    subscriber_greet(subscriber);
}

/* ---- all of them ---- */

void publisher_say(struct publisher *publisher, const struct verdict_message *message)
{
    uint8_t bytes[VERDICT_FRAME_MAX];
    size_t size = verdict_encode(bytes, message);
    struct subscriber *subscriber, *next;

    for (subscriber = LIST_FIRST(&publisher->subscribers); subscriber; subscriber = next) {
        next = LIST_NEXT(subscriber, entry);
        subscriber_send(subscriber, bytes, size);
    }
}

static void on_alive(uv_timer_t *timer)
{
    publisher_say(timer->data, &(struct verdict_message){.type = VERDICT_ALIVE});
}

void publisher_set_lease(struct publisher *publisher, uint64_t lease_ms)
{
    uint64_t period_ms = lease_ms / SIGNS_A_LEASE ? lease_ms / SIGNS_A_LEASE : 1;

    uv_timer_start(&publisher->alive, on_alive, 0, period_ms);
}

size_t publisher_subscribers(const struct publisher *publisher)
{
    return publisher->count;
}

struct publisher *publisher_open(uv_loop_t *loop, const char *directory, publish_snapshot *snapshot, void *user,
                                 char *error, size_t size)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);

    if (!publisher) {
        strlcpy(error, "out of memory", size);
        return NULL;
    }
    publisher->snapshot = snapshot;
    publisher->user = user;
    LIST_INIT(&publisher->subscribers);
    if (!listener_open(&publisher->listener, loop, directory, "verdict", on_connection, publisher, error, size)) {
        free(publisher);
        return NULL;
    }
    uv_timer_init(loop, &publisher->alive);
    publisher->alive.data = publisher;
    return publisher;
}

void publisher_close(struct publisher *publisher)
{
    if (!publisher)
        return;
    listener_close(&publisher->listener);
    while (!LIST_EMPTY(&publisher->subscribers))
        subscriber_close(LIST_FIRST(&publisher->subscribers));
    uv_close((uv_handle_t *)&publisher->alive, on_closed);
}
