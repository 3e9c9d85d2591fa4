#include "healthd/net/proxy_line.h"

#include "lib/prefix.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

int proxy_line_write(int fd, char line[static PROXY_LINE_SIZE])
{
    struct sockaddr_storage from, to;
    socklen_t from_size = sizeof from, to_size = sizeof to;
    char from_text[ADDRESS_TEXT_SIZE], to_text[ADDRESS_TEXT_SIZE];
    uint16_t from_port, to_port;

    if (getsockname(fd, (struct sockaddr *)&from, &from_size) < 0 ||
        getpeername(fd, (struct sockaddr *)&to, &to_size) < 0)
        return -errno;
    struct address source = address_from_socket((struct sockaddr *)&from, &from_port);
    struct address target = address_from_socket((struct sockaddr *)&to, &to_port);
    source.scope = target.scope = 0; /* the protocol has no room for it */
    return snprintf(line, PROXY_LINE_SIZE, "PROXY TCP%d %s %s %u %u\r\n", source.family == FAMILY_IPV6 ? 6 : 4,
                    address_format(&source, from_text), address_format(&target, to_text), from_port, to_port);
}
