/*
 * process: the process whose number is in a file is alive. Once it was seen, the kernel tells of its exit through a
 * pidfd: a probe starts at once, and where the file names no other living process its FAIL waits for nothing. A pidfd
 * also keeps the number from meaning another process: the one that was seen is the one that is watched. The helper
 * reads the file (healthd/helper).
 */
#include "healthd/helper/helper.h"
#include "healthd/net/watcher.h"
#include "healthd/probes/kinds.h"
#include "lib/container.h"
#include "lib/kinds/kind.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PIDFILE_MAX = 64 };

struct process {
    struct probe probe; /* first */
    struct helper_look look;
    struct watch watch;
    int pidfd; /* -1: no living process is known */
    pid_t pid;
    bool exited; /* the kernel told of the last one's exit, and no other was seen since */
};

/* The number that TEXT begins with; 0 where there is none. */
static pid_t parse_pid(const char *text, size_t size)
{
    char copy[PIDFILE_MAX + 1];

    snprintf(copy, sizeof copy, "%.*s", (int)size, text);
    long pid = strtol(copy, NULL, 10);
    return pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

static void forget(struct process *process)
{
    if (process->pidfd >= 0)
        watch_close(process->probe.room->watcher, &process->watch, process->pidfd);
    process->pidfd = -1;
}

static void on_exit_seen(struct watch *watch, uint32_t events)
{
    struct process *process = CONTAINER_OF(watch, struct process, watch);

    (void)events;
    forget(process);
    process->exited = true;
    probe_look(&process->probe);
}

/* A zombie has exited too: nobody has asked for its status yet. */
static bool has_exited(int pidfd)
{
    struct pollfd readable = {.fd = pidfd, .events = POLLIN};

    return poll(&readable, 1, 0) > 0;
}

/* Begins to watch PID: 0, or a negative errno. */
static int follow(struct process *process, pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */

    if (pidfd < 0)
        return -errno;
    forget(process);
    int error = has_exited(pidfd) ? -ESRCH : 0;
    if (!error)
        error = watch_start(process->probe.room->watcher, &process->watch, pidfd, EPOLLIN, on_exit_seen);
    if (error) {
        close(pidfd);
        return error;
    }
    process->pidfd = pidfd;
    process->pid = pid;
    process->exited = false;
    return 0;
}

static void fail(struct process *process, const char *text, pid_t pid)
{
    char number[16] = "";

    if (pid > 0)
        snprintf(number, sizeof number, "%d ", (int)pid);
    forget(process);
    process->probe.result.decisive = process->exited;
    probe_fail(&process->probe, REASON_MISSING, "%s: %s%s%s", probe_target(&process->probe), pid > 0 ? "process " : "",
               number, text);
}

/* The file names PID: whether it lives, and the kernel is to tell when it does no more. */
static void find_process(struct process *process, pid_t pid)
{
    struct probe *probe = &process->probe;
    const char *path = probe_target(&process->probe);

    /* Its exit may be known to the kernel and not yet have come through the loop. */
    if (process->pidfd >= 0 && has_exited(process->pidfd)) {
        forget(process);
        process->exited = true;
    }
    int error = process->pidfd >= 0 && process->pid == pid ? 0 : follow(process, pid);
    if (error == -ESRCH)
        return fail(process, process->exited && process->pid == pid ? "has exited" : "is not running", pid);
    if (error)
        return probe_errno(probe, error, "watch process %d of %s", (int)pid, path);
    probe_ok(probe, "%s: process %d is running", path, (int)pid);
}

static void on_pidfile(struct helper_look *look, int error, const char *text, size_t size)
{
    struct process *process = CONTAINER_OF(look, struct process, look);
    pid_t pid = error ? 0 : parse_pid(text, size);

    if (error == -ENOENT)
        fail(process, "no such file", 0);
    else if (error)
        probe_errno(&process->probe, error, "read %s", probe_target(&process->probe));
    else if (pid == 0)
        fail(process, "no process ID in it", 0);
    else
        find_process(process, pid);
}

static void process_start(struct probe *probe)
{
    struct process *process = (struct process *)probe;
    const char *path = probe_target(&process->probe);

    probe_phase(probe, PROBE_PHASE_FILE);
    int error = helper_look_start(probe->room->helper, &process->look, path, PIDFILE_MAX, on_pidfile);
    if (error)
        probe_errno(probe, error, "read %s", path);
}

static bool process_init(struct probe *probe)
{
    ((struct process *)probe)->pidfd = -1;
    return true;
}

static void process_cancel(struct probe *probe)
{
    helper_look_cancel(probe->room->helper, &((struct process *)probe)->look);
}

static void process_at(const struct probe *probe, char *text, size_t size)
{
    snprintf(text, size, "read %s", probe_target(probe));
}

static void process_clear(struct probe *probe)
{
    forget((struct process *)probe);
}

const struct probe_kind probe_process = {
    .name = "process",
    .size = sizeof(struct process),
    .init = process_init,
    .start = process_start,
    .cancel = process_cancel,
    .at = process_at,
    .clear = process_clear,
};
