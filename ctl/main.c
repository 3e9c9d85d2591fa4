/* vipgate, the command line. */
#include "ctl/command.h"
#include "ctl/handlers.h"
#include "ctl/query.h"
#include "lib/clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
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

/* --watch: runs the command until a signal ends it with status 0, or its output cannot be written. */
static int watch(const struct invocation *invocation)
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

int main(int count, char **words)
{
    struct invocation invocation;
    char error[1024];

    if (count > 1 && strcmp(words[1], "--complete") == 0) {
        complete(count - 2, words + 2);
        return STATUS_DONE;
    }
    int status = command_read(&invocation, count - 1, words + 1, error, sizeof error);
    if (status != STATUS_DONE)
        complain("%s", error);
    else if (command_argument(&invocation, "--help"))
        command_help(&invocation, stdout);
    else if (command_argument(&invocation, "--version"))
        status = handle_version(&invocation);
    else if (command_argument(&invocation, "--watch"))
        status = watch(&invocation);
    else
        status = invocation.command->handler(&invocation);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_DONE) {
        complain("cannot write the answer: %s", strerror(errno));
        status = STATUS_REFUSED;
    }
    return status;
}
