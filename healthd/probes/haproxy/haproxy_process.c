#include "healthd/probes/haproxy/haproxy_process.h"

#include <sys/syscall.h>
#include <unistd.h>

/* A process that could not be followed is asked for again after so many runs. */
enum { RUNS_UNTIL_ASK = 60 };

void haproxy_process_init(struct haproxy_process *process, struct probe *probe)
{
    *process = (struct haproxy_process){.probe = probe, .pidfd = -1};
}

void haproxy_process_close(struct haproxy_process *process)
{
    if (process->pidfd >= 0)
        watch_close(process->probe->room->watcher, &process->watch, process->pidfd);
    process->pidfd = -1;
}

void haproxy_process_begin_run(struct haproxy_process *process)
{
    process->after_exit = process->exited;
    process->exited = false;
}

bool haproxy_process_is_wanted(struct haproxy_process *process)
{
    if (process->pidfd >= 0 || (process->runs_until_ask > 0 && process->runs_until_ask-- > 0))
        return false;
    process->runs_until_ask = RUNS_UNTIL_ASK;
    return true;
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

void haproxy_process_follow(struct haproxy_process *process, pid_t pid)
{
    int pidfd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1; /* close-on-exec by itself */

    if (pidfd < 0)
        return;
    haproxy_process_close(process);
    if (watch_start(process->probe->room->watcher, &process->watch, pidfd, EPOLLIN, on_exit_seen))
        close(pidfd);
    else
        process->pidfd = pidfd;
}
