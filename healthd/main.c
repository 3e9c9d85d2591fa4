/* vipgate-healthd: the program around struct daemon. */
#include "healthd/command.h"
#include "healthd/engine/config.h"
#include "healthd/helper/helper.h"
#include "lib/daemon/beside.h"
#include "lib/log.h"
#include "lib/model.h"
#include "lib/notify.h"
#include "lib/program.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct daemon health_daemon;

static int exit_status;

/* A file system that hangs may hold a thread for good. What takes the program's libraries down, or looks for leaks in a
 * test, does not wait for it. */
static void leave_threads_behind(void)
{
    if (beside_under_way())
        _exit(exit_status);
}

static void end(void)
{
    program_release_signals();
    daemon_stop(&health_daemon);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)handle;
    if (number == SIGHUP)
        reload_now(health_daemon.reload);
    else
        end();
}

static int run(struct load *load)
{
    char error[512];

    program_allow_descriptors();
    bool started = daemon_start(&health_daemon, load, error, sizeof error);
    if (started) {
        notify_service_manager("READY=1");
    } else {
        log_error(NULL, "%s", error);
        end();
    }
    uv_run(health_daemon.loop, UV_RUN_DEFAULT);
    uv_loop_close(health_daemon.loop);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int check_or_run(bool only_check)
{
    char error[512];
    int status = EXIT_SUCCESS;

    health_daemon.context = model_open(error, sizeof error);
    if (!health_daemon.context) {
        log_error(NULL, "%s", error);
        return EXIT_FAILURE;
    }
    struct load load = load_file(&daemon_load_kind, health_daemon.context, health_daemon.path);
    char *lines = load_lines(&load);
    program_say(only_check, lines ? lines : "out of memory\n");
    free(lines);
    if (!load.value)
        status = PROGRAM_MISUSED;
    else if (!only_check)
        status = run(&load);
    load_clear(&daemon_load_kind, &load);
    ly_ctx_destroy(health_daemon.context);
    return status;
}

int main(int argc, char **argv)
{
    struct program program;
    int status;

    if (argc == 2 && strcmp(argv[1], HELPER_ARGUMENT) == 0)
        return helper_serve();
    atexit(leave_threads_behind); /* the first, so that it is the last: the log is written by then */
    if (!program_begin(&program, "vipgate-healthd", argc, argv, &status))
        return status;
    health_daemon.path = program.path;
    health_daemon.answer = daemon_answer;
    health_daemon.loop = uv_default_loop();
    /* Before anything else: what comes while the daemon starts is acted on when it has started. */
    if (!program.only_check)
        program_catch_signals(health_daemon.loop, on_signal);
    exit_status = check_or_run(program.only_check);
    return exit_status;
}
