#include "healthd/net/name_servers.h"

#include "healthd/net/file_watch.h"
#include "healthd/net/watcher.h"
#include "lib/container.h"
#include "lib/errno_text.h"
#include "lib/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOLV_CONF "/etc/resolv.conf"

enum { NAME_PORT = 53, TRY_TIMEOUT_MS = 1500, TRIES = 2, TICK_MS = 50 };

/* A socket of c-ares and how we watch it. */
struct line {
    struct watch watch; /* first: the callback gets its address */
    struct name_servers *servers;
    struct line *next;
};

struct name_servers {
    ares_channel channel;
    struct name_servers_source source;
    struct name_servers_client client;
    struct file_watch file;
    uv_timer_t timer; /* c-ares' own timeouts, and the client's */
    struct watcher *watcher;
    struct line *lines;
};

static void on_timer(uv_timer_t *timer)
{
    struct name_servers *servers = timer->data;

    ares_process_fd(servers->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    bool on = servers->client.tick(servers->client.user);
    if (!servers->lines && !on)
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
    struct name_servers *servers = ((struct line *)watch)->servers;
    ares_socket_t fd = watch->fd;
    bool failed = events & (EPOLLERR | EPOLLHUP);

    ares_process_fd(servers->channel, failed || events & EPOLLIN ? fd : ARES_SOCKET_BAD,
                    failed || events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

static struct line *line_of(struct name_servers *servers, int fd)
{
    struct line *line = servers->lines;

    while (line && line->watch.fd != fd)
        line = line->next;
    if (line)
        return line;
    line = calloc(1, sizeof *line);
    if (!line)
        return NULL;
    line->servers = servers;
    line->watch.fd = fd;
    line->next = servers->lines;
    servers->lines = line;
    return line;
}

static void forget_line(struct name_servers *servers, struct line *line)
{
    struct line **at = &servers->lines;

    while (*at != line)
        at = &(*at)->next;
    *at = line->next;
    watch_stop(servers->watcher, &line->watch);
    free(line);
}

static void on_socket_state(void *user, ares_socket_t fd, int readable, int writable)
{
    struct name_servers *servers = user;
    struct line *line = line_of(servers, fd);

    if (!line)
        return; /* out of memory: the timer will still end the lookup */
    if (readable || writable)
        watch_start(servers->watcher, &line->watch, fd, (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0), on_ready);
    else
        forget_line(servers, line);
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

static void on_file_changed(struct file_watch *file)
{
    struct name_servers *servers = CONTAINER_OF(file, struct name_servers, file);
    ares_channel old = servers->channel, new;
    int status = open_channel(servers, &new);

    if (status != ARES_SUCCESS) {
        log_warning(NULL, "%s has changed and cannot be used: %s", file->path, ares_strerror(status));
        return;
    }
    log_info(NULL, "%s has changed; using its name servers from now on", file->path);
    servers->channel = new;
    servers->client.changed(servers->client.user);
    ares_destroy(old);
}

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
    int wrong = file_watch_start(&servers->file, watcher, servers->source.path, on_file_changed);
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
    file_watch_stop(&servers->file);
    ares_destroy(servers->channel);
    while (servers->lines)
        forget_line(servers, servers->lines);
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
