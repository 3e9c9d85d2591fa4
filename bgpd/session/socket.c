#include "bgpd/session/socket.h"

#include "lib/text.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 64, TTL_MAX = 255 };

static bool set_number(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

static int new_socket(uint8_t family)
{
    int domain = family == FAMILY_IPV4 ? AF_INET : AF_INET6;
    int fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    return fd >= 0 ? fd : -errno;
}

/* An option of IPv4, or its counterpart of IPv6. */
static bool set_ip(int fd, uint8_t family, int ipv4, int ipv6, int value)
{
    return family == FAMILY_IPV4 ? set_number(fd, IPPROTO_IP, ipv4, value) : set_number(fd, IPPROTO_IPV6, ipv6, value);
}

static bool set_ttl(int fd, uint8_t family, int ttl)
{
    return set_ip(fd, family, IP_TTL, IPV6_UNICAST_HOPS, ttl);
}

/* What connecting and accepted sockets have in common. Routing traffic is marked as such (RFC 4594) where permitted. */
static bool set_common(int fd, const struct neighbor_config *neighbor)
{
    uint8_t family = neighbor->address.family, hops = neighbor->ttl_security;

    (void)set_ip(fd, family, IP_TOS, IPV6_TCLASS, IPTOS_CLASS_CS6);
    if (!set_number(fd, IPPROTO_TCP, TCP_NODELAY, 1))
        return false;
    /* RFC 5082: what comes from farther away arrives with a smaller TTL, and the kernel drops it. */
    if (hops > 0)
        return set_ttl(fd, family, TTL_MAX) && set_ip(fd, family, IP_MINTTL, IPV6_MINHOPCOUNT, TTL_MAX + 1 - hops);
    return neighbor->ttl == 0 || set_ttl(fd, family, neighbor->ttl);
}

int socket_set_md5(int fd, const struct address *remote, const char *password)
{
    struct tcp_md5sig key = {.tcpm_keylen = 0};
    struct sockaddr_storage address;

    address_to_socket(remote, 0, &address);
    memcpy(&key.tcpm_addr, &address, sizeof address);
    if (password) {
        size_t length = strnlen(password, TCP_MD5SIG_MAXKEYLEN);
        memcpy(key.tcpm_key, password, length);
        key.tcpm_keylen = (uint16_t)length;
    }
    int result = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof key) == 0 ? 0 : -errno;
    explicit_bzero(&key, sizeof key);
    return !password && result == -ENOENT ? 0 : result;
}

int socket_try_md5(const struct address *remote, const char *password)
{
    int fd = new_socket(remote->family);
    int result = fd < 0 ? fd : socket_set_md5(fd, remote, password);

    if (fd >= 0)
        close(fd);
    return result;
}

bool socket_prepare(int fd, const struct neighbor_config *neighbor, char *error, size_t size)
{
    char reason[ERRNO_TEXT_SIZE];

    if (set_common(fd, neighbor))
        return true;
    snprintf(error, size, "cannot set the TTL: %s", errno_text(errno, reason));
    return false;
}

static bool bind_local(int fd, const struct neighbor_config *neighbor, char *error, size_t size)
{
    char address[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    struct sockaddr_storage local;

    if (neighbor->local_address.family == FAMILY_NONE)
        return true;
    socklen_t length = address_to_socket(&neighbor->local_address, 0, &local);
    set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    if (bind(fd, (struct sockaddr *)&local, length) == 0)
        return true;
    snprintf(error, size, "local-address %s: %s", address_format(&neighbor->local_address, address),
             errno_text(errno, reason));
    return false;
}

static bool start_connecting(int fd, const struct neighbor_config *neighbor, char *error, size_t size)
{
    char address[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    struct sockaddr_storage remote;
    socklen_t length = address_to_socket(&neighbor->address, neighbor->port, &remote);
    int result = neighbor->password ? socket_set_md5(fd, &neighbor->address, neighbor->password) : 0;

    if (result < 0) {
        snprintf(error, size, "cannot set the TCP MD5 key: %s", errno_text(-result, reason));
        return false;
    }
    if (!socket_prepare(fd, neighbor, error, size) || !bind_local(fd, neighbor, error, size))
        return false;
    if (connect(fd, (struct sockaddr *)&remote, length) == 0 || errno == EINPROGRESS)
        return true;
    snprintf(error, size, "connect to %s port %u: %s", address_format(&neighbor->address, address), neighbor->port,
             errno_text(errno, reason));
    return false;
}

int socket_connect(const struct neighbor_config *neighbor, char *error, size_t size)
{
    char reason[ERRNO_TEXT_SIZE];
    int fd = new_socket(neighbor->address.family);

    if (fd < 0)
        snprintf(error, size, "socket: %s", errno_text(-fd, reason));
    if (fd < 0 || start_connecting(fd, neighbor, error, size))
        return fd;
    close(fd);
    return -ECONNABORTED;
}

int socket_connect_result(int fd)
{
    int error = 0;
    socklen_t length = sizeof error;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        return -errno;
    return -error;
}

void socket_share_port(int fd)
{
    set_number(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

/* Binds and listens. SYN-ACKs are sent before we know the caller: with a TTL of 255 they pass a neighbor's GTSM. */
static bool start_listening(int fd, const struct address *address, uint16_t port)
{
    struct sockaddr_storage local;
    socklen_t length = address_to_socket(address, port, &local);

    return set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1) && set_ttl(fd, address->family, TTL_MAX) &&
           (address->family == FAMILY_IPV4 || set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
           bind(fd, (struct sockaddr *)&local, length) == 0 && listen(fd, LISTEN_BACKLOG) == 0;
}

int socket_listen(const struct address *address, uint16_t port, bool beside, char *error, size_t size)
{
    char text[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    int fd = new_socket(address->family);

    if (fd >= 0 && beside)
        socket_share_port(fd);
    if (fd >= 0 && start_listening(fd, address, port))
        return fd;
    int result = fd < 0 ? fd : -errno;
    snprintf(error, size, "listen on %s port %u: %s%s", address_format(address, text), port,
             errno_text(-result, reason), result == -EACCES ? " (ports below 1024 need CAP_NET_BIND_SERVICE)" : "");
    if (fd >= 0)
        close(fd);
    return result;
}

struct address socket_end(int fd, bool remote, uint16_t *port)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof address;

    *port = 0;
    if ((remote ? getpeername : getsockname)(fd, (struct sockaddr *)&address, &length) < 0)
        return (struct address){.family = FAMILY_NONE};
    return address_from_socket((struct sockaddr *)&address, port);
}

uint32_t socket_unacknowledged(int fd)
{
    int octets = 0;

    return ioctl(fd, SIOCOUTQ, &octets) == 0 && octets > 0 ? (uint32_t)octets : 0;
}

void socket_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}
