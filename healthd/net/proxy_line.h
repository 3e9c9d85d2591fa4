/* The PROXY protocol, version 1, of HAProxy: the line that a connection begins with. */
#ifndef VIPGATE_HEALTHD_NET_PROXY_LINE_H
#define VIPGATE_HEALTHD_NET_PROXY_LINE_H

#include <stddef.h>

enum { PROXY_LINE_SIZE = 108 };

/* Writes "PROXY TCP4 192.0.2.1 192.0.2.2 40000 80" with both ends of the TCP connection FD, as HAProxy's own checks
 * do. Its length, or a negative errno. */
int proxy_line_write(int fd, char line[static PROXY_LINE_SIZE]);

#endif
