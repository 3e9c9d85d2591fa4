/* What both daemons' main functions share: the command line, signals, descriptors. */
#ifndef VIPGATE_LIB_PROGRAM_H
#define VIPGATE_LIB_PROGRAM_H

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

/* Prints LINES, what there is to say of the configuration, on standard error: a daemon that starts must not wait until
 * somebody reads them, -n (ONLY_CHECK) has nothing else to do. */
void program_say(bool only_check, const char *lines);

/* Calls HANDLER for SIGTERM, SIGINT and SIGHUP on LOOP, and ignores SIGPIPE. From now on LOOP gives the service manager
 * the signs of life that it asks for. */
void program_catch_signals(uv_loop_t *loop, uv_signal_cb handler);

/* Lets the loop end. */
void program_release_signals(void);

/* Raises the limit of descriptors to what the system allows: each session, probe and client is one. */
void program_allow_descriptors(void);

#endif
