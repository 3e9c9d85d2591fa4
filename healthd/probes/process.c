/*
 * process: the process whose number is in a file is alive. Once it was seen, the kernel tells of its exit through a
 * pidfd: a probe starts at once, and where the file names no other living process its FAIL waits for nothing. A pidfd
 * also keeps the number from meaning another process: the one that was seen is the one that is watched.
 */
#include "healthd/probes/kinds.h"
#include "healthd/watcher.h"
#include "lib/kinds/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PIDFILE_MAX = 64 };

struct process {
    struct probe probe; /* first */
    const struct process_settings *settings;
    struct watch watch;
    int pidfd; /* -1: no living process is known */
    pid_t pid;
    bool exited; /* the kernel told of the last one's exit, and no other was seen since */
};

/* The number in the file; 0 where it holds none, -1 with errno set where it cannot be read. */
static pid_t read_pidfile(const char *path)
{
    char text[PIDFILE_MAX + 1];
    /* Not to hang where the path is a FIFO. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, PIDFILE_MAX);
    int error = errno;
    close(fd);
    errno = error;
    if (length < 0)
        return -1;
    text[length] = '\0';
    long pid = strtol(text, NULL, 10);
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
    struct process *process = (struct process *)((char *)watch - offsetof(struct process, watch));

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

/* Begins to watch PID: 0, or an errno. */
static int follow(struct process *process, pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */

    if (pidfd < 0)
        return errno;
    forget(process);
    int error = has_exited(pidfd) ? ESRCH : 0;
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
    probe_fail(&process->probe, REASON_MISSING, "%s: %s%s%s", process->settings->pidfile, pid > 0 ? "process " : "",
               number, text);
}

static void process_start(struct probe *probe)
{
    struct process *process = (struct process *)probe;
    const char *path = process->settings->pidfile;
    pid_t pid = read_pidfile(path);

    if (pid < 0 && errno == ENOENT)
        return fail(process, "no such file", 0);
    if (pid < 0)
        return probe_errno(probe, errno, "read %s", path);
    if (pid == 0)
        return fail(process, "holds no process number", 0);
    /* Its exit may be known to the kernel and not yet have come through the loop. */
    if (process->pidfd >= 0 && has_exited(process->pidfd)) {
        forget(process);
        process->exited = true;
    }
    int error = process->pidfd >= 0 && process->pid == pid ? 0 : follow(process, pid);
    if (error == ESRCH)
        return fail(process, process->exited && process->pid == pid ? "has exited" : "is not running", pid);
    if (error)
        return probe_errno(probe, error, "watch process %d of %s", (int)pid, path);
    probe_ok(probe, "%s: process %d is running", path, (int)pid);
}

static struct probe *process_create(const void *settings, struct probe_room *room)
{
    struct process *process = probe_new(sizeof *process, &probe_process, room);

    if (!process)
        return NULL;
    process->settings = settings;
    process->pidfd = -1;
    return &process->probe;
}

static void process_cancel(struct probe *probe)
{
    (void)probe; /* a run ends where it starts */
}

static void process_at(const struct probe *probe, char *text, size_t size)
{
    snprintf(text, size, "read %s", ((const struct process *)probe)->settings->pidfile);
}

static void process_destroy(struct probe *probe)
{
    forget((struct process *)probe);
    free(probe);
}

const struct probe_kind probe_process = {
    .name = "process",
    .create = process_create,
    .start = process_start,
    .cancel = process_cancel,
    .at = process_at,
    .destroy = process_destroy,
};
