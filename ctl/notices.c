#include "ctl/notices.h"

#include "lib/daemon/notify.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of datagrams in one turn, and of their size. */
enum { TURN_MAX = 16, TEXT_SIZE = 512 };

void notices_take(struct notices *notices)
{
    char text[TEXT_SIZE];
    ssize_t size;

    for (int i = 0; i < TURN_MAX && (size = recv(notices->ours, text, sizeof text - 1, MSG_DONTWAIT)) >= 0; i++) {
        text[size] = '\0';
        for (char *rest = text, *word; (word = strsep(&rest, "\n"));)
            notices->received(word, notices->user);
    }
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    notices_take(poll->data);
}

bool notices_open(struct notices *notices, uv_loop_t *loop, notice_received *received, void *user)
{
    int ends[2];

    *notices = (struct notices){.ours = -1, .theirs = -1, .received = received, .user = user};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return false;
    notices->ours = ends[0];
    notices->theirs = ends[1];
    uv_poll_init(loop, &notices->poll, notices->ours);
    notices->poll.data = notices;
    uv_poll_start(&notices->poll, UV_READABLE, on_readable);
    return true;
}

void notices_inherit(const struct notices *notices)
{
    if (notices->theirs == NOTIFY_FD)
        fcntl(notices->theirs, F_SETFD, 0);
    else
        dup2(notices->theirs, NOTIFY_FD);
}

static void on_closed(uv_handle_t *handle)
{
    struct notices *notices = handle->data;

    close(notices->ours);
    close(notices->theirs);
}

void notices_close(struct notices *notices)
{
    if (notices->ours >= 0)
        uv_close((uv_handle_t *)&notices->poll, on_closed);
}
