/*
 * icmp: an echo request and its reply (RFC 792, RFC 4443). A datagram socket of protocol ICMP needs no privilege where
 * net.ipv4.ping_group_range allows it, and the kernel hands us our own replies alone; where it does not, a raw socket
 * is tried, which sees everybody's, IPv4 header included. A random cookie in the payload tells ours apart on both.
 */
#include "lib/kinds/icmp.h"
#include "healthd/net/dial.h"
#include "healthd/probe/kinds.h"
#include "lib/container.h"
#include "lib/wire.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { COOKIE_SIZE = 16, ECHO_SIZE = 8 + COOKIE_SIZE, PACKET_MAX = 2048 };
enum { ECHO_REQUEST_V4 = 8, ECHO_REPLY_V4 = 0, ECHO_REQUEST_V6 = 128, ECHO_REPLY_V6 = 129 };

struct icmp {
    struct probe probe; /* first */
    const struct icmp_settings *settings;
    struct dial dial;
    uint16_t sequence;
    uint8_t cookie[COOKIE_SIZE];
};

static int open_socket(int family)
{
    int protocol = family == AF_INET ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6;
    int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

    if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EPROTONOSUPPORT))
        fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    return fd;
}

static void dial_over(struct dial *dial, int error)
{
    if (error == EACCES || error == EPERM)
        probe_unable(dial->probe, REASON_NO_PERMISSION,
                     "no right to send an echo: widen net.ipv4.ping_group_range, or give CAP_NET_RAW");
    else
        dial_report(dial, error);
}

static void give_up(struct icmp *icmp, int error)
{
    dial_close(&icmp->dial);
    probe_errno(&icmp->probe, error, "%s echo to %s", icmp->probe.phase, icmp->settings->target.host);
}

/* The Internet checksum (RFC 1071). For IPv6 the kernel writes it, and for a datagram socket in any case. */
static uint16_t checksum_of(const uint8_t *octets, size_t size)
{
    struct wire_reader reader = wire_reader_of(octets, size);
    uint32_t sum = 0;

    while (wire_remaining(&reader) >= 2)
        sum += wire_read_u16(&reader);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static size_t write_request(struct icmp *icmp, uint8_t *packet)
{
    struct wire_writer writer = wire_writer_of(packet, ECHO_SIZE);
    bool ipv4 = icmp->dial.address.family == FAMILY_IPV4;

    arc4random_buf(icmp->cookie, sizeof icmp->cookie);
    wire_write_u8(&writer, ipv4 ? ECHO_REQUEST_V4 : ECHO_REQUEST_V6);
    wire_write_u8(&writer, 0);
    wire_write_u16(&writer, 0); /* checksum */
    wire_write_u16(&writer, (uint16_t)arc4random());
    wire_write_u16(&writer, ++icmp->sequence);
    wire_write_bytes(&writer, icmp->cookie, sizeof icmp->cookie);
    if (ipv4)
        wire_patch_u16(&writer, 2, checksum_of(packet, ECHO_SIZE));
    return writer.position;
}

static bool is_raw(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;

    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
    return type == SOCK_RAW;
}

/* Whether PACKET is the reply to the request under way. */
static bool is_our_reply(const struct icmp *icmp, const uint8_t *packet, size_t size)
{
    struct wire_reader reader = wire_reader_of(packet, size);
    bool ipv4 = icmp->dial.address.family == FAMILY_IPV4;

    if (ipv4 && is_raw(icmp->dial.fd)) {
        size_t header = (wire_read_u8(&reader) & 15u) * 4u;
        wire_read_bytes(&reader, header ? header - 1 : 0);
    }
    uint8_t type = wire_read_u8(&reader);
    wire_read_bytes(&reader, 5); /* code, checksum, identifier */
    uint16_t sequence = wire_read_u16(&reader);
    const uint8_t *cookie = wire_read_bytes(&reader, COOKIE_SIZE);
    return type == (ipv4 ? ECHO_REPLY_V4 : ECHO_REPLY_V6) && sequence == icmp->sequence && cookie &&
           memcmp(cookie, icmp->cookie, COOKIE_SIZE) == 0;
}

static void on_packet(struct watch *watch, uint32_t events)
{
    struct icmp *icmp = CONTAINER_OF(watch, struct icmp, dial.watch);
    uint8_t packet[PACKET_MAX];
    ssize_t size = recv(icmp->dial.fd, packet, sizeof packet, 0);

    (void)events;
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR)
            give_up(icmp, errno);
        return;
    }
    if (!is_our_reply(icmp, packet, (size_t)size))
        return;
    char address[ADDRESS_TEXT_SIZE];
    address_format(&icmp->dial.address, address);
    dial_close(&icmp->dial);
    probe_ok(&icmp->probe, "%s replied", address);
}

static void on_connected(struct dial *dial)
{
    struct icmp *icmp = CONTAINER_OF(dial, struct icmp, dial);
    uint8_t packet[ECHO_SIZE];
    size_t size = write_request(icmp, packet);

    probe_phase(&icmp->probe, "send");
    if (send(dial->fd, packet, size, 0) < 0)
        return give_up(icmp, errno);
    probe_phase(&icmp->probe, "wait");
    int error = watch_start(icmp->probe.room->watcher, &dial->watch, dial->fd, EPOLLIN, on_packet);
    if (error)
        give_up(icmp, error);
}

static struct probe *icmp_create(const void *memory, struct probe_room *room)
{
    const struct icmp_settings *settings = memory;
    struct icmp *icmp = probe_new(sizeof *icmp, &probe_icmp, room);

    if (!icmp)
        return NULL;
    icmp->settings = settings;
    if (!dial_init(&icmp->dial, &icmp->probe, &settings->target, SOCK_DGRAM)) {
        free(icmp);
        return NULL;
    }
    icmp->dial.open = open_socket;
    icmp->dial.connected = on_connected;
    icmp->dial.failed = dial_over;
    return &icmp->probe;
}

static void icmp_start(struct probe *probe)
{
    dial_start(&((struct icmp *)probe)->dial);
}

static void icmp_cancel(struct probe *probe)
{
    dial_close(&((struct icmp *)probe)->dial);
}

static void icmp_at(const struct probe *probe, char *text, size_t size)
{
    const struct icmp *icmp = (const struct icmp *)probe;
    bool resolving = strcmp(probe->phase, PROBE_PHASE_RESOLVE) == 0;

    snprintf(text, size, "%s %s", resolving ? "resolve" : "echo to", icmp->settings->target.host);
}

static void icmp_destroy(struct probe *probe)
{
    dial_clear(&((struct icmp *)probe)->dial);
    free(probe);
}

const struct probe_kind probe_icmp = {
    .name = "icmp",
    .create = icmp_create,
    .start = icmp_start,
    .cancel = icmp_cancel,
    .at = icmp_at,
    .destroy = icmp_destroy,
};
