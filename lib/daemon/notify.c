#include "lib/daemon/notify.h"

#include <bsd/string.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SIGNS = 4 };

static struct {
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
    uint64_t patience_us; /* of the manager; 0: it wants no sign of life */
    uv_timer_t alive;
    bool is_started, is_inherited;
} manager;

void notify_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET"), *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

    manager.is_inherited = getenv(NOTIFY_INHERITED) != NULL;
    if (manager.is_inherited)
        fcntl(NOTIFY_FD, F_SETFD, FD_CLOEXEC);
    if (path)
        strlcpy(manager.path, path, sizeof manager.path);
    if (usec && (!pid || strtol(pid, NULL, 10) == getpid()))
        manager.patience_us = strtoull(usec, NULL, 10);
    unsetenv(NOTIFY_INHERITED);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

/* As NOTIFY_SOCKET has it. False where there is none. */
static bool address_of_manager(struct sockaddr_un *address, socklen_t *size)
{
    size_t length = strlen(manager.path);

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, manager.path, length);
    if (manager.path[0] == '@')
        address->sun_path[0] = '\0'; /* the abstract namespace */
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return length >= 2;
}

/* A manager that does not listen is not our trouble. */
void notify_service_manager(const char *state)
{
    struct sockaddr_un address;
    socklen_t size;
    ssize_t sent = 0;

    if (manager.is_inherited) {
        sent = send(NOTIFY_FD, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT);
    } else if (address_of_manager(&address, &size)) {
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
            return;
        sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
        close(fd);
    }
    (void)sent;
}

static void on_alive(uv_timer_t *timer)
{
    (void)timer;
    notify_service_manager("WATCHDOG=1");
}

void notify_alive_start(uv_loop_t *loop)
{
    uint64_t period_ms = manager.patience_us / 1000 / SIGNS;

    if (manager.patience_us == 0)
        return;
    uv_timer_init(loop, &manager.alive);
    uv_timer_start(&manager.alive, on_alive, period_ms, period_ms ? period_ms : 1);
    manager.is_started = true;
}

void notify_alive_stop(void)
{
    if (manager.is_started)
        uv_close((uv_handle_t *)&manager.alive, NULL);
    manager.is_started = false;
}
