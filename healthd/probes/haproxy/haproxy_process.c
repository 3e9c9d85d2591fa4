#include "healthd/probes/haproxy/haproxy_process.h"

#include "healthd/probes/haproxy/haproxy_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A process that could not be followed is asked for again after so many runs. */
enum { RUNS_UNTIL_ASK = 60 };

void haproxy_process_init(struct haproxy_process *process, struct probe *probe, const char *path)
{
    *process = (struct haproxy_process){.probe = probe, .path = path, .fd = -1, .pidfd = -1};
}

static void stop_asking(struct haproxy_process *process)
{
    if (process->fd >= 0)
        watch_close(process->probe->room->watcher, &process->watch, process->fd);
    process->fd = -1;
    free(process->answer);
    process->answer = NULL;
}

void haproxy_process_close(struct haproxy_process *process)
{
    stop_asking(process);
    if (process->pidfd >= 0)
        watch_close(process->probe->room->watcher, &process->watch, process->pidfd);
    process->pidfd = -1;
}

void haproxy_process_begin_run(struct haproxy_process *process)
{
    stop_asking(process); /* it has had an interval to answer */
    process->after_exit = process->exited;
    process->exited = false;
}

static void on_exit_seen(struct watch *watch, uint32_t events)
{
    struct haproxy_process *process = (struct haproxy_process *)watch;

    (void)events;
    haproxy_process_close(process);
    process->runs_until_ask = 0;
    process->exited = true;
    probe_look(process->probe);
}

pid_t haproxy_process_parse(const char *answer)
{
    const char *line = strstr(answer, "\nPid: ");
    long number = line ? strtol(line + strlen("\nPid: "), NULL, 10) : 0;

    return number > 0 && number <= INT32_MAX ? (pid_t)number : 0;
}

static void follow(struct haproxy_process *process, pid_t pid)
{
    int pidfd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1; /* close-on-exec by itself */

    if (pidfd < 0)
        return;
    if (watch_start(process->probe->room->watcher, &process->watch, pidfd, EPOLLIN, on_exit_seen))
        close(pidfd);
    else
        process->pidfd = pidfd;
}

static void on_answer(struct watch *watch, uint32_t events)
{
    struct haproxy_process *process = (struct haproxy_process *)watch;
    ssize_t count = recv(process->fd, process->answer + process->size, HAPROXY_INFO_MAX - 1 - process->size, 0);

    (void)events;
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count > 0) {
        process->size += (size_t)count;
        process->answer[process->size] = '\0';
        if (process->size < HAPROXY_INFO_MAX - 1)
            return;
    }
    pid_t pid = haproxy_process_parse(process->answer);
    stop_asking(process);
    follow(process, pid);
}

void haproxy_process_follow(struct haproxy_process *process)
{
    if (process->pidfd >= 0 || (process->runs_until_ask > 0 && process->runs_until_ask-- > 0))
        return;
    process->runs_until_ask = RUNS_UNTIL_ASK;
    process->size = 0;
    process->answer = calloc(1, HAPROXY_INFO_MAX);
    if (!process->answer || haproxy_socket_ask(process->path, "show info\n", &process->fd) ||
        watch_start(process->probe->room->watcher, &process->watch, process->fd, EPOLLIN, on_answer))
        stop_asking(process);
}
