/*
 *     connect --fails--> wait 1 ms, doubling up to 250 ms, or until the socket changes --> connect
 *        |                     ^
 *        +--> HELLO, frames ---+ closed, broken, or silent for longer than the lease
 *
 * The directory is watched: a health daemon that comes back is known in the moment it makes its socket. That is a
 * little before it listens there, so the short waits begin again with each change. The longest wait is what remains
 * where the directory cannot be watched.
 *
 * A daemon that was stopped and continues holds verdicts from before: a new connection makes it say what its state is
 * now.
 */
#include "bgpd/announce/health.h"

#include "lib/clock.h"
#include "lib/control/access.h"
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define SOCKET_NAME "verdict.sock"

enum { RETRY_FIRST_MS = 1, RETRY_MAX_MS = 250, BUFFER_SIZE = 64 * 1024 };

/* A handle outlives the object that it served until the loop has closed it, so each connection is its own object. */
struct connection {
    uv_pipe_t pipe;
    uv_connect_t request;
    struct health *health; /* NULL: being closed */
    bool greeted;
    size_t used;
    uint8_t buffer[BUFFER_SIZE];
};

struct health {
    uv_timer_t retry, lease;
    uv_fs_event_t watch; /* of the socket's directory */
    uv_loop_t *loop;
    struct journal *journal;
    struct verdict_table *table;
    struct connection *connection; /* NULL: none */
    enum health_link reported;     /* the link as of the last event */
    uint64_t retry_ms;
    bool lease_due;   /* the lease ran out; one turn of the loop is left for what lies in the socket */
    bool is_told;     /* the log has it that no daemon answers */
    char reason[128]; /* why it is not connected */
    unsigned closing;
    health_change *change;
    void *user;
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
};

static void connect_now(struct health *health);
static void on_lease(uv_timer_t *timer);

static void on_connection_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_retry(uv_timer_t *timer)
{
    connect_now(timer->data);
}

/* NAME is NULL where the system does not say what changed. A connection that has been begun may have come too early. */
static void on_directory_change(uv_fs_event_t *watch, const char *name, int events, int status)
{
    struct health *health = watch->data;

    (void)events;
    if (status < 0 || (name && strcmp(name, SOCKET_NAME) != 0))
        return;
    health->retry_ms = RETRY_FIRST_MS;
    if (!health->connection)
        connect_now(health);
}

/* Says once what the link has become. */
static void report_link(struct health *health)
{
    enum health_link link = verdict_table_link(health->table);

    if (link == health->reported)
        return;
    journal_add(health->journal, clock_real_us(), "health", "healthd", health_link_name(health->reported),
                health_link_name(link), "%s",
                link == HEALTH_CONNECTED ? "connected, all verdicts received" : health->reason);
    health->reported = link;
}

/* When the loop was late, what the daemon said may lie in the socket unread: the lease's end takes effect one turn of
 * the loop after it was due. */
void health_rearm(struct health *health)
{
    uint64_t next = verdict_table_next_ms(health->table), now = clock_monotonic_ms();

    health->lease_due = false;
    if (next == UINT64_MAX)
        uv_timer_stop(&health->lease);
    else
        uv_timer_start(&health->lease, on_lease, next > now ? next - now : 0, 0);
}

static void after_change(struct health *health)
{
    health_rearm(health);
    report_link(health);
    health->change(health->user);
}

/* Gives the connection up, for the reason in FORMAT, and tries again a little later. */
static void __attribute__((format(printf, 2, 3))) disconnect(struct health *health, const char *format, ...)
{
    struct connection *connection = health->connection;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(health->reason, sizeof health->reason, format, arguments);
    va_end(arguments);
    health->connection = NULL;
    connection->health = NULL;
    uv_close((uv_handle_t *)&connection->pipe, on_connection_closed);
    uv_timer_start(&health->retry, on_retry, health->retry_ms, 0);
    health->retry_ms = health->retry_ms * 2 < RETRY_MAX_MS ? health->retry_ms * 2 : RETRY_MAX_MS;
    if (!health->is_told)
        log_warning("health", "%s: %s; retrying", health->path, health->reason);
    health->is_told = true;
    if (verdict_table_disconnected(health->table))
        after_change(health);
}

static void on_lease(uv_timer_t *timer)
{
    struct health *health = timer->data;
    uint64_t now = clock_monotonic_ms();

    if (now < verdict_table_next_ms(health->table)) {
        health_rearm(health);
        return;
    }
    if (!health->lease_due) {
        health->lease_due = true;
        uv_timer_start(&health->lease, on_lease, 1, 0);
        return;
    }
    bool changed = verdict_table_time(health->table, now);
    if (verdict_table_link(health->table) == HEALTH_EXPIRED && health->connection)
        disconnect(health, "no sign of life");
    if (changed)
        after_change(health);
    else
        health_rearm(health);
}

/* Takes what lies complete in the buffer. False: the stream is broken, and the reason is said. */
static bool take_frames(struct health *health, struct wire_reader *reader, bool *changed)
{
    struct verdict_message message;
    uint64_t now = clock_monotonic_ms();
    enum verdict_read result;

    while ((result = verdict_decode(reader, &message)) == VERDICT_READ) {
        if (!health->connection->greeted && message.type != VERDICT_HELLO)
            return false;
        if (message.type == VERDICT_HELLO && message.version != VERDICT_VERSION)
            return false;
        health->connection->greeted = true;
        *changed |= verdict_table_message(health->table, &message, now);
    }
    return result == VERDICT_INCOMPLETE;
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;
    struct health *health = connection->health;
    bool changed = false;

    (void)buffer;
    if (!health || size == 0)
        return;
    if (size < 0) {
        disconnect(health, size == UV_EOF ? "the health daemon closed the connection" : "%s", uv_strerror((int)size));
        return;
    }
    connection->used += (size_t)size;
    struct wire_reader reader = wire_reader_of(connection->buffer, connection->used);
    bool intact = take_frames(health, &reader, &changed);
    connection->used -= reader.position;
    memmove(connection->buffer, connection->buffer + reader.position, connection->used);
    if (verdict_table_link(health->table) == HEALTH_CONNECTED) {
        health->retry_ms = RETRY_FIRST_MS;
        health->is_told = false;
    }
    if (!intact)
        disconnect(health, "not a verdict stream of version %d: run the same version of both daemons", VERDICT_VERSION);
    if (changed)
        after_change(health);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct connection *connection = handle->data;

    (void)suggested;
    /* A frame is far smaller than the buffer, so there is always room for more of it. */
    *buffer = uv_buf_init((char *)connection->buffer + connection->used, BUFFER_SIZE - (unsigned)connection->used);
}

/* Verdicts are taken from root's healthd or our own user's alone. */
static bool is_trusted(const struct connection *connection, char *reason, size_t size)
{
    uv_os_fd_t fd = -1;

    uv_fileno((const uv_handle_t *)&connection->pipe, &fd);
    return control_peer_trusted(fd, (uid_t)-1, reason, size);
}

static void on_connect(uv_connect_t *request, int status)
{
    struct connection *connection = request->data;
    struct health *health = connection->health;
    char reason[sizeof health->reason];

    if (!health)
        return;
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&connection->pipe, on_allocate, on_read);
    if (status < 0) {
        disconnect(health, "%s", uv_strerror(status));
    } else if (!is_trusted(connection, reason, sizeof reason)) {
        health->is_told = health->is_told && strcmp(health->reason, reason) == 0;
        disconnect(health, "%s", reason);
    }
}

static void connect_now(struct health *health)
{
    struct connection *connection = calloc(1, sizeof *connection);

    uv_timer_stop(&health->retry);
    if (!connection) {
        uv_timer_start(&health->retry, on_retry, RETRY_MAX_MS, 0);
        return;
    }
    uv_pipe_init(health->loop, &connection->pipe, 0);
    connection->pipe.data = connection->request.data = connection;
    connection->health = health;
    health->connection = connection;
    uv_pipe_connect(&connection->request, &connection->pipe, health->path, on_connect);
}

struct health *health_open(uv_loop_t *loop, struct journal *journal, const char *directory, uint64_t lease_ms,
                           health_change *change, void *user)
{
    struct health *health = calloc(1, sizeof *health);
    uint64_t now = clock_monotonic_ms();

    if (!health)
        return NULL;
    health->table = verdict_table_new(lease_ms, now);
    int length = snprintf(health->path, sizeof health->path, "%s/" SOCKET_NAME, directory);
    if (!health->table || length >= (int)sizeof health->path) {
        verdict_table_free(health->table);
        free(health);
        return NULL;
    }
    health->loop = loop;
    health->journal = journal;
    health->change = change;
    health->user = user;
    health->retry_ms = RETRY_FIRST_MS;
    health->reported = HEALTH_LOST;
    uv_timer_init(loop, &health->retry);
    uv_timer_init(loop, &health->lease);
    uv_fs_event_init(loop, &health->watch);
    health->retry.data = health->lease.data = health->watch.data = health;
    uv_fs_event_start(&health->watch, on_directory_change, directory, 0);
    health_rearm(health);
    connect_now(health);
    return health;
}

struct verdict_table *health_verdicts(struct health *health)
{
    return health->table;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct health *health = handle->data;

    if (--health->closing > 0)
        return;
    verdict_table_free(health->table);
    free(health);
}

void health_close(struct health *health)
{
    if (!health)
        return;
    if (health->connection) {
        health->connection->health = NULL;
        uv_close((uv_handle_t *)&health->connection->pipe, on_connection_closed);
    }
    health->closing = 3;
    uv_close((uv_handle_t *)&health->retry, on_handle_closed);
    uv_close((uv_handle_t *)&health->lease, on_handle_closed);
    uv_close((uv_handle_t *)&health->watch, on_handle_closed);
}
