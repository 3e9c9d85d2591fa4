/*
 * The daemon's hands: a process of its own that does for probes what may wait on something outside, which the loop must
 * not. It looks at files, where a file system may be dead, and runs commands, where a user's name may have to be looked
 * up over the network.
 *
 *     probe --ask--> helper ==socket==> process --fork--> command (one a run), eyes (one process a file system that
 * hangs)
 *
 * The process starts with the first question and ends with the daemon, however that ends, and with it all commands.
 * What hangs in the kernel hangs there, and keeps nobody from ending.
 */
#ifndef VIPGATE_HEALTHD_HELPER_HELPER_H
#define VIPGATE_HEALTHD_HELPER_HELPER_H

#include "healthd/helper/message.h"
#include "healthd/net/watcher.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct helper;
struct errand;
struct helper_look;
struct helper_run;

/* PROGRAM is that of the process, started with the one argument HELPER_ARGUMENT: the daemon's own, which then calls
 * helper_serve. NULL when out of memory. */
#define HELPER_ARGUMENT "--helper"
struct helper *helper_new(uv_loop_t *loop, struct watcher *watcher, const char *program);
void helper_free(struct helper *helper);

/* ---- files ---- */

/* ERROR is 0 or a negative errno; TEXT, of SIZE bytes, is what was read. */
typedef void helper_looked(struct helper_look *look, int error, const char *text, size_t size);

/* A question under way; lives in what asks. Zeroed: none. */
struct helper_look {
    helper_looked *done;
    struct errand *errand;
};

/*
 * Asks whether there is something at PATH, or, where WANTED is not 0, for the first bytes of it, HELPER_TEXT_MAX at
 * most. 0, and DONE is called once unless helper_look_cancel comes first; or a negative errno. A file is asked about
 * once at a time, and few of one directory, so that a file system that does not answer keeps only questions about
 * itself waiting.
 */
int helper_look_start(struct helper *helper, struct helper_look *look, const char *path, size_t wanted,
                      helper_looked *done);
void helper_look_cancel(struct helper *helper, struct helper_look *look);

/* ---- commands ---- */

/* NEWS is HELPER_RUNNING: what precedes the command is done; or one of the three after it, the last that is told.
 * RESULT is as in a reply. */
typedef void helper_told(struct helper_run *run, enum helper_news news, int result);

/* A command under way; lives in what asks. Zeroed: none. */
struct helper_run {
    helper_told *told;
    struct errand *errand;
};

/* Runs COMMAND, NULL-terminated, as USER (NULL: as we are), in a session of its own, with a fixed environment and no
 * descriptors but OUTPUT as standard output and error, which stays the caller's. 0, and TOLD is called unless
 * helper_run_cancel comes first; or a negative errno. What it started and left behind is killed when it ends. */
int helper_run_start(struct helper *helper, struct helper_run *run, char *const *command, const char *user, int output,
                     helper_told *told);

/* Kills it with all that it started; no event comes any more. */
void helper_run_cancel(struct helper *helper, struct helper_run *run);

/* ---- the process ---- */

/* What the process does; its status to exit with. */
int helper_serve(void);

#endif
