#include "healthd/net/name_servers.h"

#include "healthd/net/watcher.h"
#include "lib/container.h"
#include "lib/log.h"
#include "lib/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/queue.h>
#include <unistd.h>

#define RESOLV_CONF "/etc/resolv.conf"

enum { NAME_PORT = 53, TRY_TIMEOUT_MS = 1500, TRIES = 2, TICK_MS = 50 };

/* A socket of c-ares and how we watch it. */
struct name_socket {
    struct watch watch; /* first: the callback gets its address */
    struct name_servers *servers;
    LIST_ENTRY(name_socket) all;
};

/* Tells when the file that names them is another: written and closed, replaced, or a symbolic link to a new place. The
 * directories of its path and of what that leads to are watched, so that the file itself may come and go. */
struct file_watch {
    struct watch watch; /* first: the callback gets its address */
    char *target;       /* where the path leads to; NULL: nowhere */
    int fd;             /* of inotify; -1: not watching */
};

struct name_servers {
    ares_channel channel;
    struct name_servers_source source;
    struct name_servers_client client;
    struct file_watch file;
    uv_timer_t timer; /* c-ares' own timeouts, and the client's */
    struct watcher *watcher;
    LIST_HEAD(, name_socket) sockets;
};

static void on_timer(uv_timer_t *timer)
{
    struct name_servers *servers = timer->data;

    ares_process_fd(servers->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    bool on = servers->client.tick(servers->client.user);
    if (LIST_EMPTY(&servers->sockets) && !on)
        uv_timer_stop(timer);
}

/* A round rhythm, and not the moment that ares_timeout works out: that walks all lookups under way for each new one. */
static void arm_timer(struct name_servers *servers)
{
    if (!uv_is_active((uv_handle_t *)&servers->timer))
        uv_timer_start(&servers->timer, on_timer, TICK_MS, TICK_MS);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct name_servers *servers = ((struct name_socket *)watch)->servers;
    ares_socket_t fd = watch->fd;
    bool failed = events & (EPOLLERR | EPOLLHUP);

    ares_process_fd(servers->channel, failed || events & EPOLLIN ? fd : ARES_SOCKET_BAD,
                    failed || events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

static struct name_socket *socket_of(struct name_servers *servers, int fd)
{
    struct name_socket *socket;

    LIST_FOREACH(socket, &servers->sockets, all)
    {
        if (socket->watch.fd == fd)
            return socket;
    }
    socket = calloc(1, sizeof *socket);
    if (!socket)
        return NULL;
    socket->servers = servers;
    socket->watch.fd = fd;
    LIST_INSERT_HEAD(&servers->sockets, socket, all);
    return socket;
}

static void forget_socket(struct name_servers *servers, struct name_socket *socket)
{
    LIST_REMOVE(socket, all);
    watch_stop(servers->watcher, &socket->watch);
    free(socket);
}

static void on_socket_state(void *user, ares_socket_t fd, int readable, int writable)
{
    struct name_servers *servers = user;
    struct name_socket *socket = socket_of(servers, fd);

    if (!socket)
        return; /* out of memory: the timer will still end the lookup */
    if (readable || writable)
        watch_start(servers->watcher, &socket->watch, fd, (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0),
                    on_ready);
    else
        forget_socket(servers, socket);
}

/* A channel to the name servers that the file names now. A status of c-ares. */
static int open_channel(struct name_servers *servers, ares_channel *channel)
{
    struct ares_options options = {
        .timeout = TRY_TIMEOUT_MS,
        .tries = TRIES,
        .udp_port = servers->source.port,
        .tcp_port = servers->source.port,
        .lookups = (char *)"b", /* the hosts file we ask ourselves */
        .resolvconf_path = (char *)servers->source.path,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = servers,
    };

    return ares_init_options(channel, &options,
                             ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT |
                                 ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB);
}

/* ---- the file ---- */

static void on_file_changed(struct name_servers *servers)
{
    ares_channel old = servers->channel, new;
    int status = open_channel(servers, &new);

    if (status != ARES_SUCCESS) {
        log_warning(NULL, "%s has changed and cannot be used: %s", servers->source.path, ares_strerror(status));
        return;
    }
    log_info(NULL, "%s has changed; using its name servers from now on", servers->source.path);
    servers->channel = new;
    servers->client.changed(servers->client.user);
    ares_destroy(old);
}

static int watch_file(struct name_servers *servers);
static void unwatch_file(struct name_servers *servers);

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int watch_directory(struct file_watch *file, const char *path)
{
    char directory[PATH_MAX];

    if (!strchr(path, '/'))
        return -EINVAL;
    snprintf(directory, sizeof directory, "%.*s/", (int)(name_in(path) - path), path);
    return inotify_add_watch(file->fd, directory, IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE) < 0 ? -errno : 0;
}

static bool is_about(const struct name_servers *servers, const char *name)
{
    const char *target = servers->file.target;

    return strcmp(name, name_in(servers->source.path)) == 0 || (target && strcmp(name, name_in(target)) == 0);
}

static void on_events(struct watch *watch, uint32_t events)
{
    struct name_servers *servers = CONTAINER_OF(watch, struct name_servers, file.watch);

    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t size = read(servers->file.fd, bytes, sizeof bytes);
    bool changed = false;

    (void)events;
    for (const char *at = bytes; size > 0 && at < bytes + size;) {
        const struct inotify_event *event = (const struct inotify_event *)at;
        changed |= event->mask & IN_Q_OVERFLOW || (event->len && is_about(servers, event->name));
        at += sizeof *event + event->len;
    }
    if (!changed)
        return;
    /* It may be a link, and lead elsewhere from now on. */
    unwatch_file(servers);
    watch_file(servers);
    on_file_changed(servers);
}

/* 0, or a negative errno. Undo with unwatch_file in either case. */
static int watch_file(struct name_servers *servers)
{
    struct file_watch *file = &servers->file;

    *file = (struct file_watch){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    if (file->fd < 0)
        return -errno;
    file->target = realpath(servers->source.path, NULL);
    int error = watch_directory(file, servers->source.path);
    if (!error && file->target)
        error = watch_directory(file, file->target);
    return error ? error : watch_start(servers->watcher, &file->watch, file->fd, EPOLLIN, on_events);
}

static void unwatch_file(struct name_servers *servers)
{
    struct file_watch *file = &servers->file;

    if (file->fd >= 0)
        watch_close(servers->watcher, &file->watch, file->fd);
    file->fd = -1;
    free(file->target);
    file->target = NULL;
}

/* ---- life ---- */

struct name_servers *name_servers_new(uv_loop_t *loop, struct watcher *watcher,
                                      const struct name_servers_source *source,
                                      const struct name_servers_client *client, char *error, size_t size)
{
    static const struct name_servers_source usual = {.path = RESOLV_CONF, .port = NAME_PORT};
    struct name_servers *servers = calloc(1, sizeof *servers);
    int status = servers ? ares_library_init(ARES_LIB_INIT_ALL) : ARES_ENOMEM;

    if (status == ARES_SUCCESS) {
        servers->source = source ? *source : usual;
        servers->client = *client;
        servers->watcher = watcher;
        status = open_channel(servers, &servers->channel);
    }
    if (status != ARES_SUCCESS) {
        snprintf(error, size, "cannot set up name resolution: %s; check " RESOLV_CONF, ares_strerror(status));
        free(servers);
        return NULL;
    }
    uv_timer_init(loop, &servers->timer);
    servers->timer.data = servers;
    int wrong = watch_file(servers);
    char words[ERRNO_TEXT_SIZE];
    if (wrong)
        log_warning(NULL, "changes to %s will not be noticed: %s", servers->source.path, errno_text(wrong, words));
    return servers;
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void name_servers_free(struct name_servers *servers)
{
    if (!servers)
        return;
    unwatch_file(servers);
    ares_destroy(servers->channel);
    while (!LIST_EMPTY(&servers->sockets))
        forget_socket(servers, LIST_FIRST(&servers->sockets));
    ares_library_cleanup();
    uv_close((uv_handle_t *)&servers->timer, closed);
}

void name_servers_ask(struct name_servers *servers, const char *host, int family, ares_addrinfo_callback done,
                      void *user)
{
    const struct ares_addrinfo_hints hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};

    ares_getaddrinfo(servers->channel, host, NULL, &hints, done, user);
    arm_timer(servers);
}

int name_servers_hosts_file(struct name_servers *servers, const char *host, int family, struct hostent **found)
{
    return ares_gethostbyname_file(servers->channel, host, family, found);
}
