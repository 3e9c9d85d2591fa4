#include "healthd/probes/haproxy/haproxy_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int haproxy_socket_ask(const char *path, const char *command, int *fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (connection < 0)
        return errno;
    memcpy(address.sun_path, path, strlen(path));
    if (connect(connection, (struct sockaddr *)&address, sizeof address) < 0 ||
        send(connection, command, strlen(command), MSG_NOSIGNAL) < 0) {
        int error = errno;
        close(connection);
        return error;
    }
    *fd = connection;
    return 0;
}
