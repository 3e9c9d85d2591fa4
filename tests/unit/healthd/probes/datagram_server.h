/* A UDP server on loopback inside a probe's harness: answers each datagram by a function. */
#ifndef VIPGATE_TESTS_DATAGRAM_SERVER_H
#define VIPGATE_TESTS_DATAGRAM_SERVER_H

#include "tests/unit/healthd/harness.h"

struct datagram_server {
    uv_poll_t poll;
    int fd;
    uint16_t port;
    size_t (*answer)(const uint8_t *request, size_t size, uint8_t *answer); /* 0: silence */
    uint8_t last[2048];
    size_t last_size;
    unsigned received;
};

static inline void datagram_server_open(struct datagram_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    *server = (struct datagram_server){.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, length), 0);
    getsockname(server->fd, (struct sockaddr *)&address, &length);
    server->port = ntohs(address.sin_port);
}

static inline void datagram_server_readable(uv_poll_t *poll, int status, int events)
{
    struct datagram_server *server = poll->data;
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    uint8_t answer[2048];

    (void)status;
    (void)events;
    ssize_t size = recvfrom(server->fd, server->last, sizeof server->last, 0, (struct sockaddr *)&from, &length);
    if (size < 0)
        return;
    server->last_size = (size_t)size;
    server->received++;
    size_t answer_size = server->answer ? server->answer(server->last, (size_t)size, answer) : 0;
    if (answer_size > 0)
        sendto(server->fd, answer, answer_size, 0, (struct sockaddr *)&from, length);
}

/* Serves in the harness' loop from now on. */
static inline void datagram_server_join(struct datagram_server *server, struct harness *harness)
{
    uv_poll_init(&harness->loop, &server->poll, server->fd);
    server->poll.data = server;
    uv_poll_start(&server->poll, UV_READABLE, datagram_server_readable);
}

static inline void datagram_server_close(struct datagram_server *server, struct harness *harness)
{
    uv_close((uv_handle_t *)&server->poll, NULL);
    harness_close(harness);
    close(server->fd);
}

#endif
