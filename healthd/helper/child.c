#include "healthd/helper/child.h"

#include "healthd/helper/message.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A shell's own, for commands that ask no name service for more. */
#define COMMAND_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { NOT_RUN_STATUS = 127, NAMES_SIZE = 16 * 1024, FILES_AT_ONCE = 1024 };

/* A parent that has died before this was said has died for us, too. */
static void die_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
}

/* ---- commands ---- */

bool child_task_read(struct child_task *task, size_t count, char *text, const char *end)
{
    task->words = calloc(count + 1, sizeof *task->words);
    if (!task->words || count == 0)
        return false;
    task->user = text;
    for (size_t i = 0; i <= count; i++) {
        char *stop = memchr(text, '\0', (size_t)(end - text));
        if (!stop)
            return false;
        if (i > 0)
            task->words[i - 1] = text;
        text = stop + 1;
    }
    return true;
}

void child_task_clear(struct child_task *task)
{
    free(task->words);
    task->words = NULL;
}

static void say(const struct child_room *room, const struct child_task *task, enum helper_news news, int error)
{
    const struct helper_reply reply = {.id = task->id, .news = news, .error = error};

    send(room->orders, &reply, sizeof reply, MSG_NOSIGNAL);
}

static _Noreturn void give_up(const struct child_room *room, const struct child_task *task, enum helper_news news,
                              int error)
{
    say(room, task, news, error);
    _exit(NOT_RUN_STATUS);
}

/* Signals as a program expects them, and no more descriptors than it may look through one by one. */
static void become_ordinary(void)
{
    static const int deaf_to[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};
    struct rlimit files;
    sigset_t none;

    for (size_t i = 0; i < sizeof deaf_to / sizeof *deaf_to; i++)
        signal(deaf_to[i], SIG_DFL);
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
static const struct passwd *become_user(const struct child_room *room, const struct child_task *task)
{
    static struct passwd entry;
    static char names[NAMES_SIZE];
    struct passwd *found = NULL;
    int error = getpwnam_r(task->user, &entry, names, sizeof names, &found);

    if (!found)
        give_up(room, task, HELPER_NO_USER, -error);
    if (getuid() == found->pw_uid && getgid() == found->pw_gid)
        return found;
    if (initgroups(found->pw_name, found->pw_gid) < 0 || setgid(found->pw_gid) < 0 || setuid(found->pw_uid) < 0)
        give_up(room, task, HELPER_NOT_RUN, -errno);
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

_Noreturn void child_run(const struct child_room *room, const struct child_task *task)
{
    const char *program = task->words[0];

    setsid();
    become_ordinary();
    dup2(task->output, STDOUT_FILENO);
    dup2(task->output, STDERR_FILENO);
    const struct passwd *user = task->user[0] ? become_user(room, task) : NULL;
    die_with(room->parent); /* another user's process would have forgotten it */
    /* A file system that hangs does so here, before the command is said to run. */
    if (faccessat(AT_FDCWD, program, X_OK, AT_EACCESS) < 0)
        give_up(room, task, HELPER_NOT_RUN, -errno);
    say(room, task, HELPER_RUNNING, 0);
    execve(program, task->words, make_environment(user));
    give_up(room, task, HELPER_NOT_RUN, -errno);
}

/* ---- files ---- */

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

static int look_at(const char *path)
{
    struct stat ignored;

    return stat(path, &ignored) < 0 ? -errno : 0;
}

_Noreturn void child_look(const struct child_room *room)
{
    static char bytes[HELPER_MESSAGE_MAX + 1];
    struct helper_request request;
    ssize_t size;

    die_with(room->parent);
    close(room->orders);
    while ((size = recv(room->looks, bytes, HELPER_MESSAGE_MAX, 0)) > (ssize_t)sizeof request) {
        struct helper_reply reply = {.news = HELPER_LOOKED};
        const char *path = bytes + sizeof request;
        memcpy(&request, bytes, sizeof request);
        bytes[size] = '\0';
        reply.id = request.id;
        reply.error = request.wanted ? read_beginning(path, request.wanted, &reply) : look_at(path);
        if (send(room->looks, &reply, sizeof reply, MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(EXIT_SUCCESS);
}
