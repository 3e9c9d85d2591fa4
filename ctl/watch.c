/* --watch: the answer drawn again and again. */
#include "ctl/handlers.h"
#include "ctl/query.h"
#include "lib/clock.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { USUAL_MS = 2000, LEAST_MS = 100 };

/* What is drawn is written at once, so there is no half of it to lose. */
static void on_signal(int number)
{
    (void)number;
    _exit(STATUS_DONE);
}

static struct timespec pause_of(const char *text)
{
    uint64_t ms = USUAL_MS;

    if (text[0])
        duration_parse(text, &ms);
    if (ms < LEAST_MS)
        ms = LEAST_MS;
    return (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000 * 1000000)};
}

int watch(const struct invocation *invocation)
{
    static char buffer[256 * 1024];
    const struct timespec pause = pause_of(command_argument(invocation, "--watch"));
    bool terminal = isatty(STDOUT_FILENO);

    if (command_argument(invocation, "--follow")) {
        complain("--watch and --follow exclude each other");
        return STATUS_USAGE;
    }
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    do {
        if (terminal)
            fputs("\033[H\033[2J", stdout);
        invocation->command->handler(invocation);
        if (fflush(stdout) != 0)
            return STATUS_DONE; /* main() says why */
        nanosleep(&pause, NULL);
    } while (true);
}
