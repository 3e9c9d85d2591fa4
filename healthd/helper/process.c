#include "healthd/helper/process.h"

#include "healthd/helper/helper.h"
#include "lib/container.h"
#include "lib/log.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    /* A process that ended is started again after this. */
    RESTART_MS = 1000,
    REPLIES_AT_ONCE = 64,
};

/* It ends when its sockets do, and need not be waited for. */
static void hang_up(struct helper_process *process)
{
    if (process->connected) {
        watch_close(process->watcher, &process->orders_watch, process->orders);
        watch_close(process->watcher, &process->looks_watch, process->looks);
    }
    process->connected = false;
}

void helper_process_lose(struct helper_process *process)
{
    if (!process->connected)
        return;
    log_warning(NULL, "the helper process has ended; it will be restarted when needed");
    hang_up(process);
    if (process->process)
        uv_process_kill(process->process, SIGKILL);
    process->not_before_ms = uv_now(process->loop) + RESTART_MS;
    process->lost(process->user);
}

/* ---- replies ---- */

/* The process may be lost meanwhile. */
static void take_replies(struct helper_process *process, int fd)
{
    struct helper_reply reply;

    for (int i = 0; i < REPLIES_AT_ONCE && process->connected; i++) {
        ssize_t size = recv(fd, &reply, sizeof reply, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (size == sizeof reply && reply.size <= sizeof reply.text)
            process->replied(&reply, process->user);
        else
            helper_process_lose(process);
    }
}

static void on_orders(struct watch *watch, uint32_t events)
{
    struct helper_process *process = CONTAINER_OF(watch, struct helper_process, orders_watch);

    (void)events;
    take_replies(process, process->orders);
}

static void on_looks(struct watch *watch, uint32_t events)
{
    struct helper_process *process = CONTAINER_OF(watch, struct helper_process, looks_watch);

    (void)events;
    take_replies(process, process->looks);
}

/* ---- its life ---- */

static void closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_end(uv_process_t *handle, int64_t status, int signal)
{
    struct helper_process *process = handle->data;

    (void)status;
    (void)signal;
    process->process = NULL;
    uv_close((uv_handle_t *)handle, closed);
    helper_process_lose(process);
}

/* Starts it with its ends of the sockets. 0, or a negative errno. */
static int spawn(struct helper_process *process, int orders, int looks)
{
    char *arguments[] = {(char *)"vipgate-healthd", (char *)HELPER_ARGUMENT, NULL}, *environment[] = {NULL};
    uv_stdio_container_t streams[3] = {
        {.flags = UV_INHERIT_FD, .data.fd = orders}, {.flags = UV_INHERIT_FD, .data.fd = looks}, {.flags = UV_IGNORE}};
    const uv_process_options_t options = {.file = process->program,
                                          .args = arguments,
                                          .env = environment,
                                          .cwd = "/",
                                          .exit_cb = on_end,
                                          .flags = UV_PROCESS_DETACHED,
                                          .stdio = streams,
                                          .stdio_count = 3};
    uv_process_t *handle = calloc(1, sizeof *handle);
    int error = handle ? uv_spawn(process->loop, handle, &options) : -ENOMEM;

    if (error && handle) {
        uv_close((uv_handle_t *)handle, closed);
    } else if (handle) {
        handle->data = process;
        process->process = handle;
    }
    return error;
}

static int connect_to(struct helper_process *process, const int orders[2], const int looks[2])
{
    int error = spawn(process, orders[1], looks[1]);

    if (!error)
        error = watch_start(process->watcher, &process->orders_watch, orders[0], EPOLLIN, on_orders);
    if (!error)
        error = watch_start(process->watcher, &process->looks_watch, looks[0], EPOLLIN, on_looks);
    if (error)
        watch_stop(process->watcher, &process->orders_watch);
    return error;
}

static void close_pair(const int ends[2])
{
    for (int i = 0; i < 2 && ends[i] >= 0; i++)
        close(ends[i]);
}

int helper_process_be_there(struct helper_process *process)
{
    int orders[2] = {-1, -1}, looks[2] = {-1, -1};

    if (process->connected)
        return 0;
    if (process->process || uv_now(process->loop) < process->not_before_ms)
        return -ECANCELED;
    bool paired = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) == 0 &&
                  socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, looks) == 0;
    int error = paired ? connect_to(process, orders, looks) : -errno;
    if (error) {
        close_pair(orders);
        close_pair(looks);
        return error;
    }
    close(orders[1]);
    close(looks[1]);
    process->orders = orders[0];
    process->looks = looks[0];
    process->connected = true;
    return 1;
}

void helper_process_close(struct helper_process *process)
{
    hang_up(process);
    if (process->process)
        uv_close((uv_handle_t *)process->process, closed);
    process->process = NULL;
}

/* ---- requests ---- */

int helper_process_send(struct helper_process *process, const struct helper_request *request, const char *text,
                        size_t size, int descriptor)
{
    int fd = request->order == HELPER_LOOK ? process->looks : process->orders;
    struct iovec parts[] = {{(void *)request, sizeof *request}, {(void *)text, size}};
    char control[CMSG_SPACE(sizeof(int))] = "";
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    if (!process->connected)
        return -ENOTCONN;
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}
