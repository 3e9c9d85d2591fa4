/*
 * The helper process: it hands out the work and waits for none of it. Its children, a command each or looking at files,
 * may wait for as long as it takes. Alone in its process, so it has variables.
 */
#include "healthd/helper/helper.h"
#include "healthd/helper/message.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A shell's own, for commands that ask no name service for more. */
#define COMMAND_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { NOT_RUN_STATUS = 127, NAMES_SIZE = 16 * 1024, FILES_AT_ONCE = 1024 };

/* A command under way. */
struct command {
    LIST_ENTRY(command) link;
    uint32_t id;
    pid_t pid;
};

static LIST_HEAD(, command) commands = LIST_HEAD_INITIALIZER(commands);
static int orders, looks, signals; /* close-on-exec */
static pid_t helper_pid;

/* False where the daemon has gone. */
static bool say(uint32_t id, enum helper_news news, int result)
{
    const struct helper_reply reply = {.id = id, .news = news, .result = result};

    return send(orders, &reply, sizeof reply, MSG_NOSIGNAL) >= 0;
}

/* It ends with the daemon, not before; its commands are as any. */
static void handle_signals(void (*handler)(int signal))
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], handler);
}

/* ---- every child ---- */

/* A parent that has died before this was said has died for us, too. */
static void die_with_helper(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != helper_pid)
        _exit(EXIT_FAILURE);
}

/* ---- a child: a command ---- */

static _Noreturn void give_up(uint32_t id, enum helper_news news, int result)
{
    say(id, news, result);
    _exit(NOT_RUN_STATUS);
}

/* Signals as a program expects them, and no more descriptors than it may look through one by one. */
static void become_ordinary(void)
{
    struct rlimit files;

    sigset_t none;

    handle_signals(SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur > FILES_AT_ONCE) {
        files.rlim_cur = FILES_AT_ONCE;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    umask(022);
    if (chdir("/") < 0)
        _exit(NOT_RUN_STATUS);
}

/* Looked up each time: the operator may add the user meanwhile. The name service may be a network away. */
static const struct passwd *become_user(const char *name, uint32_t id)
{
    static struct passwd entry;
    static char names[NAMES_SIZE];
    struct passwd *found = NULL;
    int error = getpwnam_r(name, &entry, names, sizeof names, &found);

    if (!found)
        give_up(id, HELPER_NO_USER, -error);
    if (getuid() == found->pw_uid && getgid() == found->pw_gid)
        return found;
    if (initgroups(found->pw_name, found->pw_gid) < 0 || setgid(found->pw_gid) < 0 || setuid(found->pw_uid) < 0)
        give_up(id, HELPER_NOT_RUN, -errno);
    return found;
}

/* Of the daemon's own environment nothing is passed on. */
static char **make_environment(const struct passwd *user)
{
    static char home[512], name[128], logname[128];
    static char *environment[] = {(char *)COMMAND_PATH, (char *)"LANG=C", NULL, NULL, NULL, NULL};

    if (user) {
        snprintf(home, sizeof home, "HOME=%s", user->pw_dir);
        snprintf(name, sizeof name, "USER=%s", user->pw_name);
        snprintf(logname, sizeof logname, "LOGNAME=%s", user->pw_name);
        environment[2] = home;
        environment[3] = name;
        environment[4] = logname;
    }
    return environment;
}

/* Becomes the command with OUTPUT, as USER ("": as we are), or says why not. */
static _Noreturn void become_command(uint32_t id, const char *user, char **words, int output)
{
    setsid();
    become_ordinary();
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    const struct passwd *entry = user[0] ? become_user(user, id) : NULL;
    die_with_helper(); /* another user's process would have forgotten it */
    /* A file system that hangs does so here, before the command is said to run. */
    if (faccessat(AT_FDCWD, words[0], X_OK, AT_EACCESS) < 0)
        give_up(id, HELPER_NOT_RUN, -errno);
    say(id, HELPER_RUNNING, 0);
    execve(words[0], words, make_environment(entry));
    give_up(id, HELPER_NOT_RUN, -errno);
}

/* ---- a child: looks ---- */

/* The first WANTED bytes of PATH into REPLY. 0, or a negative errno. */
static int read_beginning(const char *path, size_t wanted, struct helper_reply *reply)
{
    /* Not to hang where the path is a FIFO. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, reply->text, wanted < sizeof reply->text ? wanted : sizeof reply->text);
    int error = size < 0 ? -errno : 0;

    if (fd >= 0)
        close(fd);
    reply->size = size > 0 ? (uint32_t)size : 0;
    return error;
}

/* Answers questions until there are no more. */
static _Noreturn void answer_looks(void)
{
    static char bytes[HELPER_MESSAGE_MAX + 1];
    struct helper_request request;
    struct stat ignored;
    ssize_t size;

    die_with_helper();
    close(orders);
    while ((size = recv(looks, bytes, HELPER_MESSAGE_MAX, 0)) > (ssize_t)sizeof request) {
        struct helper_reply reply = {.news = HELPER_LOOKED};
        const char *path = bytes + sizeof request;
        memcpy(&request, bytes, sizeof request);
        bytes[size] = '\0';
        reply.id = request.id;
        if (request.wanted)
            reply.result = read_beginning(path, request.wanted, &reply);
        else
            reply.result = stat(path, &ignored) < 0 ? -errno : 0;
        if (send(looks, &reply, sizeof reply, MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(EXIT_SUCCESS);
}

/* ---- the process ---- */

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

static void report(uint32_t id, enum helper_news news, int result)
{
    if (!say(id, news, result))
        end(EXIT_SUCCESS);
}

/* ---- orders ---- */

/* The COUNT words from TEXT to END, NULL-terminated, in place. NULL where they are not there, or memory is not. */
static char **read_words(size_t count, char *text, const char *end)
{
    char **words = calloc(count + 1, sizeof *words);

    for (size_t i = 0; words && i < count; i++) {
        char *stop = memchr(text, '\0', (size_t)(end - text));
        if (!stop) {
            free(words);
            return NULL;
        }
        words[i] = text;
        text = stop + 1;
    }
    return words;
}

static void run(const struct helper_request *request, char *text, const char *text_end, int output)
{
    struct command *command = calloc(1, sizeof *command);
    char **words = request->count > 0 ? read_words(request->count + 1u, text, text_end) : NULL; /* the user first */
    pid_t pid = command && words ? fork() : -1;
    int error = words ? -errno : -ENOMEM;

    if (pid == 0)
        become_command(request->id, words[0], words + 1, output);
    free(words);
    if (pid < 0) {
        report(request->id, HELPER_NOT_RUN, error);
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
        answer_looks();
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
    ssize_t size = recvmsg(orders, &message, MSG_CMSG_CLOEXEC);
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
    report(command->id, HELPER_ENDED, status);
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
    orders = fcntl(HELPER_ORDERS, F_DUPFD_CLOEXEC, 3);
    looks = fcntl(HELPER_LOOKS, F_DUPFD_CLOEXEC, 3);
    dup2(STDERR_FILENO, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

int helper_serve(void)
{
    arrange_descriptors();
    if (orders < 0 || looks < 0 || signals < 0)
        return EXIT_FAILURE;
    handle_signals(SIG_IGN);
    helper_pid = getpid();
    open_eyes();
    for (;;) {
        struct pollfd ready[] = {{.fd = orders, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            end(EXIT_FAILURE);
        if (ready[1].revents)
            reap();
        if (ready[0].revents)
            take_order();
    }
}
