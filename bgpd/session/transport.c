#include "bgpd/session/transport.h"

#include "lib/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINGER_MS = 2000, REASON_SIZE = 192 };

enum phase { PHASE_CONNECTING, PHASE_OPEN, PHASE_LOST, PHASE_LINGERING, PHASE_CLOSED };

struct transport {
    uv_poll_t poll;
    uv_timer_t linger_timer;
    unsigned handles; /* not yet closed */
    int fd;
    enum phase phase;
    int write_error; /* errno of a write; reported by the next read */
    int polled;      /* events that are polled for */
    bool md5, output_ended;
    struct address remote;
    uint16_t port;
    uint8_t ttl, minimum_ttl;
    const struct transport_handler *handler;
    void *user;
    struct transport_lingering *lingering;
    LIST_ENTRY(transport) link; /* of those that linger */
    size_t input_size;
    size_t output_head, output_end; /* what waits */
    uint64_t written;               /* octets that the kernel has taken */
    uint8_t input[TRANSPORT_INPUT_MAX], output[TRANSPORT_OUTPUT_MAX];
};

static void poll_event(uv_poll_t *poll, int status, int events);

/* Polls for EVENTS; where it does so already, that costs nothing. */
static void poll_for(struct transport *transport, int events)
{
    if (transport->polled != events)
        uv_poll_start(&transport->poll, events, poll_event);
    transport->polled = events;
}

static size_t output_waiting(const struct transport *transport)
{
    return transport->output_end - transport->output_head;
}

/* Mostly the kernel takes all at once, and the next transport's turn follows: so that the buffers of many are not drawn
 * through the processor's caches for that, one stands in for the one that is written to and was empty. */
static uint8_t common_output[TRANSPORT_OUTPUT_MAX];
static struct transport *common_owner;

static uint8_t *output_of(struct transport *transport)
{
    return transport == common_owner ? common_output : transport->output;
}

/* What its owner has left there moves to its own buffer. */
static void leave_common(void)
{
    if (common_owner)
        memcpy(common_owner->output + common_owner->output_head, common_output + common_owner->output_head,
               output_waiting(common_owner));
    common_owner = NULL;
}

/* ---- birth and death ---- */

static void handle_closed(uv_handle_t *handle)
{
    struct transport *transport = handle->data;

    if (--transport->handles == 0)
        free(transport);
}

static void link_lingering(struct transport *transport, struct transport_lingering *lingering)
{
    transport->lingering = lingering;
    LIST_INSERT_HEAD(&lingering->transports, transport, link);
    lingering->count++;
}

static void unlink_lingering(struct transport *transport)
{
    LIST_REMOVE(transport, link);
    transport->lingering->count--;
}

/* Releases everything; the object itself is freed when libuv has let go of its handles. */
static void destroy(struct transport *transport, bool reset)
{
    if (transport->phase == PHASE_CLOSED)
        return;
    if (transport->phase == PHASE_LINGERING)
        unlink_lingering(transport);
    transport->phase = PHASE_CLOSED;
    if (transport == common_owner)
        common_owner = NULL;
    uv_close((uv_handle_t *)&transport->linger_timer, handle_closed);
    uv_close((uv_handle_t *)&transport->poll, handle_closed);
    if (reset)
        socket_reset(transport->fd);
    else
        close(transport->fd);
}

/* Of FD, which is taken over. The buffers are not touched before they are used. */
static struct transport *transport_new(const struct transport_context *context, int fd, enum phase phase,
                                       const struct neighbor_config *neighbor, char *error, size_t size)
{
    struct transport *transport = malloc(sizeof *transport);

    if (transport)
        memset(transport, 0, offsetof(struct transport, input));
    if (!transport || uv_poll_init(context->loop, &transport->poll, fd) < 0) {
        snprintf(error, size, "out of memory");
        close(fd);
        free(transport);
        return NULL;
    }
    uv_timer_init(context->loop, &transport->linger_timer);
    transport->handles = 2;
    transport->poll.data = transport->linger_timer.data = transport;
    transport->fd = fd;
    transport->phase = phase;
    transport->handler = context->handler;
    transport->user = context->user;
    transport->lingering = context->lingering;
    transport->remote = neighbor->address;
    transport->port = neighbor->port;
    transport->md5 = neighbor->password != NULL;
    transport->ttl = neighbor->ttl_security ? UINT8_MAX : neighbor->ttl;
    transport->minimum_ttl = neighbor->ttl_security ? (uint8_t)(UINT8_MAX + 1 - neighbor->ttl_security) : 0;
    poll_for(transport, phase == PHASE_CONNECTING ? UV_WRITABLE : UV_READABLE);
    return transport;
}

struct transport *transport_connect(const struct transport_context *context, const struct neighbor_config *neighbor,
                                    char *error, size_t size)
{
    int fd = socket_connect(neighbor, error, size);

    return fd < 0 ? NULL : transport_new(context, fd, PHASE_CONNECTING, neighbor, error, size);
}

struct transport *transport_accepted(const struct transport_context *context, int fd,
                                     const struct neighbor_config *neighbor, char *error, size_t size)
{
    if (!socket_prepare(fd, neighbor, error, size)) {
        close(fd);
        return NULL;
    }
    return transport_new(context, fd, PHASE_OPEN, neighbor, error, size);
}

/* ---- in ---- */

struct wire_reader transport_input(const struct transport *transport)
{
    return wire_reader_of(transport->input, transport->input_size);
}

void transport_consume(struct transport *transport, size_t size)
{
    transport->input_size -= size;
    memmove(transport->input, transport->input + size, transport->input_size);
}

bool transport_input_waits(const struct transport *transport)
{
    int octets = 0;

    return ioctl(transport->fd, FIONREAD, &octets) == 0 && octets > 0;
}

static void tell_lost(struct transport *transport, const char *reason)
{
    transport->phase = PHASE_LOST;
    uv_poll_stop(&transport->poll);
    transport->handler->lost(reason, transport->user);
}

/* One read. Whether there may be more to read. */
static bool receive(struct transport *transport)
{
    size_t room = TRANSPORT_INPUT_MAX - transport->input_size;

    if (room > TRANSPORT_READ_MAX)
        room = TRANSPORT_READ_MAX;
    ssize_t size = recv(transport->fd, transport->input + transport->input_size, room, 0);
    if (size > 0) {
        transport->input_size += (size_t)size;
        transport->handler->readable(transport->user);
        return transport->phase == PHASE_OPEN;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    int error = size < 0 ? errno : transport->write_error;
    char text[ERRNO_TEXT_SIZE], reason[REASON_SIZE] = "connection closed by the neighbor";
    if (error)
        snprintf(reason, sizeof reason, "connection failed: %s", errno_text(error, text));
    tell_lost(transport, reason);
    return false;
}

/* ---- out ---- */

uint8_t *transport_reserve(struct transport *transport, size_t size, bool urgent)
{
    size_t limit = urgent ? TRANSPORT_OUTPUT_MAX : TRANSPORT_OUTPUT_MAX - TRANSPORT_URGENT_ROOM;

    if (transport != common_owner && output_waiting(transport) == 0) {
        leave_common();
        common_owner = transport;
    }
    uint8_t *output = output_of(transport);
    if (transport->output_head > 0 && transport->output_end + size > limit) {
        transport->output_end -= transport->output_head;
        memmove(output, output + transport->output_head, transport->output_end);
        transport->output_head = 0;
    }
    return transport->output_end + size <= limit ? output + transport->output_end : NULL;
}

void transport_commit(struct transport *transport, size_t size)
{
    transport->output_end += size;
}

static void took(struct transport *transport, size_t size)
{
    transport->output_head += size;
    transport->written += size;
    if (transport->output_head == transport->output_end)
        transport->output_head = transport->output_end = 0;
}

void transport_flush(struct transport *transport)
{
    if (transport->phase != PHASE_OPEN && transport->phase != PHASE_LINGERING)
        return;
    while (output_waiting(transport) > 0 && !transport->write_error) {
        ssize_t size =
            send(transport->fd, output_of(transport) + transport->output_head, output_waiting(transport), MSG_NOSIGNAL);
        if (size < 0 && errno != EINTR && errno != EAGAIN)
            transport->write_error = errno; /* the next read reports it */
        if (size < 0 && errno == EAGAIN)
            break;
        if (size > 0)
            took(transport, (size_t)size);
    }
    bool wait = output_waiting(transport) > 0 && !transport->write_error;
    poll_for(transport, UV_READABLE | (wait ? UV_WRITABLE : 0));
}

uint64_t transport_offset(const struct transport *transport)
{
    return transport->written + output_waiting(transport);
}

uint64_t transport_acknowledged(const struct transport *transport)
{
    uint32_t unacknowledged = socket_unacknowledged(transport->fd);

    return transport->written > unacknowledged ? transport->written - unacknowledged : 0;
}

/* ---- the end ---- */

static void linger_expired(uv_timer_t *timer)
{
    destroy(timer->data, true);
}

/* Shuts down our side once everything before it has been sent, and reads on until the other end has closed, too:
 * closing with unread input would make the kernel send a reset, and that may overtake our last words. */
static void linger(struct transport *transport)
{
    static uint8_t ignored[TRANSPORT_READ_MAX];

    transport_flush(transport);
    if (transport->write_error) {
        destroy(transport, true);
        return;
    }
    if (output_waiting(transport) == 0 && !transport->output_ended) {
        shutdown(transport->fd, SHUT_WR);
        transport->output_ended = true;
    }
    ssize_t size = recv(transport->fd, ignored, sizeof ignored, 0);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        destroy(transport, output_waiting(transport) > 0);
}

/* A neighbor that connects again and again must not use up our memory and descriptors. */
static void end_oldest(struct transport_lingering *lingering)
{
    struct transport *oldest = LIST_FIRST(&lingering->transports);

    while (LIST_NEXT(oldest, link))
        oldest = LIST_NEXT(oldest, link);
    destroy(oldest, true);
}

void transport_close(struct transport *transport)
{
    if (!transport)
        return;
    if (transport->phase != PHASE_OPEN || transport->write_error) {
        destroy(transport, false);
        return;
    }
    transport->phase = PHASE_LINGERING;
    link_lingering(transport, transport->lingering);
    if (transport->lingering->count > TRANSPORT_LINGERING_MAX)
        end_oldest(transport->lingering);
    uv_timer_start(&transport->linger_timer, linger_expired, LINGER_MS, 0);
    linger(transport);
}

void transport_lingering_move(struct transport_lingering *lingering, struct transport_lingering *to)
{
    struct transport *transport;

    while ((transport = LIST_FIRST(&lingering->transports))) {
        unlink_lingering(transport);
        link_lingering(transport, to);
    }
}

bool transport_lingering_done(const struct transport_lingering *lingering)
{
    const struct transport *transport;

    LIST_FOREACH(transport, &lingering->transports, link)
    {
        if (output_waiting(transport) > 0 || socket_unacknowledged(transport->fd) > 0)
            return false;
    }
    return true;
}

void transport_lingering_end(struct transport_lingering *lingering)
{
    struct transport *transport;

    while ((transport = LIST_FIRST(&lingering->transports)))
        destroy(transport, output_waiting(transport) > 0);
}

/* ---- the loop ---- */

static void finish_connecting(struct transport *transport)
{
    char address[ADDRESS_TEXT_SIZE], text[ERRNO_TEXT_SIZE], reason[REASON_SIZE];
    int error = socket_connect_result(transport->fd);

    if (error < 0) {
        snprintf(reason, sizeof reason, "connect to %s port %u: %s", address_format(&transport->remote, address),
                 transport->port, errno_text(-error, text));
        tell_lost(transport, reason);
        return;
    }
    transport->phase = PHASE_OPEN;
    poll_for(transport, UV_READABLE);
    transport->handler->connected(transport->user);
}

/* The connection has failed, and libuv no longer polls it: what arrived before is read now, and then the reason. */
static void receive_last(struct transport *transport)
{
    while (receive(transport))
        continue;
    if (transport->phase == PHASE_OPEN)
        poll_for(transport, UV_READABLE);
}

static void poll_event(uv_poll_t *poll, int status, int events)
{
    struct transport *transport = poll->data;

    if (status < 0)
        transport->polled = 0; /* libuv has stopped polling */
    if (transport->phase == PHASE_CONNECTING) {
        finish_connecting(transport);
        return;
    }
    if (transport->phase == PHASE_LINGERING) {
        linger(transport);
        return;
    }
    if (events & UV_WRITABLE) {
        transport_flush(transport);
        if (output_waiting(transport) == 0)
            transport->handler->writable(transport->user);
    }
    if (transport->phase == PHASE_OPEN && events & UV_READABLE)
        receive(transport);
    if (transport->phase == PHASE_OPEN && status < 0)
        receive_last(transport);
}

struct address transport_local(const struct transport *transport, uint16_t *port)
{
    return socket_end(transport->fd, false, port);
}

void transport_facts(const struct transport *transport, struct transport_facts *facts)
{
    int mss = 0;
    socklen_t length = sizeof mss;

    *facts = (struct transport_facts){.ttl = transport->ttl,
                                      .minimum_ttl = transport->minimum_ttl,
                                      .md5 = transport->md5,
                                      .queued = (uint32_t)output_waiting(transport),
                                      .unacknowledged = socket_unacknowledged(transport->fd)};
    facts->local = transport_local(transport, &facts->local_port);
    socket_end(transport->fd, true, &facts->remote_port);
    if (getsockopt(transport->fd, IPPROTO_TCP, TCP_MAXSEG, &mss, &length) == 0)
        facts->mss = (uint32_t)mss;
}
