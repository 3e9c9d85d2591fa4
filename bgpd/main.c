/* vipgate-bgpd: the program around struct bgpd. */
#include "bgpd/command.h"
#include "lib/log.h"
#include "lib/model.h"
#include "lib/program.h"

#include <signal.h>
#include <stdlib.h>

static struct bgpd bgpd;

static void on_stopped(struct bgpd *stopped)
{
    program_release_signals();
    bgpd_close(stopped);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)handle;
    if (number == SIGHUP)
        reload_now(bgpd.reload);
    else
        bgpd_stop(&bgpd, number == SIGTERM ? "vipgate is stopping: SIGTERM" : "vipgate is stopping: SIGINT");
}

static int run(struct load *load)
{
    char error[512];

    bgpd.answer = bgpd_answer;
    bgpd.stopped = on_stopped;
    program_allow_descriptors();
    bool started = bgpd_start(&bgpd, load, error, sizeof error);
    if (!started) {
        log_error(NULL, "%s", error);
        on_stopped(&bgpd);
    }
    uv_run(bgpd.loop, UV_RUN_DEFAULT);
    uv_loop_close(bgpd.loop);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int check_or_run(bool only_check)
{
    char error[512];
    int status = EXIT_SUCCESS;

    bgpd.context = model_open(error, sizeof error);
    if (!bgpd.context) {
        log_error(NULL, "%s", error);
        return EXIT_FAILURE;
    }
    struct load load = load_file(&bgpd_load_kind, bgpd.context, bgpd.path);
    char *lines = load_lines(&load);
    program_say(only_check, lines ? lines : "out of memory\n");
    free(lines);
    if (!load.value)
        status = PROGRAM_MISUSED;
    else if (!only_check)
        status = run(&load);
    load_clear(&bgpd_load_kind, &load);
    ly_ctx_destroy(bgpd.context);
    return status;
}

int main(int argc, char **argv)
{
    struct program program;
    int status;

    if (!program_begin(&program, "vipgate-bgpd", argc, argv, &status))
        return status;
    bgpd.path = program.path;
    bgpd.loop = uv_default_loop();
    /* Before anything else: what comes while the daemon starts is acted on when it has started. */
    if (!program.only_check)
        program_catch_signals(bgpd.loop, on_signal);
    return check_or_run(program.only_check);
}
