/*
 * Sockets as BGP wants them: TTL and GTSM (RFC 5082), TCP MD5 (RFC 2385), no delay. Non-blocking, close-on-exec. Every
 * function that can fail says what failed in one line and leaves errno alone to its caller.
 */
#ifndef VIPGATE_BGPD_SESSION_SOCKET_H
#define VIPGATE_BGPD_SESSION_SOCKET_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct socket_options {
    struct address local; /* FAMILY_NONE: the kernel chooses */
    struct address remote;
    uint16_t port;        /* the neighbor's, to connect to */
    uint8_t ttl;          /* to send with; 0: the kernel's default */
    uint8_t ttl_security; /* GTSM: hops allowed; 0: off */
    const char *password; /* TCP MD5; NULL: none. Borrowed during the call */
};

/* Begins to connect. The descriptor, or -1 with the reason in ERROR: "connect to 192.0.2.4 port 179: no route to host".
 * It is connected, or not, when it becomes writable: socket_connect_result. */
int socket_connect(const struct socket_options *options, char *error, size_t size);

/* The outcome: 0 or an errno. */
int socket_connect_result(int descriptor);

/* Sets TTL and GTSM on a socket that the neighbor connected to us. */
bool socket_prepare_accepted(int descriptor, const struct socket_options *options, char *error, size_t size);

/* A listening socket; IPv6 ones take no IPv4. -1 with ERROR, and errno as the kernel had it. */
int socket_listen(const struct address *address, uint16_t port, char *error, size_t size);

/* The same where another socket of ours listens on an overlapping address, 0.0.0.0 and 192.0.2.1, and has been made to
 * share its port; the more special address gets the connection. */
int socket_listen_beside(const struct address *address, uint16_t port, char *error, size_t size);
bool socket_share_port(int descriptor);

/* Sets, or with PASSWORD NULL removes, the MD5 key for REMOTE on a listening or not yet connected socket. False with
 * errno: ENOPROTOOPT or ENOPKG where the kernel has no TCP MD5. */
bool socket_set_md5(int descriptor, const struct address *remote, const char *password);

/* The two ends; FAMILY_NONE where not connected. */
struct address socket_local_address(int descriptor, uint16_t *port);
struct address socket_remote_address(int descriptor, uint16_t *port);

/* Octets given to the kernel that the other end's TCP has not acknowledged, the end of the stream counting as one. */
uint32_t socket_unacknowledged(int descriptor);

/* Closes with a reset: what is not delivered is thrown away. */
void socket_reset(int descriptor);

#endif
