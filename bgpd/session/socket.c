#include "bgpd/session/socket.h"

#include "lib/errno_text.h"

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

static bool set_number(int descriptor, int level, int option, int value)
{
    return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

static int new_socket(uint8_t family)
{
    int domain = family == FAMILY_IPV4 ? AF_INET : AF_INET6;
    return socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool set_ttl(int descriptor, uint8_t family, int ttl)
{
    return family == FAMILY_IPV4 ? set_number(descriptor, IPPROTO_IP, IP_TTL, ttl)
                                 : set_number(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
}

/* RFC 5082: what comes from farther away than HOPS has a smaller TTL left, and the kernel drops it. */
static bool set_minimum_ttl(int descriptor, uint8_t family, int minimum)
{
    return family == FAMILY_IPV4 ? set_number(descriptor, IPPROTO_IP, IP_MINTTL, minimum)
                                 : set_number(descriptor, IPPROTO_IPV6, IPV6_MINHOPCOUNT, minimum);
}

/* What ours and accepted sockets have in common. Routing traffic is marked as such (RFC 4594), as far as we may. */
static bool set_common(int descriptor, const struct socket_options *options)
{
    uint8_t family = options->remote.family;
    (void)(family == FAMILY_IPV4 ? set_number(descriptor, IPPROTO_IP, IP_TOS, IPTOS_CLASS_CS6)
                                 : set_number(descriptor, IPPROTO_IPV6, IPV6_TCLASS, IPTOS_CLASS_CS6));
    if (!set_number(descriptor, IPPROTO_TCP, TCP_NODELAY, 1))
        return false;
    if (options->ttl_security)
        return set_ttl(descriptor, family, TTL_MAX) &&
               set_minimum_ttl(descriptor, family, TTL_MAX + 1 - options->ttl_security);
    return options->ttl == 0 || set_ttl(descriptor, family, options->ttl);
}

bool socket_set_md5(int descriptor, const struct address *remote, const char *password)
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
    bool done = setsockopt(descriptor, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof key) == 0;
    explicit_bzero(&key, sizeof key);
    return done || (!password && errno == ENOENT);
}

static bool bind_local(int descriptor, const struct socket_options *options, char *error, size_t size)
{
    char address[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    struct sockaddr_storage local;
    if (options->local.family == FAMILY_NONE)
        return true;
    socklen_t length = address_to_socket(&options->local, 0, &local);
    set_number(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    if (bind(descriptor, (struct sockaddr *)&local, length) == 0)
        return true;
    snprintf(error, size, "local-address %s: %s", address_format(&options->local, address), errno_text(errno, reason));
    return false;
}

static bool prepare_connecting(int descriptor, const struct socket_options *options, char *error, size_t size)
{
    char reason[ERRNO_TEXT_SIZE];
    if (!set_common(descriptor, options)) {
        snprintf(error, size, "setting the TTL: %s", errno_text(errno, reason));
        return false;
    }
    if (options->password && !socket_set_md5(descriptor, &options->remote, options->password)) {
        snprintf(error, size, "setting the TCP MD5 key: %s", errno_text(errno, reason));
        return false;
    }
    return bind_local(descriptor, options, error, size);
}

int socket_connect(const struct socket_options *options, char *error, size_t size)
{
    char address[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    struct sockaddr_storage remote;
    socklen_t length = address_to_socket(&options->remote, options->port, &remote);
    int descriptor = new_socket(options->remote.family);
    if (descriptor >= 0 && !prepare_connecting(descriptor, options, error, size)) {
        close(descriptor);
        return -1;
    }
    if (descriptor >= 0 && (connect(descriptor, (struct sockaddr *)&remote, length) == 0 || errno == EINPROGRESS))
        return descriptor;
    snprintf(error, size, "connect to %s port %u: %s", address_format(&options->remote, address), options->port,
             errno_text(errno, reason));
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

int socket_connect_result(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        return errno;
    return error;
}

bool socket_prepare_accepted(int descriptor, const struct socket_options *options, char *error, size_t size)
{
    char reason[ERRNO_TEXT_SIZE];
    if (set_common(descriptor, options))
        return true;
    snprintf(error, size, "setting the TTL: %s", errno_text(errno, reason));
    return false;
}

bool socket_share_port(int descriptor)
{
    return set_number(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
}

/* Binds and listens. SYN-ACKs go out before we know who called: with a TTL of 255 they pass a neighbor's GTSM. */
static bool start_listening(int descriptor, const struct address *address, uint16_t port)
{
    struct sockaddr_storage local;
    socklen_t length = address_to_socket(address, port, &local);
    return set_number(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) && set_ttl(descriptor, address->family, TTL_MAX) &&
           (address->family == FAMILY_IPV4 || set_number(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
           bind(descriptor, (struct sockaddr *)&local, length) == 0 && listen(descriptor, LISTEN_BACKLOG) == 0;
}

static int listen_with(int descriptor, const struct address *address, uint16_t port, char *error, size_t size)
{
    char text[ADDRESS_TEXT_SIZE], reason[ERRNO_TEXT_SIZE];
    if (descriptor >= 0 && start_listening(descriptor, address, port))
        return descriptor;
    int saved = errno;
    snprintf(error, size, "listen on %s port %u: %s%s", address_format(address, text), port, errno_text(saved, reason),
             saved == EACCES ? " (ports below 1024 need CAP_NET_BIND_SERVICE)" : "");
    if (descriptor >= 0)
        close(descriptor);
    errno = saved;
    return -1;
}

int socket_listen(const struct address *address, uint16_t port, char *error, size_t size)
{
    return listen_with(new_socket(address->family), address, port, error, size);
}

int socket_listen_beside(const struct address *address, uint16_t port, char *error, size_t size)
{
    int descriptor = new_socket(address->family);
    if (descriptor >= 0)
        socket_share_port(descriptor);
    return listen_with(descriptor, address, port, error, size);
}

struct address socket_local_address(int descriptor, uint16_t *port)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof address;
    *port = 0;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) < 0)
        return (struct address){.family = FAMILY_NONE};
    return address_from_socket((struct sockaddr *)&address, port);
}

struct address socket_remote_address(int descriptor, uint16_t *port)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof address;
    *port = 0;
    if (getpeername(descriptor, (struct sockaddr *)&address, &length) < 0)
        return (struct address){.family = FAMILY_NONE};
    return address_from_socket((struct sockaddr *)&address, port);
}

uint32_t socket_unacknowledged(int descriptor)
{
    int octets = 0;
    return ioctl(descriptor, SIOCOUTQ, &octets) == 0 && octets > 0 ? (uint32_t)octets : 0;
}

void socket_reset(int descriptor)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(descriptor);
}
