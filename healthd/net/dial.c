#include "healthd/net/dial.h"

#include "lib/container.h"

#include <bsd/string.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

bool dial_init(struct dial *dial, struct probe *probe, const struct endpoint *target, int type)
{
    *dial = (struct dial){.probe = probe, .port = target->port, .type = type, .fd = -1};
    dial->name = name_acquire(probe->room->resolver, target->host);
    return dial->name;
}

static struct watcher *watcher_of(const struct dial *dial)
{
    return dial->probe->room->watcher;
}

static void close_socket(struct dial *dial)
{
    if (dial->fd >= 0)
        watch_close(watcher_of(dial), &dial->watch, dial->fd);
    dial->fd = -1;
}

int dial_take(struct dial *dial)
{
    int fd = dial->fd;

    watch_stop(watcher_of(dial), &dial->watch);
    dial->fd = -1;
    return fd;
}

void dial_address(const struct dial *dial, char *text, size_t size)
{
    struct endpoint endpoint = {.port = dial->port};

    address_format(&dial->address, endpoint.host);
    if (dial->port)
        endpoint_format(&endpoint, text, size);
    else
        strlcpy(text, endpoint.host, size);
}

void dial_describe(const struct dial *dial, char *text, size_t size)
{
    char address[ENDPOINT_TEXT_SIZE];

    if (dial->next == 0) {
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

/* What is said at the end, where every address failed: the last word on the target, and trouble of this machine only
 * where there was nothing else. */
static void blame(struct dial *dial, const struct address *address, int error)
{
    enum reason reason;

    if (dial->error && outcome_of_errno(dial->error, &reason) == OUTCOME_FAIL &&
        outcome_of_errno(error, &reason) != OUTCOME_FAIL)
        return;
    dial->error = error;
    dial->blamed = *address;
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

/* Whether a connection to ADDRESS stands (0), is under way (-EINPROGRESS), or why it does not. To connect again asks
 * all of it in one system call. */
static int state_of(int fd, const struct address *address, uint16_t port)
{
    struct sockaddr_storage remote;
    socklen_t length = address_to_socket(address, port, &remote);

    if (connect(fd, (struct sockaddr *)&remote, length) == 0 || errno == EISCONN)
        return 0;
    return errno == EALREADY ? -EINPROGRESS : -errno;
}

static int new_socket(int family, int type)
{
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    return fd < 0 ? -errno : fd;
}

/* Begins to connect to the current address, and then as state_of. */
static int open_socket(struct dial *dial)
{
    int family = dial->address.family == FAMILY_IPV4 ? AF_INET : AF_INET6;
    int fd = dial->open ? dial->open(family) : new_socket(family, dial->type);

    if (fd < 0)
        return fd;
    dial->fd = fd;
    if (dial->brief)
        make_brief(dial->fd);
    int error = state_of(dial->fd, &dial->address, dial->port);
    /* To a target on this machine the handshake is over by now: asking again is cheaper than to be told. */
    return error == -EINPROGRESS ? state_of(dial->fd, &dial->address, dial->port) : error;
}

/* ---- silent attempts ---- */

enum { STAGGER_MS = 250, STAGGER_LEAST_MS = 10 };

/* An attempt that others have been begun beside. */
struct attempt {
    struct watch watch; /* first: the callback gets its address */
    struct race *race;
    int fd; /* -1: it has failed */
    struct address address;
};

struct race {
    uv_timer_t timer;
    struct dial *dial;
    size_t count;
    struct attempt attempts[RESOLVE_ADDRESSES_MAX];
};

static void race_freed(uv_handle_t *handle)
{
    free(handle->data);
}

static void end_race(struct dial *dial)
{
    struct race *race = dial->race;

    if (!race)
        return;
    dial->race = NULL;
    for (size_t i = 0; i < race->count; i++) {
        if (race->attempts[i].fd >= 0)
            watch_close(watcher_of(dial), &race->attempts[i].watch, race->attempts[i].fd);
    }
    uv_close((uv_handle_t *)&race->timer, race_freed);
}

/* The attempt comes back to the front, where there is none. */
static void resume(struct dial *dial, struct attempt *attempt)
{
    watch_stop(watcher_of(dial), &attempt->watch);
    dial->fd = attempt->fd;
    dial->address = attempt->address;
    attempt->fd = -1;
}

static void succeed(struct dial *dial)
{
    end_race(dial);
    dial->connected(dial);
}

static void on_late_answer(struct watch *watch, uint32_t events)
{
    struct attempt *attempt = (struct attempt *)watch;
    struct dial *dial = attempt->race->dial;
    int error = state_of(attempt->fd, &attempt->address, dial->port);

    (void)events;
    if (error == -EINPROGRESS)
        return;
    if (error) {
        blame(dial, &attempt->address, error);
        watch_close(watcher_of(dial), &attempt->watch, attempt->fd);
        attempt->fd = -1;
        return;
    }
    close_socket(dial);
    resume(dial, attempt);
    succeed(dial);
}

/* The attempt at the front goes on beside the next. */
static void set_aside(struct race *race)
{
    struct dial *dial = race->dial;
    struct attempt *attempt = &race->attempts[race->count++];

    *attempt = (struct attempt){.race = race, .fd = dial->fd, .address = dial->address};
    watch_stop(watcher_of(dial), &dial->watch);
    dial->fd = -1;
    int error = watch_start(watcher_of(dial), &attempt->watch, attempt->fd, EPOLLOUT, on_late_answer);
    if (error) {
        blame(dial, &attempt->address, error);
        close(attempt->fd);
        attempt->fd = -1;
    }
}

static void try_addresses(struct dial *dial);

static void on_silence(uv_timer_t *timer)
{
    struct race *race = timer->data;

    set_aside(race);
    try_addresses(race->dial);
}

/* Lets the next address have its turn once this one has been silent for its part of the time. Where there is no memory
 * for that, the addresses are tried in turn. */
static void bound_silence(struct dial *dial, size_t addresses)
{
    uint64_t part_ms = dial->probe->timeout_ms / (addresses + 1);
    uint64_t stagger_ms = part_ms && part_ms < STAGGER_MS ? part_ms : STAGGER_MS;

    if (!dial->race && (dial->race = calloc(1, sizeof *dial->race))) {
        uv_timer_init(dial->probe->room->loop, &dial->race->timer);
        dial->race->timer.data = dial->race;
        dial->race->dial = dial;
    }
    if (dial->race)
        uv_timer_start(&dial->race->timer, on_silence, stagger_ms < STAGGER_LEAST_MS ? STAGGER_LEAST_MS : stagger_ms,
                       0);
}

/* ---- one address after the other ---- */

static void on_ready(struct watch *watch, uint32_t events);

/* Waits for the attempt at the front, as one of ADDRESSES. 0, or a negative errno. */
static int wait_for_it(struct dial *dial, size_t addresses)
{
    int error = watch_start(watcher_of(dial), &dial->watch, dial->fd, EPOLLOUT, on_ready);

    if (!error && dial->next < addresses)
        bound_silence(dial, addresses);
    return error;
}

/* Every address was tried: an attempt that is still silent may yet succeed. Whether there is one. */
static bool resume_any(struct dial *dial)
{
    for (size_t i = 0; dial->race && i < dial->race->count; i++) {
        if (dial->race->attempts[i].fd < 0)
            continue;
        resume(dial, &dial->race->attempts[i]);
        int error = wait_for_it(dial, 0);
        if (!error)
            return true;
        blame(dial, &dial->address, error);
        close_socket(dial);
    }
    return false;
}

/* Tries addresses from dial->next on, until one is connected or under way. */
static void try_addresses(struct dial *dial)
{
    size_t count;
    const struct address *addresses = name_addresses(dial->name, &count);

    if (dial->race)
        uv_timer_stop(&dial->race->timer);
    while (dial->next < count) {
        dial->address = addresses[dial->next++];
        int error = open_socket(dial);
        if (!error)
            return succeed(dial);
        if (error == -EINPROGRESS)
            error = wait_for_it(dial, count);
        if (!error)
            return;
        blame(dial, &dial->address, error);
        close_socket(dial);
    }
    if (resume_any(dial))
        return;
    end_race(dial);
    dial->address = dial->blamed;
    (dial->failed ? dial->failed : dial_report)(dial, dial->error);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct dial *dial = (struct dial *)watch;
    int error = state_of(dial->fd, &dial->address, dial->port);

    (void)events;
    if (error == -EINPROGRESS)
        return;
    if (!error)
        return succeed(dial);
    blame(dial, &dial->address, error);
    close_socket(dial);
    try_addresses(dial);
}

static void on_resolved(struct resolve_query *query, enum resolve_result result)
{
    struct dial *dial = CONTAINER_OF(query, struct dial, query);
    const char *host = name_host(dial->name);

    if (result == RESOLVE_NO_SUCH_NAME)
        return probe_fail(dial->probe, REASON_NO_SUCH_NAME, "resolve %s: %s", host, name_error(dial->name));
    if (result == RESOLVE_NO_ANSWER)
        return probe_unable(dial->probe, REASON_NO_RESOLVER, "resolve %s: %s", host, name_error(dial->name));
    probe_phase(dial->probe, "connect");
    try_addresses(dial);
}

void dial_start(struct dial *dial)
{
    dial->next = 0;
    dial->error = 0;
    enum resolve_result result = resolve_start(dial->name, &dial->query, on_resolved);

    if (result == RESOLVE_LATER)
        probe_phase(dial->probe, PROBE_PHASE_RESOLVE);
    else
        on_resolved(&dial->query, result);
}

void dial_close(struct dial *dial)
{
    resolve_cancel(&dial->query);
    end_race(dial);
    close_socket(dial);
}

void dial_clear(struct dial *dial)
{
    dial_close(dial);
    name_release(dial->name);
    dial->name = NULL;
}
