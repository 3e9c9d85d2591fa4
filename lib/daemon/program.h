/* The command line of a daemon, its signals and its limits. */
#ifndef VIPGATE_LIB_DAEMON_PROGRAM_H
#define VIPGATE_LIB_DAEMON_PROGRAM_H

#include <stdbool.h>
#include <uv.h>

/* Exit status of a usage or configuration error. */
enum { PROGRAM_MISUSED = 2 };

struct program {
    const char *name;
    const char *path; /* the configuration */
    bool only_check;  /* -n */
};

/* Reads "-c FILE", "-n", "-h" and "-V" of the daemon NAME, and prepares log and process title. False: there is nothing
 * left to do, and *STATUS is the exit status. */
bool program_begin(struct program *program, const char *name, int argc, char **argv, int *status);

/* Calls HANDLER, whose handle has USER as its data, for SIGTERM, SIGINT and SIGHUP on LOOP, and ignores SIGPIPE. From
 * now on LOOP gives the service manager the signs of life that it asks for. */
void program_catch_signals(uv_loop_t *loop, uv_signal_cb handler, void *user);

/* Lets the loop end. */
void program_release_signals(void);

/* Raises the limit of open files to what the system allows: each session, probe and client is one. */
void program_allow_fds(void);

#endif
