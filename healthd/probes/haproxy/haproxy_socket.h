/* A connection to a stats socket with a command on its way. */
#ifndef VIPGATE_HEALTHD_PROBES_HAPROXY_HAPROXY_SOCKET_H
#define VIPGATE_HEALTHD_PROBES_HAPROXY_HAPROXY_SOCKET_H

/* Connects to the Unix socket at PATH, which is short enough for one, and sends COMMAND. 0 with the non-blocking
 * descriptor in *FD, or an errno. */
int haproxy_socket_ask(const char *path, const char *command, int *fd);

#endif
