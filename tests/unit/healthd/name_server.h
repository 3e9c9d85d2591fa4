/*
 * For tests: a name server in a thread that answers each question for an A or AAAA record as the test says. cmocka.h
 * must have been included before.
 */
#ifndef VIPGATE_TESTS_HEALTHD_NAME_SERVER_H
#define VIPGATE_TESTS_HEALTHD_NAME_SERVER_H

#include "lib/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NAME_SERVER_SILENT = -1, NAME_SERVER_NOERROR = 0, NAME_SERVER_SERVFAIL = 2, NAME_SERVER_NXDOMAIN = 3 };

/* What is answered for one type of record. */
struct name_server_records {
    atomic_int code;   /* the rcode, or NAME_SERVER_SILENT */
    atomic_uint first; /* the last octet of the first address, 127.0.0.FIRST or fc00::FIRST */
    atomic_uint count; /* how many addresses, each one higher than the one before; 0: no data */
    atomic_uint ttl;   /* seconds */
    atomic_uint asked; /* questions so far */
};

struct name_server {
    int fd;
    struct sockaddr_in address;
    uint16_t port;
    pthread_t thread;
    struct name_server_records a, aaaa;
};

/* Answers the question of SIZE octets in MESSAGE, in place; the size of the answer, 0: none. */
static inline size_t name_server_answer(struct name_server *server, uint8_t *message, size_t size)
{
    enum { HEADER_SIZE = 12, TYPE_A = 1 };
    size_t question = HEADER_SIZE;
    while (message[question])
        question += message[question] + 1u;
    bool is_a = message[question + 2] == TYPE_A;
    struct name_server_records *records = is_a ? &server->a : &server->aaaa;
    struct wire_writer writer = wire_writer_of(message + question + 5, 256);

    records->asked++;
    if (records->code == NAME_SERVER_SILENT || size < question + 5)
        return 0;
    message[2] |= 0x80;                         /* QR */
    message[3] = 0x80 | (uint8_t)records->code; /* RA, RCODE */
    memset(message + 6, 0, 6);                  /* no records, but: */
    if (records->code == NAME_SERVER_NOERROR)
        message[7] = (uint8_t)records->count;
    for (unsigned i = 0; i < message[7]; i++) {
        wire_write_u16(&writer, 0xc000 | HEADER_SIZE); /* the name of the question */
        wire_write_u16(&writer, is_a ? TYPE_A : 28);
        wire_write_u16(&writer, 1); /* IN */
        wire_write_u32(&writer, records->ttl);
        wire_write_u16(&writer, is_a ? 4 : 16);
        if (!is_a) {
            wire_write_u32(&writer, 0x20010db8);
            wire_write_u32(&writer, 0);
            wire_write_u32(&writer, 0);
        }
        wire_write_u32(&writer, (is_a ? 0x7f000000 : 0) + records->first + i);
    }
    return question + 5 + writer.position;
}

static inline void *name_server_main(void *user)
{
    struct name_server *server = user;
    uint8_t message[512];
    struct sockaddr_in client;
    socklen_t length = sizeof client;
    ssize_t size;

    while ((size = recvfrom(server->fd, message, 200, 0, (struct sockaddr *)&client, &length)) > 12) {
        size_t answer = name_server_answer(server, message, (size_t)size);
        if (answer)
            sendto(server->fd, message, answer, 0, (struct sockaddr *)&client, length);
    }
    return NULL;
}

/* At 127.0.0.HOST and PORT, 0 for a free one. One A record, 127.0.0.1 with a TTL of a second, and no AAAA record. */
static inline void name_server_start_at(struct name_server *server, uint8_t host, uint16_t port)
{
    socklen_t length = sizeof server->address;

    memset(server, 0, sizeof *server);
    server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    server->address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000u + host), .sin_port = htons(port)};
    assert_int_equal(bind(server->fd, (struct sockaddr *)&server->address, sizeof server->address), 0);
    getsockname(server->fd, (struct sockaddr *)&server->address, &length);
    server->port = ntohs(server->address.sin_port);
    server->a.first = server->a.count = server->a.ttl = 1;
    server->aaaa.first = server->aaaa.ttl = 1;
    assert_int_equal(pthread_create(&server->thread, NULL, name_server_main, server), 0);
}

static inline void name_server_start(struct name_server *server)
{
    name_server_start_at(server, 1, 0);
}

static inline void name_server_stop(struct name_server *server)
{
    /* A datagram that is no message ends the server. */
    sendto(server->fd, "", 1, 0, (struct sockaddr *)&server->address, sizeof server->address);
    pthread_join(server->thread, NULL);
    close(server->fd);
}

/* Writes a resolv.conf at PATH that names the server. */
static inline void name_server_write_file(const struct name_server *server, const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file, "nameserver %s\n", inet_ntoa(server->address.sin_addr));
    fclose(file);
}

#endif
