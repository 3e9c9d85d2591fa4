/* The helper process: it hands out the work and waits for none of it. Alone in its process, so it has variables. */
#include "healthd/helper/child.h"
#include "healthd/helper/helper.h"
#include "healthd/helper/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A command under way. */
struct command {
    LIST_ENTRY(command) link;
    uint32_t id;
    pid_t pid;
};

static LIST_HEAD(, command) commands = LIST_HEAD_INITIALIZER(commands);
static struct child_room room;
static int signals;

/* The group, and the process itself where it has yet to make its group. */
static void kill_all_of(const struct command *command)
{
    kill(-command->pid, SIGKILL);
    kill(command->pid, SIGKILL);
}

/* With the daemon ends all that was done for it. */
static _Noreturn void end(int status)
{
    struct command *command;

    LIST_FOREACH(command, &commands, link)
    {
        kill_all_of(command);
    }
    _exit(status);
}

static void say(uint32_t id, enum helper_news news, int error, int status)
{
    const struct helper_reply reply = {.id = id, .news = news, .error = error, .status = status};

    if (send(room.orders, &reply, sizeof reply, MSG_NOSIGNAL) < 0)
        end(EXIT_SUCCESS);
}

/* ---- orders ---- */

static void run(const struct helper_request *request, char *text, const char *text_end, int output)
{
    struct command *command = calloc(1, sizeof *command);
    struct child_task task = {.id = request->id, .output = output};
    bool readable = command && child_task_read(&task, request->count, text, text_end);
    pid_t pid = readable ? fork() : -1;

    if (pid == 0)
        child_run(&room, &task);
    child_task_clear(&task);
    if (pid < 0) {
        say(request->id, HELPER_NOT_RUN, readable ? -errno : -ENOMEM, 0);
        free(command);
        return;
    }
    *command = (struct command){.id = request->id, .pid = pid};
    LIST_INSERT_HEAD(&commands, command, link);
}

static void kill_command(uint32_t id)
{
    struct command *command;

    LIST_FOREACH(command, &commands, link)
    {
        if (command->id == id)
            kill_all_of(command);
    }
}

static void open_eyes(void)
{
    if (fork() == 0)
        child_look(&room);
}

static void take_order(void)
{
    static char bytes[HELPER_MESSAGE_MAX];
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t size = recvmsg(room.orders, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    struct helper_request request;
    int output = -1;

    if (size < (ssize_t)sizeof request)
        end(EXIT_SUCCESS);
    memcpy(&request, bytes, sizeof request);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(&output, CMSG_DATA(header), sizeof output);
    if (request.order == HELPER_RUN)
        run(&request, bytes + sizeof request, bytes + size, output);
    else if (request.order == HELPER_KILL)
        kill_command(request.id);
    else if (request.order == HELPER_MORE)
        open_eyes();
    if (output >= 0)
        close(output);
}

/* ---- ends of children ---- */

static struct command *find_command(pid_t pid)
{
    struct command *command;

    LIST_FOREACH(command, &commands, link)
    {
        if (command->pid == pid)
            return command;
    }
    return NULL;
}

/* A command has ended. While its status waits here nobody else can have its number, and what it left behind is killed.
 */
static void bury(struct command *command)
{
    int status = 0;

    kill(-command->pid, SIGKILL);
    waitpid(command->pid, &status, 0);
    say(command->id, HELPER_ENDED, 0, status);
    LIST_REMOVE(command, link);
    free(command);
}

static void reap(void)
{
    struct signalfd_siginfo ignored[8];
    siginfo_t info = {0};

    while (read(signals, ignored, sizeof ignored) > 0)
        continue;
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
        struct command *command = find_command(info.si_pid);
        if (!command)
            end(EXIT_FAILURE); /* eyes do not end by themselves, and what they were to look at is lost */
        bury(command);
        info.si_pid = 0;
    }
}

/* ---- the loop ---- */

/* The standard streams become /dev/null, the sockets what no command inherits. */
static void arrange_descriptors(void)
{
    sigset_t children;

    close_range(3, ~0u, 0);
    room.orders = fcntl(HELPER_ORDERS, F_DUPFD_CLOEXEC, 3);
    room.looks = fcntl(HELPER_LOOKS, F_DUPFD_CLOEXEC, 3);
    dup2(STDERR_FILENO, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

int helper_serve(void)
{
    static const int deaf_to[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};

    arrange_descriptors();
    if (room.orders < 0 || room.looks < 0 || signals < 0)
        return EXIT_FAILURE;
    /* It ends with the daemon, not before. */
    for (size_t i = 0; i < sizeof deaf_to / sizeof *deaf_to; i++)
        signal(deaf_to[i], SIG_IGN);
    room.parent = getpid();
    open_eyes();
    for (;;) {
        struct pollfd ready[] = {{.fd = room.orders, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            end(EXIT_FAILURE);
        if (ready[1].revents)
            reap();
        if (ready[0].revents)
            take_order();
    }
}
