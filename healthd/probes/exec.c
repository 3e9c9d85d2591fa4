/*
 * exec: a command's exit status. 0 is OK, 1 to 125 FAIL; 126 and more is UNABLE, as a shell says it of a command that
 * it could not run, and so is a death by signal, which a shell counts from 128. The command runs in a session of its
 * own, so that a run that takes too long is killed with all that it started, and its output is read to the end but
 * only the first of it kept, for the detail.
 *
 * A child outlives a cancelled run until the kernel has told of its end; it is then nobody's.
 */
#include "healthd/probes/kinds.h"
#include "healthd/watcher.h"
#include "lib/kinds/exec.h"
#include "lib/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OUTPUT_KEPT = 96, READ_AT_ONCE = 4096, READS_AT_ONCE = 16, NOT_RUN = 126 };

struct exec;

struct child {
    uv_process_t process; /* first */
    struct exec *exec;    /* NULL: nobody waits for it any more */
};

struct exec {
    struct probe probe; /* first */
    const struct exec_settings *settings;
    struct watch watch;
    struct child *child; /* NULL: none */
    int output;          /* -1: closed */
    char kept[OUTPUT_KEPT + 1];
    size_t kept_length;
};

/* Takes what there is of the output. Bounded, so that a command that writes without end delays nobody. */
static void read_output(struct exec *exec)
{
    char bytes[READ_AT_ONCE];

    for (int i = 0; i < READS_AT_ONCE; i++) {
        ssize_t length = read(exec->output, bytes, sizeof bytes);
        if (length < 0)
            return;
        if (length == 0) {
            watch_stop(exec->probe.room->watcher, &exec->watch);
            return;
        }
        size_t room = OUTPUT_KEPT - exec->kept_length;
        size_t kept = (size_t)length < room ? (size_t)length : room;
        memcpy(exec->kept + exec->kept_length, bytes, kept);
        exec->kept_length += kept;
    }
}

static void on_output(struct watch *watch, uint32_t events)
{
    (void)events;
    read_output((struct exec *)((char *)watch - offsetof(struct exec, watch)));
}

static void close_output(struct exec *exec)
{
    if (exec->output >= 0)
        watch_close(exec->probe.room->watcher, &exec->watch, exec->output);
    exec->output = -1;
}

/* The first line of what the command wrote. */
static const char *first_line(struct exec *exec)
{
    exec->kept[exec->kept_length] = '\0';
    exec->kept[strcspn(exec->kept, "\r\n")] = '\0';
    text_clean(exec->kept);
    return exec->kept;
}

static void conclude(struct exec *exec, int64_t status, int signal)
{
    const char *path = exec->settings->command[0];
    const char *line = first_line(exec);
    const char *colon = *line ? ": " : "";

    if (signal)
        probe_unable(&exec->probe, REASON_EXIT_STATUS, "%s was ended by signal %d (%s)%s%s", path, signal,
                     strsignal(signal), colon, line);
    else if (status >= NOT_RUN)
        probe_unable(&exec->probe, REASON_EXIT_STATUS, "%s exited with %d%s%s", path, (int)status, colon, line);
    else if (status != 0)
        probe_fail(&exec->probe, REASON_EXIT_STATUS, "%s exited with %d%s%s", path, (int)status, colon, line);
    else
        probe_ok(&exec->probe, "%s exited with 0%s%s", path, colon, line);
}

static void closed(uv_handle_t *handle)
{
    free(handle);
}

static void exited(uv_process_t *process, int64_t status, int signal)
{
    struct child *child = (struct child *)process;
    struct exec *exec = child->exec;

    uv_close((uv_handle_t *)process, closed);
    if (!exec)
        return;
    read_output(exec);
    close_output(exec);
    exec->child = NULL;
    conclude(exec, status, signal);
}

/* Whom the command runs as; false after the run was ended. Read each time: the operator may add the user meanwhile. */
static bool find_user(struct exec *exec, uv_process_options_t *options)
{
    struct passwd entry, *found = NULL;
    char buffer[1024];

    if (!exec->settings->user)
        return true;
    getpwnam_r(exec->settings->user, &entry, buffer, sizeof buffer, &found);
    if (!found) {
        probe_unable(&exec->probe, REASON_NO_PERMISSION, "no user \"%s\" on this machine", exec->settings->user);
        return false;
    }
    options->uid = entry.pw_uid;
    options->gid = entry.pw_gid;
    options->flags |= UV_PROCESS_SETUID | UV_PROCESS_SETGID;
    return true;
}

/* 0, or an errno. On success the write end at *WRITE_END is the caller's to close. */
static int open_output(struct exec *exec, int *write_end)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    /* Only our end: the command may expect that its writes block. */
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    int error = watch_start(exec->probe.room->watcher, &exec->watch, ends[0], EPOLLIN, on_output);
    if (error) {
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    exec->output = ends[0];
    *write_end = ends[1];
    return 0;
}

/* 0, or an errno. */
static int spawn(struct exec *exec, uv_process_options_t *options)
{
    struct child *child = calloc(1, sizeof *child);
    int write_end = -1;
    int error = child ? open_output(exec, &write_end) : ENOMEM;

    if (error) {
        free(child);
        return error;
    }
    uv_stdio_container_t streams[3] = {{.flags = UV_IGNORE},
                                       {.flags = UV_INHERIT_FD, .data.fd = write_end},
                                       {.flags = UV_INHERIT_FD, .data.fd = write_end}};
    options->stdio = streams;
    options->stdio_count = 3;
    error = -uv_spawn(exec->probe.room->loop, &child->process, options);
    close(write_end);
    if (error) {
        close_output(exec);
        uv_close((uv_handle_t *)&child->process, closed);
        return error;
    }
    child->exec = exec;
    exec->child = child;
    return 0;
}

static void exec_start(struct probe *probe)
{
    struct exec *exec = (struct exec *)probe;
    const char *path = exec->settings->command[0];
    uv_process_options_t options = {
        .file = path, .args = exec->settings->command, .exit_cb = exited, .flags = UV_PROCESS_DETACHED};

    exec->kept_length = 0;
    probe_phase(probe, "run");
    if (!find_user(exec, &options))
        return;
    int error = spawn(exec, &options);
    if (error == EAGAIN)
        probe_unable(probe, REASON_NO_RESOURCES, "run %s: no more processes", path);
    else if (error)
        probe_errno(probe, error, "run %s", path);
}

static struct probe *exec_create(const void *settings, struct probe_room *room)
{
    struct exec *exec = probe_new(sizeof *exec, &probe_exec, room);

    if (!exec)
        return NULL;
    exec->settings = settings;
    exec->output = -1;
    return &exec->probe;
}

static void exec_cancel(struct probe *probe)
{
    struct exec *exec = (struct exec *)probe;

    close_output(exec);
    if (!exec->child)
        return;
    kill(-exec->child->process.pid, SIGKILL); /* its whole process group */
    exec->child->exec = NULL;
    exec->child = NULL;
}

static void exec_at(const struct probe *probe, char *text, size_t size)
{
    snprintf(text, size, "%s was still running and was killed", ((const struct exec *)probe)->settings->command[0]);
}

static void exec_destroy(struct probe *probe)
{
    free(probe);
}

const struct probe_kind probe_exec = {
    .name = "exec",
    .create = exec_create,
    .start = exec_start,
    .cancel = exec_cancel,
    .at = exec_at,
    .destroy = exec_destroy,
};
