/*
 * What is the same in every daemon: command line, configuration, signals, control socket, journal, and the end.
 *
 *     daemon_main: arguments -> load -> control socket -> open -> prepare -> apply -> the loop -> stop -> close
 *
 * A daemon is a struct that begins with its struct daemon, and a struct daemon_kind that says what is its own. Every
 * hook gets that struct as USER.
 */
#ifndef VIPGATE_LIB_DAEMON_DAEMON_H
#define VIPGATE_LIB_DAEMON_DAEMON_H

#include "lib/control/control.h"
#include "lib/control/event_feed.h"
#include "lib/daemon/reload.h"
#include "lib/journal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* One RPC that the daemon answers; a table ends with a NULL. 'get-config' and 'reload' need no row. */
struct daemon_command {
    const char *rpc;
    void (*answer)(void *user, struct control_request *request, const struct json_node *rpc);
};

struct daemon_kind {
    const char *program, *name; /* "vipgate-bgpd", "bgpd": the latter of the socket, in events and in state */
    struct reload_owner config; /* how a configuration is made and gone over to, at the start and later */

    /* Opens what it works with; the control socket is open already. VALUE is the configuration, not yet prepared.
     * False with one line in ERROR; `close` is then still called. */
    bool (*open)(void *user, const void *value, char *error, size_t size);

    /* How much VALUE asks for, in words such as "3 checks", until the next call. */
    const char *(*extent)(const void *value);

    /* Begins to end its work for REASON, and calls daemon_end when done. NULL: there is nothing to wait for. */
    void (*stop)(void *user, const char *reason);

    /* Adds what is its own to the entry for it in the list 'daemon'. NULL: nothing. */
    void (*describe)(const void *user, struct json *entry);

    /* Closes whatever `open` opened; the loop then runs out. */
    void (*close)(void *user);
};

struct daemon {
    const struct daemon_kind *kind;
    const struct daemon_command *commands;
    struct reload_owner config; /* of the kind, apart from `apply` */
    const char *path;           /* of the configuration */
    uv_loop_t *loop;
    uint64_t since_us;
    struct journal *journal;
    struct event_feed *feed;
    struct reload *reload;
    struct control_server *control;
    bool stopping, ended;
};

/* The whole program; returns its exit status. DAEMON is zeroed. */
int daemon_main(struct daemon *daemon, const struct daemon_kind *kind, const struct daemon_command *commands, int argc,
                char **argv);

/* What `stop` began is done. */
void daemon_end(struct daemon *daemon);

/* Settings that every daemon has: those of the running configuration. */
const struct shared_config *daemon_shared(const struct daemon *daemon);

/* Adds the entry for this daemon to the list 'daemon' of STATE. */
void daemon_describe(const struct daemon *daemon, struct json *state);

/* For hooks: writes "out of memory" into ERROR, and returns false. */
bool daemon_out_of_memory(char *error, size_t size);

#endif
