/* vipgate-bgpd: the program around struct bgpd. */
#include "bgpd/daemon.h"
#include "lib/log.h"
#include "lib/model.h"

#include <bsd/unistd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_CONFIGURATION = 2, SIGNALS = 3 };

extern char **environ;

static struct bgpd bgpd = {.path = "/etc/vipgate/vipgate.conf"};
static uv_signal_t signals[SIGNALS];
static const int signal_numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

static void on_stopped(struct bgpd *stopped)
{
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&signals[i], NULL);
    bgpd_close(stopped);
}

static void on_signal(uv_signal_t *handle, int number)
{
    char *lines = NULL;

    (void)handle;
    if (number == SIGHUP)
        bgpd_reload(&bgpd, &lines);
    else
        bgpd_stop(&bgpd, number == SIGTERM ? "vipgate is stopping: SIGTERM" : "vipgate is stopping: SIGINT");
    free(lines);
}

static void catch_signals(uv_loop_t *loop)
{
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(loop, &signals[i]);
        uv_signal_start(&signals[i], on_signal, signal_numbers[i]);
    }
    signal(SIGPIPE, SIG_IGN);
}

/* Each session and client is a descriptor. */
static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int usage(FILE *stream)
{
    fprintf(stream, "usage: vipgate-bgpd [-c FILE] [-n]\n"
                    "  -c FILE  the configuration [/etc/vipgate/vipgate.conf]\n"
                    "  -n       only check it\n"
                    "  -V       print the version\n");
    return stream == stdout ? EXIT_SUCCESS : EXIT_CONFIGURATION;
}

static int run(struct bgpd_load *load)
{
    char error[512];

    bgpd.loop = uv_default_loop();
    bgpd.stopped = on_stopped;
    allow_descriptors();
    catch_signals(bgpd.loop);
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
    struct bgpd_load load = bgpd_load(bgpd.context, bgpd.path);
    fputs(load.lines, stderr);
    if (!load.config)
        status = EXIT_CONFIGURATION;
    else if (!only_check)
        status = run(&load);
    bgpd_load_clear(&load);
    ly_ctx_destroy(bgpd.context);
    return status;
}

int main(int argc, char **argv)
{
    bool only_check = false;
    int option;

    setproctitle_init(argc, argv, environ);
    log_open("vipgate-bgpd");
    while ((option = getopt(argc, argv, "c:nhV")) != -1) {
        switch (option) {
        case 'c':
            bgpd.path = optarg;
            break;
        case 'n':
            only_check = true;
            break;
        case 'V':
            printf("vipgate-bgpd %s\n", VIPGATE_VERSION);
            return EXIT_SUCCESS;
        default:
            return usage(option == 'h' ? stdout : stderr);
        }
    }
    return optind == argc ? check_or_run(only_check) : usage(stderr);
}
