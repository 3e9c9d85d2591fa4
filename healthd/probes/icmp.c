/*
 * icmp: an echo request and its reply (RFC 792, RFC 4443). A datagram socket of protocol ICMP needs no privilege where
 * net.ipv4.ping_group_range allows it, and the kernel hands us our own replies alone; where it does not, a raw socket
 * is tried, which sees everybody's, IPv4 header included. A random cookie in the payload tells ours apart on both.
 */
#include "healthd/net/datagram.h"
#include "healthd/probes/kinds.h"
#include "lib/kinds/kind.h"
#include "lib/wire.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { COOKIE_SIZE = 16, ECHO_SIZE = 8 + COOKIE_SIZE };
enum { ECHO_REQUEST_V4 = 8, ECHO_REPLY_V4 = 0, ECHO_REQUEST_V6 = 128, ECHO_REPLY_V6 = 129 };

struct icmp {
    struct datagram datagram; /* first */
    uint16_t sequence;
    uint8_t cookie[COOKIE_SIZE];
};

static int open_socket(int family)
{
    int protocol = family == AF_INET ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6;
    int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

    if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EPROTONOSUPPORT))
        fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    return fd < 0 ? -errno : fd;
}

static void on_failed(struct dial *dial, int error)
{
    if (error == -EACCES || error == -EPERM)
        probe_unable(dial->probe, REASON_NO_PERMISSION,
                     "not permitted to send an echo request: widen net.ipv4.ping_group_range, or give CAP_NET_RAW");
    else
        dial_report(dial, error);
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
    bool ipv4 = icmp->datagram.dial.address.family == FAMILY_IPV4;

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
    bool ipv4 = icmp->datagram.dial.address.family == FAMILY_IPV4;

    if (ipv4 && is_raw(icmp->datagram.dial.fd)) {
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

static int ask(struct datagram *datagram)
{
    uint8_t packet[ECHO_SIZE];
    size_t size = write_request((struct icmp *)datagram, packet);

    return datagram_send(datagram, packet, size);
}

static void take(struct datagram *datagram, const uint8_t *bytes, size_t size)
{
    if (is_our_reply((struct icmp *)datagram, bytes, size))
        datagram_end(datagram, REASON_NONE, "replied");
}

static bool icmp_init(struct probe *probe)
{
    static const struct datagram_user user = {.what = "echo to", .ask = ask, .take = take};
    struct datagram *datagram = (struct datagram *)probe;

    if (!datagram_init(probe, &((const struct icmp_settings *)probe->settings)->target, &user))
        return false;
    datagram->dial.open = open_socket;
    datagram->dial.failed = on_failed;
    return true;
}

const struct probe_kind probe_icmp = {
    .name = "icmp",
    .size = sizeof(struct icmp),
    .init = icmp_init,
    DATAGRAM_PROBE,
};
