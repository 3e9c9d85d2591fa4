/* What daemons say to the supervisor that started them, in the words of sd_notify(3): the manager's end of lib/notify.
 */
#ifndef VIPGATE_CTL_NOTICES_H
#define VIPGATE_CTL_NOTICES_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

/* WORD, such as "READY=1", of the process PID, as the kernel knows it. */
typedef void notice_received(pid_t pid, const char *word, void *user);

struct notices {
    uv_poll_t poll;
    int fd;
    notice_received *received;
    void *user;
};

/* Listens on a socket that the kernel has named, and sets NOTIFY_SOCKET for processes to be started. False with errno.
 */
bool notices_open(struct notices *notices, uv_loop_t *loop, notice_received *received, void *user);

/* Lets the loop end. */
void notices_close(struct notices *notices);

#endif
