/*
 * exec: a command's exit status. 0 is OK, 1 to 125 FAIL; 126 and more is UNABLE, as a shell says it of a command that
 * it could not run, and so is a death by signal, which a shell counts from 128. The helper runs it (healthd/helper); a
 * run that takes too long is killed with all that it started, and so is one that writes without end. Only the first of
 * its output is kept, for the detail.
 */
#include "healthd/helper/helper.h"
#include "healthd/net/watcher.h"
#include "healthd/probes/kinds.h"
#include "lib/container.h"
#include "lib/kinds/kind.h"
#include "lib/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_KEPT = 96, OUTPUT_MAX = 1024 * 1024, READ_AT_ONCE = 4096, READS_AT_ONCE = 16, NOT_RUN = 126 };

struct exec {
    struct probe probe; /* first */
    struct watch watch;
    struct helper_run run;
    int output; /* -1: closed */
    char kept[OUTPUT_KEPT + 1];
    size_t kept_length, output_size;
};

static const struct exec_settings *settings_of(const struct exec *exec)
{
    return exec->probe.settings;
}

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
        exec->output_size += (size_t)length;
        size_t room = OUTPUT_KEPT - exec->kept_length;
        size_t kept = (size_t)length < room ? (size_t)length : room;
        memcpy(exec->kept + exec->kept_length, bytes, kept);
        exec->kept_length += kept;
    }
}

static void close_output(struct exec *exec)
{
    if (exec->output >= 0)
        watch_close(exec->probe.room->watcher, &exec->watch, exec->output);
    exec->output = -1;
}

static void on_output(struct watch *watch, uint32_t events)
{
    struct exec *exec = CONTAINER_OF(watch, struct exec, watch);

    (void)events;
    read_output(exec);
    if (exec->output_size <= OUTPUT_MAX)
        return;
    close_output(exec);
    helper_run_cancel(exec->probe.room->helper, &exec->run);
    probe_fail(&exec->probe, REASON_TOO_LARGE, "%s wrote more than 1 MiB and was killed",
               settings_of(exec)->command[0]);
}

/* The first line of what the command wrote. */
static const char *first_line(struct exec *exec)
{
    exec->kept[exec->kept_length] = '\0';
    exec->kept[strcspn(exec->kept, "\r\n")] = '\0';
    text_clean(exec->kept);
    return exec->kept;
}

static void conclude(struct exec *exec, int status)
{
    const char *path = settings_of(exec)->command[0];
    const char *line = first_line(exec);
    const char *colon = *line ? ": " : "";
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

    if (WIFSIGNALED(status))
        probe_unable(&exec->probe, REASON_EXIT_STATUS, "%s was killed by signal %d (%s)%s%s", path, WTERMSIG(status),
                     strsignal(WTERMSIG(status)), colon, line);
    else if (code >= NOT_RUN)
        probe_unable(&exec->probe, REASON_EXIT_STATUS, "%s exited with %d%s%s", path, code, colon, line);
    else if (code != 0)
        probe_fail(&exec->probe, REASON_EXIT_STATUS, "%s exited with %d%s%s", path, code, colon, line);
    else
        probe_ok(&exec->probe, "%s exited with 0%s%s", path, colon, line);
}

/* ---- a run ---- */

static void explain_no_user(struct exec *exec, int error)
{
    const char *user = settings_of(exec)->user;

    if (error)
        probe_errno(&exec->probe, error, "look up the user \"%s\"", user);
    else
        probe_unable(&exec->probe, REASON_NO_PERMISSION, "no user \"%s\" on this machine", user);
}

static bool is_about_the_program(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -ENOEXEC || error == -ELOOP;
}

static void explain_not_run(struct exec *exec, int error)
{
    const char *path = settings_of(exec)->command[0];
    char words[ERRNO_TEXT_SIZE];

    if (error == -EAGAIN)
        probe_unable(&exec->probe, REASON_NO_RESOURCES, "run %s: no more processes allowed", path);
    else if (is_about_the_program(error))
        probe_unable(&exec->probe, REASON_NO_COMMAND, "run %s: %s", path, errno_text(error, words));
    else
        probe_errno(&exec->probe, error, "run %s", path);
}

static void on_told(struct helper_run *run, enum helper_news news, int result)
{
    struct exec *exec = CONTAINER_OF(run, struct exec, run);

    if (news == HELPER_RUNNING) {
        probe_phase(&exec->probe, "run");
        return;
    }
    read_output(exec);
    close_output(exec);
    if (news == HELPER_NO_USER)
        explain_no_user(exec, result);
    else if (news == HELPER_NOT_RUN)
        explain_not_run(exec, result);
    else
        conclude(exec, result);
}

/* 0, or a negative errno. On success the write end at *WRITE_END is the caller's to close. */
static int open_output(struct exec *exec, int *write_end)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
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

static void exec_start(struct probe *probe)
{
    struct exec *exec = (struct exec *)probe;
    const struct exec_settings *settings = settings_of(exec);
    int write_end = -1;

    exec->kept_length = exec->output_size = 0;
    probe_phase(probe, PROBE_PHASE_PREPARE);
    int error = open_output(exec, &write_end);
    if (error)
        return probe_errno(probe, error, "run %s", settings->command[0]);
    error = helper_run_start(probe->room->helper, &exec->run, settings->command, settings->user, write_end, on_told);
    close(write_end);
    if (error)
        on_told(&exec->run, HELPER_NOT_RUN, error);
}

static bool exec_init(struct probe *probe)
{
    ((struct exec *)probe)->output = -1;
    return true;
}

static void exec_cancel(struct probe *probe)
{
    struct exec *exec = (struct exec *)probe;

    close_output(exec);
    helper_run_cancel(probe->room->helper, &exec->run);
}

static void exec_at(const struct probe *probe, char *text, size_t size)
{
    const struct exec *exec = (const struct exec *)probe;
    const char *path = settings_of(exec)->command[0], *user = settings_of(exec)->user;

    if (strcmp(probe->phase, PROBE_PHASE_PREPARE) != 0)
        snprintf(text, size, "%s was still running and was killed", path);
    else if (user)
        snprintf(text, size, "look up the user \"%s\" and find %s", user, path);
    else
        snprintf(text, size, "find %s", path);
}

const struct probe_kind probe_exec = {
    .name = "exec",
    .size = sizeof(struct exec),
    .init = exec_init,
    .start = exec_start,
    .cancel = exec_cancel,
    .at = exec_at,
};
