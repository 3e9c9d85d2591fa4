/*
 * A neighbor that does what the test says, octet by octet, in place of speaker "b": 127.x.y.12, AS 65515, identifier
 * 192.0.2.12. It connects to "a", which is configured passive.
 */
#ifndef VIPGATE_TESTS_SESSION_PUPPET_H
#define VIPGATE_TESTS_SESSION_PUPPET_H

#include "bgpd/codec/message.h"
#include "bgpd/session/socket.h"
#include "pair.h"

#include <errno.h>

struct puppet {
    struct pair *pair;
    int fd;
    bool closed; /* the other end has closed or reset */
    uint8_t input[MESSAGE_MAX_EXTENDED];
    size_t size;
};

/* Connects, with a receive buffer of RECEIVE_BUFFER octets where that is not 0. */
static inline void puppet_connect(struct puppet *puppet, struct pair *pair, int receive_buffer)
{
    struct sockaddr_storage local, remote;
    *puppet = (struct puppet){.pair = pair};
    puppet->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(puppet->fd >= 0);
    if (receive_buffer)
        setsockopt(puppet->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    socklen_t length = address_to_socket(&pair->b.address, 0, &local);
    assert_int_equal(bind(puppet->fd, (struct sockaddr *)&local, length), 0);
    length = address_to_socket(&pair->a.address, pair_port(), &remote);
    assert_int_equal(connect(puppet->fd, (struct sockaddr *)&remote, length), 0);
}

static inline void puppet_close(struct puppet *puppet)
{
    close(puppet->fd);
}

static inline void puppet_send(struct puppet *puppet, const void *data, size_t size)
{
    assert_int_equal(send(puppet->fd, data, size, MSG_NOSIGNAL), size);
}

static inline struct open_message puppet_open(void)
{
    struct open_message open = {.as = 65515, .hold_time_s = 90, .router_id = 0xc000020cu};
    open.capabilities = capabilities_none();
    open.capabilities.multiprotocol = true;
    open.capabilities.families = FAMILY_BIT_IPV4;
    open.capabilities.route_refresh = true;
    return open;
}

static inline void puppet_send_open(struct puppet *puppet, const struct open_message *open)
{
    uint8_t data[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    open_encode(&writer, open);
    puppet_send(puppet, data, writer.position);
}

static inline void puppet_send_keepalive(struct puppet *puppet)
{
    uint8_t data[MESSAGE_HEADER_SIZE];
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    keepalive_encode(&writer);
    puppet_send(puppet, data, writer.position);
}

/* Sends a message of TYPE with BODY as it is. */
static inline void puppet_send_message(struct puppet *puppet, uint8_t type, const void *body, size_t size)
{
    uint8_t data[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    size_t begin = message_begin(&writer, type);
    wire_write_bytes(&writer, body, size);
    message_end(&writer, begin);
    puppet_send(puppet, data, writer.position);
}

static inline void puppet_receive(struct puppet *puppet)
{
    ssize_t size = recv(puppet->fd, puppet->input + puppet->size, sizeof puppet->input - puppet->size, MSG_DONTWAIT);
    if (size > 0)
        puppet->size += (size_t)size;
    else if (size == 0 || errno != EAGAIN)
        puppet->closed = true;
}

/* The next message that comes while the loop runs, its body copied to BODY; type 0: the connection was closed. */
static inline uint8_t puppet_next(struct puppet *puppet, uint8_t body[static MESSAGE_MAX_EXTENDED], size_t *size)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    while (clock_monotonic_ms() < deadline) {
        struct wire_reader stream = wire_reader_of(puppet->input, puppet->size);
        struct message message;
        struct bgp_error error;
        if (message_next(&stream, MESSAGE_MAX_EXTENDED, &message, &error) == MESSAGE_COMPLETE) {
            *size = wire_remaining(&message.body);
            memcpy(body, wire_read_bytes(&message.body, *size), *size);
            puppet->size -= stream.position;
            memmove(puppet->input, puppet->input + stream.position, puppet->size);
            return message.type;
        }
        if (puppet->closed)
            return 0;
        uv_run(&puppet->pair->loop, UV_RUN_NOWAIT);
        puppet_receive(puppet);
    }
    fail_msg("no message within %d ms", DEADLINE_MS);
    return 0;
}

/* Waits for a message of TYPE; others that come before are passed over. */
static inline void puppet_expect(struct puppet *puppet, uint8_t type, uint8_t body[static MESSAGE_MAX_EXTENDED],
                                 size_t *size)
{
    uint8_t got;
    while ((got = puppet_next(puppet, body, size)) != type) {
        if (got == 0 || got == MESSAGE_NOTIFICATION)
            fail_msg("message of type %u instead of %u (%u.%u)", got, type, body[0], body[1]);
    }
}

static inline void puppet_expect_notification(struct puppet *puppet, uint8_t code, uint8_t subcode)
{
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    uint8_t type;
    while ((type = puppet_next(puppet, body, &size)) != MESSAGE_NOTIFICATION) {
        if (type == 0)
            fail_msg("closed without NOTIFICATION %u.%u", code, subcode);
    }
    if (body[0] != code || body[1] != subcode)
        fail_msg("NOTIFICATION %u.%u instead of %u.%u", body[0], body[1], code, subcode);
    assert_int_equal(puppet_next(puppet, body, &size), 0);
}

/* Connects; what "a" says in its OPEN. */
static inline struct open_message puppet_read_open(struct puppet *puppet, struct pair *pair)
{
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    struct open_message open;
    struct bgp_error error;
    size_t size;
    puppet_connect(puppet, pair, 0);
    puppet_expect(puppet, MESSAGE_OPEN, body, &size);
    assert_true(open_decode(wire_reader_of(body, size), &open, &error));
    return open;
}

/* Connects and comes with OPEN as far as STATE of the session at "a". */
static inline void puppet_reach_with(struct puppet *puppet, struct pair *pair, const struct open_message *open,
                                     enum session_state state)
{
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    puppet_connect(puppet, pair, 0);
    puppet_expect(puppet, MESSAGE_OPEN, body, &size);
    if (state == SESSION_OPEN_SENT)
        return;
    puppet_send_open(puppet, open);
    puppet_expect(puppet, MESSAGE_KEEPALIVE, body, &size);
    if (state == SESSION_OPEN_CONFIRM)
        return;
    puppet_send_keepalive(puppet);
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    while (!peer_is_established(pair_peer(&pair->a)) && clock_monotonic_ms() < deadline)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    assert_true(peer_is_established(pair_peer(&pair->a)));
}

static inline void puppet_reach(struct puppet *puppet, struct pair *pair, enum session_state state)
{
    struct open_message open = puppet_open();
    puppet_reach_with(puppet, pair, &open, state);
}

/* Waits until the other end has closed, and sends no NOTIFICATION before. */
static inline void puppet_expect_closed(struct puppet *puppet)
{
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    uint8_t type;
    while ((type = puppet_next(puppet, body, &size)) != 0) {
        if (type == MESSAGE_NOTIFICATION)
            fail_msg("NOTIFICATION %u.%u", body[0], body[1]);
    }
}

/* Listens where "a" connects to. */
static inline int puppet_listen(const struct pair *pair)
{
    char error[128] = "";
    int listener = socket_listen(&pair->b.address, pair_port(), false, error, sizeof error);
    if (listener < 0)
        fail_msg("%s", error);
    return listener;
}

/* Takes the connection that "a" makes. */
static inline void puppet_accept(struct puppet *puppet, struct pair *pair, int listener)
{
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    *puppet = (struct puppet){.pair = pair};
    while ((puppet->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0) {
        if (clock_monotonic_ms() >= deadline)
            fail_msg("no connection within %d ms", DEADLINE_MS);
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    }
}

/* "a" waits for the puppet. */
static inline int puppet_setup(void **state)
{
    pair_setup(state);
    struct pair *pair = *state;
    pair->a.neighbor.passive = true;
    pair_apply(&pair->a);
    return 0;
}

#endif
