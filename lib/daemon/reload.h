/*
 * A reload, the same in every daemon:
 *
 *     idle --prepare, SIGHUP--> reading (beside the loop) --> preparing (in turns of the loop) --> prepared
 *     prepared --apply, or at once for SIGHUP--> idle
 *
 * Reading touches nothing that runs. What can fail is done in `prepare`; `apply` is one turn of the loop and cannot
 * fail. A reload that several daemons are part of is one transaction: whoever asks has all of them prepare, and only
 * then apply. A prepared value is kept for as long as the connection that asked for it is open, and at most for a
 * minute; then it is dropped, and everything is as it was.
 */
#ifndef VIPGATE_LIB_DAEMON_RELOAD_H
#define VIPGATE_LIB_DAEMON_RELOAD_H

#include "lib/control/control.h"
#include "lib/daemon/load.h"

#include <uv.h>

/* What a daemon does with its configuration. */
struct reload_owner {
    struct load_kind load;

    /* Does what can fail in going over to VALUE, and changes nothing that can be seen: a piece of it, if it is much,
     * and then STEP_MORE, to be called again in another turn of the loop. STEP_FAILED with one line in ERROR, and
     * nothing is to be abandoned. */
    enum step (*prepare)(void *value, void *user, char *error, size_t size);

    /* Goes over to VALUE, which was prepared and is taken over. */
    void (*apply)(void *value, void *user);

    /* Forgets what was prepared, wholly or in part; VALUE is discarded after that. */
    void (*abandon)(void *user);
};

struct reload;

/* For a daemon that runs LOAD, which was read from PATH and is taken over: its value, too, until the daemon has taken
 * that. All but LOAD outlive the object. NULL when out of memory; LOAD is then untouched. */
struct reload *reload_new(uv_loop_t *loop, const char *path, const struct reload_owner *owner, void *user,
                          struct load *load);

/* Nothing is prepared, read or applied any more, and nothing may be asked. The daemon's state is as before. */
void reload_stop(struct reload *reload);

/* Stops, and frees once the loop has run on. NULL: nothing. */
void reload_free(struct reload *reload);

/* Reads the file again and goes over to it, or logs why not. Where a reload is under way: after it. */
void reload_now(struct reload *reload);

/* Answers the RPC reload. */
void reload_answer(struct reload *reload, struct control_request *request, const struct json_node *rpc);

/* Says in DAEMON, an entry of the state's list, which file is read and of which bytes the running configuration is. */
void reload_describe(const struct reload *reload, struct json *daemon);

/* Of the running configuration; in `apply`, of the one gone over to. Valid until the next. */
const struct shared_config *reload_shared(const struct reload *reload);

/* Answers the RPC get-config. */
void reload_answer_config(const struct reload *reload, struct control_request *request);

#endif
