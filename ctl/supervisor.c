#include "ctl/supervisor.h"

#include "lib/clock.h"
#include "lib/daemon/notify.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

/* The last two as a shell has them. */
enum { EXIT_CONFIGURATION = 2, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

struct supervisor;

struct child {
    struct supervisor *supervisor;
    const char *name;
    char path[PATH_MAX];
    pid_t pid;         /* 0: it does not run */
    bool is_ready;     /* since its last start */
    bool was_ready;    /* ever */
    unsigned silent_s; /* since its last sign of life */
    unsigned deaths;   /* soon after its start, in a row */
    uint64_t since_ms; /* of its last start */
    uint64_t pause_max_ms;
    uv_timer_t timer; /* until its next start, or until SIGKILL */
    /* A socket that it inherits for what it says in the words of sd_notify(3), so that nobody else can speak for it, or
     * keep it from being heard. */
    int ours, theirs;
    uv_poll_t notices;
};

/* In the order of being stopped. */
enum { CHILD_BGPD, CHILD_HEALTHD, CHILDREN };
enum { SIGNALS = 4, TURN_NOTICES_MAX = 16, NOTICE_SIZE = 512 };

struct supervisor {
    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    uv_timer_t pulse; /* each second, to count silence */
    struct child children[CHILDREN];
    const char *file;
    bool stopping;
    int status;
};

uint64_t supervisor_pause(unsigned deaths, uint64_t maximum_ms)
{
    uint64_t pause_ms = SUPERVISOR_PAUSE_MIN_MS;

    if (deaths == 0)
        return 0;
    while (--deaths > 0 && pause_ms < maximum_ms)
        pause_ms *= 2;
    return pause_ms < maximum_ms ? pause_ms : maximum_ms;
}

bool supervisor_is_final(int status)
{
    return status == EXIT_FAILURE || status == EXIT_CONFIGURATION || status == EXIT_NOT_EXECUTABLE ||
           status == EXIT_NOT_FOUND;
}

/* ---- starting ---- */

/* Beside this program as it was built, in sbin as it is installed, else wherever PATH has it. */
static void find_program(struct child *child, const char *directory)
{
    snprintf(child->path, sizeof child->path, "%s/%s", directory, child->name);
    if (access(child->path, X_OK) == 0)
        return;
    snprintf(child->path, sizeof child->path, "%s/../sbin/%s", directory, child->name);
    if (access(child->path, X_OK) == 0)
        return;
    snprintf(child->path, sizeof child->path, "%s", child->name);
}

/* Becomes the daemon. It ends with the supervisor even where that is killed, and is in a process group of its own, so
 * that Ctrl-C reaches the supervisor alone, which keeps the order of stopping. */
static void become(const struct child *child, pid_t supervisor)
{
    const char *const words[] = {child->name, "-c", child->supervisor->file, NULL};
    static const int own[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGPIPE};

    sigset_t none;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        signal(own[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    if (child->theirs == NOTIFY_FD)
        fcntl(child->theirs, F_SETFD, 0);
    else
        dup2(child->theirs, NOTIFY_FD);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != supervisor)
        _exit(0);
    execvp(child->path, (char *const *)words);
    _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE);
}

static void schedule_start(struct child *child);

static void start(struct child *child)
{
    pid_t self = getpid(), pid;

    sigset_t all, before;

    /* A signal that comes before the daemon is the daemon must end it: our handlers would keep it to themselves. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid = fork();
    if (pid == 0)
        become(child, self);
    sigprocmask(SIG_SETMASK, &before, NULL);
    child->is_ready = false;
    child->silent_s = 0;
    child->since_ms = clock_monotonic_ms();
    if (pid < 0) {
        log_error(child->name, "cannot be started: %s", strerror(errno));
        schedule_start(child);
        return;
    }
    child->pid = pid;
    log_info(child->name, "started with pid %d", (int)pid);
}

static void on_start_timer(uv_timer_t *timer)
{
    start(timer->data);
}

static void schedule_start(struct child *child)
{
    char text[CLOCK_TEXT_SIZE];

    if (clock_monotonic_ms() - child->since_ms >= SUPERVISOR_STEADY_MS)
        child->deaths = 0;
    uint64_t pause_ms = supervisor_pause(child->deaths++, child->pause_max_ms);
    log_info(child->name, "starts again in %s", duration_format(pause_ms, text));
    uv_timer_start(&child->timer, on_start_timer, pause_ms, 0);
}

/* ---- stopping ---- */

static void on_stop_timer(uv_timer_t *timer)
{
    struct child *child = timer->data;

    log_warning(child->name, "did not end in time; killed");
    kill(child->pid, SIGKILL);
}

static void close_handle(uv_handle_t *handle, void *user)
{
    (void)user;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Stops the first that still runs; with none left the loop ends. */
static void stop_next(struct supervisor *supervisor)
{
    for (size_t i = 0; i < CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        uv_timer_stop(&child->timer);
        if (child->pid == 0)
            continue;
        kill(child->pid, SIGTERM);
        uv_timer_start(&child->timer, on_stop_timer, SUPERVISOR_STOP_MS, 0);
        return;
    }
    notify_alive_stop();
    uv_walk(&supervisor->loop, close_handle, NULL);
}

static void stop(struct supervisor *supervisor, int status)
{
    if (supervisor->stopping)
        return;
    supervisor->stopping = true;
    supervisor->status = status;
    notify_service_manager("STOPPING=1");
    stop_next(supervisor);
}

/* ---- signs of life ---- */

/* SIGCONT: a stopped process takes no signal but SIGKILL, and leaves no core. */
static void kill_hung(struct child *child)
{
    log_error(child->name, child->is_ready ? "no sign of life for %u s; killed" : "not ready after %u s; killed",
              child->silent_s);
    child->silent_s = 0;
    kill(child->pid, SIGABRT);
    kill(child->pid, SIGCONT);
    uv_timer_start(&child->timer, on_stop_timer, SUPERVISOR_ABORT_MS, 0);
}

/* Seconds in which this loop turned are counted, not time: where the whole machine stood still no daemon is to blame.
 */
static void on_pulse(uv_timer_t *timer)
{
    struct supervisor *supervisor = timer->data;

    for (size_t i = 0; i < CHILDREN && !supervisor->stopping; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid > 0 && ++child->silent_s >= (child->is_ready ? SUPERVISOR_SILENCE_S : SUPERVISOR_START_S))
            kill_hung(child);
    }
}

static void child_is_ready(struct child *child)
{
    struct supervisor *supervisor = child->supervisor;
    bool all = true;

    child->is_ready = child->was_ready = true;
    for (size_t i = 0; i < CHILDREN; i++)
        all &= supervisor->children[i].was_ready;
    if (all)
        notify_service_manager("READY=1");
}

/* Takes what was said and not yet heard. */
static void take_notices(struct child *child)
{
    char text[NOTICE_SIZE];
    ssize_t size;

    for (int i = 0; i < TURN_NOTICES_MAX && (size = recv(child->ours, text, sizeof text - 1, MSG_DONTWAIT)) >= 0; i++) {
        text[size] = '\0';
        child->silent_s = 0;
        for (char *rest = text, *word; (word = strsep(&rest, "\n"));) {
            if (strcmp(word, "READY=1") == 0)
                child_is_ready(child);
        }
    }
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    take_notices(poll->data);
}

static bool listen_to(struct child *child)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return false;
    child->ours = ends[0];
    child->theirs = ends[1];
    uv_poll_init(&child->supervisor->loop, &child->notices, child->ours);
    child->notices.data = child;
    return uv_poll_start(&child->notices, UV_READABLE, on_readable) == 0;
}

/* The daemons, which are started from now on, are asked for it by their environment. */
static bool watch_life(struct supervisor *supervisor)
{
    char patience[32];

    uv_timer_init(&supervisor->loop, &supervisor->pulse);
    supervisor->pulse.data = supervisor;
    uv_timer_start(&supervisor->pulse, on_pulse, 1000, 1000);
    snprintf(patience, sizeof patience, "%u000000", (unsigned)SUPERVISOR_SILENCE_S);
    setenv("WATCHDOG_USEC", patience, true);
    setenv(NOTIFY_INHERITED, "1", true);
    for (size_t i = 0; i < CHILDREN; i++) {
        if (!listen_to(&supervisor->children[i]))
            return false;
    }
    return true;
}

/* ---- signals ---- */

static bool cannot_run(int status)
{
    return WIFEXITED(status) && (WEXITSTATUS(status) == EXIT_NOT_FOUND || WEXITSTATUS(status) == EXIT_NOT_EXECUTABLE);
}

static void log_end(const struct child *child, int status)
{
    if (WIFSIGNALED(status))
        log_error(child->name, "ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (cannot_run(status))
        log_error(child->name, "cannot run %s: %s", child->path,
                  WEXITSTATUS(status) == EXIT_NOT_FOUND ? "there is no such program" : "it is not executable");
    else if (WEXITSTATUS(status) != 0)
        log_error(child->name, "ended with status %d", WEXITSTATUS(status));
    else
        log_info(child->name, "ended");
}

static void child_ended(struct child *child, int status)
{
    take_notices(child);
    child->pid = 0;
    uv_timer_stop(&child->timer);
    log_end(child, status);
    if (child->supervisor->stopping)
        stop_next(child->supervisor);
    else if (!child->was_ready && WIFEXITED(status) && supervisor_is_final(WEXITSTATUS(status)))
        stop(child->supervisor, WEXITSTATUS(status) == EXIT_CONFIGURATION ? EXIT_CONFIGURATION : EXIT_FAILURE);
    else
        schedule_start(child);
}

/* As the first process of a container it also has to wait for processes whose own parent has gone. */
static void on_child_signal(uv_signal_t *handle, int number)
{
    struct supervisor *supervisor = handle->data;
    int status;

    (void)number;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        for (size_t i = 0; i < CHILDREN; i++) {
            if (supervisor->children[i].pid == pid)
                child_ended(&supervisor->children[i], status);
        }
    }
}

static void on_reload_signal(uv_signal_t *handle, int number)
{
    struct supervisor *supervisor = handle->data;

    for (size_t i = 0; i < CHILDREN; i++) {
        if (supervisor->children[i].pid > 0)
            kill(supervisor->children[i].pid, number);
    }
}

static void on_stop_signal(uv_signal_t *handle, int number)
{
    log_info(NULL, "%s: stopping", strsignal(number));
    stop(handle->data, EXIT_SUCCESS);
}

static bool watch_signals(struct supervisor *supervisor)
{
    static const struct {
        int number;
        uv_signal_cb callback;
    } rows[SIGNALS] = {
        {SIGCHLD, on_child_signal}, {SIGHUP, on_reload_signal}, {SIGTERM, on_stop_signal}, {SIGINT, on_stop_signal}};

    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(&supervisor->loop, &supervisor->signals[i]);
        supervisor->signals[i].data = supervisor;
        if (uv_signal_start(&supervisor->signals[i], rows[i].callback, rows[i].number) < 0)
            return false;
    }
    return true;
}

/* ---- the whole ---- */

static void child_open(struct supervisor *supervisor, size_t i, const char *name, uint64_t pause_max_ms,
                       const char *directory)
{
    struct child *child = &supervisor->children[i];

    child->supervisor = supervisor;
    child->name = name;
    child->pause_max_ms = pause_max_ms;
    find_program(child, directory);
    uv_timer_init(&supervisor->loop, &child->timer);
    child->timer.data = child;
}

int supervisor_run(const char *directory, const char *file)
{
    struct supervisor supervisor = {.file = file};

    signal(SIGPIPE, SIG_IGN); /* who read the log may go, and that ends nothing */
    if (uv_loop_init(&supervisor.loop) < 0)
        return EXIT_FAILURE;
    notify_open();
    notify_alive_start(&supervisor.loop);
    child_open(&supervisor, CHILD_BGPD, "vipgate-bgpd", SUPERVISOR_PAUSE_MAX_MS, directory);
    child_open(&supervisor, CHILD_HEALTHD, "vipgate-healthd", SUPERVISOR_PAUSE_HEALTHD_MAX_MS, directory);
    if (watch_signals(&supervisor) && watch_life(&supervisor)) {
        start(&supervisor.children[CHILD_HEALTHD]);
        start(&supervisor.children[CHILD_BGPD]);
    } else {
        log_error(NULL, "cannot watch signals and daemons: %s", strerror(errno));
        stop(&supervisor, EXIT_FAILURE);
    }
    uv_run(&supervisor.loop, UV_RUN_DEFAULT);
    uv_loop_close(&supervisor.loop);
    return supervisor.status;
}
