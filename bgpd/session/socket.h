/*
 * Sockets as BGP needs them: TTL and GTSM (RFC 5082), TCP MD5 (RFC 2385), no delay. Non-blocking, close-on-exec. A
 * result of int is a negative errno on failure.
 */
#ifndef VIPGATE_BGPD_SESSION_SOCKET_H
#define VIPGATE_BGPD_SESSION_SOCKET_H

#include "bgpd/config/config.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins to connect to NEIGHBOR: the descriptor, or a negative errno with the reason in ERROR: "connect to 192.0.2.4
 * port 179: no route to host". It is connected, or not, when it becomes writable: socket_connect_result. */
int socket_connect(const struct neighbor_config *neighbor, char *error, size_t size);

/* The outcome. */
int socket_connect_result(int fd);

/* Sets TTL and GTSM on a socket that the neighbor connected to us. */
bool socket_prepare(int fd, const struct neighbor_config *neighbor, char *error, size_t size);

/* A listening socket; IPv6 ones take no IPv4. A negative errno with ERROR. BESIDE: another socket of ours listens on an
 * overlapping address, 0.0.0.0 and 192.0.2.1, and shares its port; the more specific address gets the connection. */
int socket_listen(const struct address *address, uint16_t port, bool beside, char *error, size_t size);
void socket_share_port(int fd);

/* Sets, or with PASSWORD NULL removes, the MD5 key for REMOTE on a listening or not yet connected socket.
 * -ENOPROTOOPT or -ENOPKG where the kernel has no TCP MD5. */
int socket_set_md5(int fd, const struct address *remote, const char *password);
/* The same on a socket of its own: whether the kernel takes this key at all. */
int socket_try_md5(const struct address *remote, const char *password);

/* The address and port of our end, or of the remote one; FAMILY_NONE where not connected. */
struct address socket_end(int fd, bool remote, uint16_t *port);

/* Octets given to the kernel that the other end's TCP has not acknowledged, the end of the stream counting as one. */
uint32_t socket_unacknowledged(int fd);

/* Closes with a reset: what has not been delivered is discarded. */
void socket_reset(int fd);

#endif
