/* The helper's process and the two sockets to it: one for orders, one for questions about files
 * (healthd/helper/message.h). */
#ifndef VIPGATE_HEALTHD_HELPER_PROCESS_H
#define VIPGATE_HEALTHD_HELPER_PROCESS_H

#include "healthd/helper/message.h"
#include "healthd/net/watcher.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed but for the first five members and USER: there is no process yet. */
struct helper_process {
    uv_loop_t *loop;
    struct watcher *watcher;
    const char *program;
    void (*replied)(const struct helper_reply *reply, void *user);
    void (*lost)(void *user); /* it has ended, and with it all that it was asked for */
    void *user;
    /* the rest is its own */
    uv_process_t *process; /* NULL: there is none */
    bool connected;
    int orders, looks; /* where it is connected */
    struct watch orders_watch, looks_watch;
    uint64_t not_before_ms; /* of another start */
};

/* Lets go of the process, which ends by itself. */
void helper_process_close(struct helper_process *process);

/* Sees to it that there is a process. 1 where it is a new one, else 0; or a negative errno. */
int helper_process_be_there(struct helper_process *process);

/* Sends REQUEST, by the socket that its order takes, and the SIZE bytes of TEXT, with DESCRIPTOR unless it is -1. 0, or
 * a negative errno. */
int helper_process_send(struct helper_process *process, const struct helper_request *request, const char *text,
                        size_t size, int descriptor);

/* Ends the process, which does not do what it is told, and tells so. */
void helper_process_lose(struct helper_process *process);

#endif
