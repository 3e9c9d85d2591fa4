/* What a daemon says to the supervisor that started it, in the words of sd_notify(3): the manager's end of lib/notify.
 * The daemon has it from a socket that it inherits, so that nobody else can speak for it, or keep it from being heard.
 */
#ifndef VIPGATE_CTL_NOTICES_H
#define VIPGATE_CTL_NOTICES_H

#include <stdbool.h>
#include <uv.h>

/* WORD is such as "READY=1". */
typedef void notice_received(const char *word, void *user);

struct notices {
    uv_poll_t poll;
    int ours, theirs; /* both ends of the socket */
    notice_received *received;
    void *user;
};

/* Listens. False with errno. */
bool notices_open(struct notices *notices, uv_loop_t *loop, notice_received *received, void *user);

/* In a child between fork and exec: the program inherits its end as NOTIFY_FD. */
void notices_inherit(const struct notices *notices);

/* Takes what was said and not yet heard: before the daemon's end is acted upon. */
void notices_take(struct notices *notices);

/* Lets the loop end. */
void notices_close(struct notices *notices);

#endif
