#include "ctl/notices.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Of datagrams and of their size: whoever shares the network namespace can send some. */
enum { TURN_MAX = 16, TEXT_SIZE = 512 };

static void say_words(struct notices *notices, pid_t pid, char *text)
{
    for (char *rest = text, *word; (word = strsep(&rest, "\n"));)
        notices->received(pid, word, notices->user);
}

/* Whom the kernel names as the sender; 0: nobody. */
static pid_t sender_of(struct msghdr *message)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        struct ucred sender;
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS)
            continue;
        memcpy(&sender, CMSG_DATA(part), sizeof sender);
        return sender.pid;
    }
    return 0;
}

/* False: there is nothing more. Descriptors that somebody passes are none of ours: there is no room for them. */
static bool receive(struct notices *notices)
{
    char text[TEXT_SIZE];
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec part = {text, sizeof text - 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};

    ssize_t size = recvmsg(notices->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0)
        return false;
    text[size] = '\0';
    pid_t pid = sender_of(&message);
    if (pid > 0)
        say_words(notices, pid, text);
    return true;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    for (int i = 0; i < TURN_MAX && receive(poll->data); i++)
        continue;
}

/* Its address in the abstract namespace is chosen by the kernel, unix(7) "Autobind". */
static int bind_anywhere(struct sockaddr_un *address, socklen_t *length)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    *length = sizeof *address;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int)) == 0 &&
        bind(fd, (const struct sockaddr *)address, sizeof(sa_family_t)) == 0 &&
        getsockname(fd, (struct sockaddr *)address, length) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

bool notices_open(struct notices *notices, uv_loop_t *loop, notice_received *received, void *user)
{
    struct sockaddr_un address;
    char path[sizeof address.sun_path + 1] = "@";
    socklen_t length;

    *notices = (struct notices){.fd = bind_anywhere(&address, &length), .received = received, .user = user};
    if (notices->fd < 0)
        return false;
    memcpy(path + 1, address.sun_path + 1, length - offsetof(struct sockaddr_un, sun_path) - 1);
    setenv("NOTIFY_SOCKET", path, true);
    uv_poll_init(loop, &notices->poll, notices->fd);
    notices->poll.data = notices;
    uv_poll_start(&notices->poll, UV_READABLE, on_readable);
    return true;
}

static void on_closed(uv_handle_t *handle)
{
    struct notices *notices = handle->data;

    close(notices->fd);
    notices->fd = -1;
}

void notices_close(struct notices *notices)
{
    if (notices->fd >= 0)
        uv_close((uv_handle_t *)&notices->poll, on_closed);
}
