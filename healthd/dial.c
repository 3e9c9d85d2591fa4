#include "healthd/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

bool dial_init(struct dial *dial, struct probe *probe, const struct endpoint *target, int type)
{
    *dial = (struct dial){.probe = probe, .port = target->port, .type = type, .fd = -1};
    dial->name = name_acquire(probe->room->resolver, target->host);
    return dial->name;
}

void dial_clear(struct dial *dial)
{
    dial_close(dial);
    name_release(dial->name);
    dial->name = NULL;
}

static void close_socket(struct dial *dial)
{
    if (dial->fd >= 0)
        watch_close(dial->probe->room->watcher, &dial->watch, dial->fd);
    dial->fd = -1;
}

void dial_close(struct dial *dial)
{
    resolve_cancel(&dial->query);
    close_socket(dial);
}

int dial_take(struct dial *dial)
{
    int fd = dial->fd;

    watch_stop(dial->probe->room->watcher, &dial->watch);
    dial->fd = -1;
    return fd;
}

void dial_address(const struct dial *dial, char *text, size_t size)
{
    struct endpoint endpoint = {.port = dial->port};

    address_format(&dial->address, endpoint.host);
    endpoint_format(&endpoint, text, size);
}

void dial_describe(const struct dial *dial, char *text, size_t size)
{
    char address[ENDPOINT_TEXT_SIZE];

    if (dial->fd < 0) {
        snprintf(text, size, "resolve %s", name_host(dial->name));
        return;
    }
    dial_address(dial, address, sizeof address);
    snprintf(text, size, "connect %s", address);
}

void dial_report(struct dial *dial, int error)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(dial, address, sizeof address);
    probe_errno(dial->probe, error, "connect %s", address);
}

/*
 * A brief connection is over the moment it stands. Without quick ACKs the kernel would hold the last ACK of the
 * handshake back for data to come, and closing with a reset sends that in its place: the backend's accept queue never
 * sees a connection that nobody wants, no side is left in TIME_WAIT, and three packets serve where seven would.
 */
static void make_brief(int fd)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &(int){0}, sizeof(int));
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

/* Begins to connect to the current address. 0: under way or done; else an errno. */
static int open_socket(struct dial *dial)
{
    struct sockaddr_storage remote;
    socklen_t length = address_to_socket(&dial->address, dial->port, &remote);

    dial->fd = dial->open ? dial->open(remote.ss_family)
                          : socket(remote.ss_family, dial->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (dial->fd < 0)
        return errno;
    if (dial->brief)
        make_brief(dial->fd);
    if (connect(dial->fd, (struct sockaddr *)&remote, length) == 0 || errno == EINPROGRESS)
        return 0;
    return errno;
}

/* Whether the connection stands (0), is under way (EINPROGRESS), or why it does not. To connect again asks all of it in
 * one system call. */
static int state_of(struct dial *dial)
{
    struct sockaddr_storage remote;
    socklen_t length = address_to_socket(&dial->address, dial->port, &remote);

    if (connect(dial->fd, (struct sockaddr *)&remote, length) == 0 || errno == EISCONN)
        return 0;
    return errno == EALREADY ? EINPROGRESS : errno;
}

static void on_ready(struct watch *watch, uint32_t events);

/* Tries addresses from dial->next on, until one is connected or under way. ERROR is that of the one before. */
static void try_addresses(struct dial *dial, int error)
{
    struct watcher *watcher = dial->probe->room->watcher;
    size_t count;
    const struct address *addresses = name_addresses(dial->name, &count);

    while (dial->next < count) {
        dial->address = addresses[dial->next++];
        error = open_socket(dial);
        /* On this machine the handshake is over by now: asking is cheaper than to be told. */
        if (!error)
            error = state_of(dial);
        if (error == EINPROGRESS)
            error = watch_start(watcher, &dial->watch, dial->fd, EPOLLOUT, on_ready);
        else if (!error)
            return dial->connected(dial);
        if (!error)
            return;
        close_socket(dial);
    }
    (dial->failed ? dial->failed : dial_report)(dial, error);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct dial *dial = (struct dial *)watch;
    int error = state_of(dial);

    (void)events;
    if (error == EINPROGRESS)
        return;
    if (!error)
        return dial->connected(dial);
    close_socket(dial);
    try_addresses(dial, error);
}

static void on_resolved(struct resolve_query *query, enum resolve_result result)
{
    struct dial *dial = (struct dial *)((char *)query - offsetof(struct dial, query));
    const char *host = name_host(dial->name);

    if (result == RESOLVE_NO_SUCH_NAME)
        return probe_fail(dial->probe, REASON_NO_SUCH_NAME, "resolve %s: %s", host, name_error(dial->name));
    if (result == RESOLVE_NO_ANSWER)
        return probe_unable(dial->probe, REASON_NO_RESOLVER, "resolve %s: %s", host, name_error(dial->name));
    probe_phase(dial->probe, "connect");
    dial->next = 0;
    try_addresses(dial, EHOSTUNREACH);
}

void dial_start(struct dial *dial)
{
    enum resolve_result result = resolve_start(dial->name, &dial->query, on_resolved);

    if (result == RESOLVE_LATER)
        probe_phase(dial->probe, PROBE_PHASE_RESOLVE);
    else
        on_resolved(&dial->query, result);
}
