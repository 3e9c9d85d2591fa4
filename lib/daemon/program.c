#include "lib/daemon/program.h"

#include "lib/daemon/notify.h"
#include "lib/log.h"

#include <bsd/unistd.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SIGNALS = 3 };

extern char **environ;

static uv_signal_t signals[SIGNALS];
static const int signal_numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

static int usage(const char *name, FILE *stream)
{
    fprintf(stream,
            "usage: %s [-c FILE] [-n]\n"
            "  -c FILE        the configuration [/etc/vipgate/vipgate.conf]\n"
            "  -n             check configuration and exit\n"
            "  -V, --version  print the version\n"
            "  -h, --help     print this\n",
            name);
    return stream == stdout ? EXIT_SUCCESS : PROGRAM_MISUSED;
}

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};

bool program_begin(struct program *program, const char *name, int argc, char **argv, int *status)
{
    int option;

    *program = (struct program){.name = name, .path = "/etc/vipgate/vipgate.conf"};
    setproctitle_init(argc, argv, environ);
    log_open(name);
    notify_open();
    while ((option = getopt_long(argc, argv, "c:nhV", long_options, NULL)) != -1) {
        switch (option) {
        case 'c':
            program->path = optarg;
            break;
        case 'n':
            program->only_check = true;
            break;
        case 'V':
            printf("%s %s\n", name, VIPGATE_VERSION);
            *status = EXIT_SUCCESS;
            return false;
        default:
            *status = usage(name, option == 'h' ? stdout : stderr);
            return false;
        }
    }
    if (optind < argc)
        *status = usage(name, stderr);
    return optind == argc;
}

void program_catch_signals(uv_loop_t *loop, uv_signal_cb handler, void *user)
{
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(loop, &signals[i]);
        signals[i].data = user;
        uv_signal_start(&signals[i], handler, signal_numbers[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    notify_alive_start(loop);
}

void program_release_signals(void)
{
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&signals[i], NULL);
    notify_alive_stop();
}

void program_allow_fds(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
