#include "healthd/resolve.h"

#include "healthd/watcher.h"
#include "lib/clock.h"

#include <ares.h>
#include <bsd/string.h>
#include <bsd/sys/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    TRY_TIMEOUT_MS = 1500,
    TRIES = 2,
    TICK_MS = 250,
    /* Names of the hosts file have TTL 0; and no TTL makes us ask more often than this, or keep longer than that. */
    TTL_MIN_S = 1,
    TTL_MAX_S = 3600,
    /* While no name server answers, known addresses are asked for again this often. */
    RETRY_MS = 5000,
};

struct name {
    RB_ENTRY(name) link;
    struct resolver *resolver;
    char *host;
    unsigned references;
    bool literal;
    bool looking_up;
    int status; /* of c-ares, of the last lookup */
    uint64_t expires_ms;
    struct resolve_query *waiting;
    size_t count;
    struct address addresses[RESOLVE_ADDRESSES_MAX];
};

/* A socket of c-ares and how we watch it. */
struct line {
    struct watch watch; /* first: the callback gets its address */
    struct resolver *resolver;
    struct line *next;
};

RB_HEAD(name_tree, name);

struct resolver {
    ares_channel channel;
    uv_timer_t timer; /* c-ares' own timeouts */
    struct watcher *watcher;
    struct name_tree names;
    struct line *lines;
};

static int compare_names(const struct name *a, const struct name *b)
{
    return strcasecmp(a->host, b->host);
}

RB_GENERATE_INTERNAL(name_tree, name, link, compare_names, __attribute__((unused)) static)

/* ---- c-ares on our loop ---- */

static void on_timer(uv_timer_t *timer)
{
    struct resolver *resolver = timer->data;

    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (!resolver->lines)
        uv_timer_stop(timer);
}

/* A round rhythm, and not the moment that ares_timeout works out: that walks all lookups under way for each new one. */
static void arm_timer(struct resolver *resolver)
{
    if (!uv_is_active((uv_handle_t *)&resolver->timer))
        uv_timer_start(&resolver->timer, on_timer, TICK_MS, TICK_MS);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    struct resolver *resolver = ((struct line *)watch)->resolver;
    ares_socket_t fd = watch->fd;
    bool failed = events & (EPOLLERR | EPOLLHUP);

    ares_process_fd(resolver->channel, failed || events & EPOLLIN ? fd : ARES_SOCKET_BAD,
                    failed || events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

static struct line *line_of(struct resolver *resolver, int fd)
{
    struct line *line = resolver->lines;

    while (line && line->watch.fd != fd)
        line = line->next;
    if (line)
        return line;
    line = calloc(1, sizeof *line);
    if (!line)
        return NULL;
    line->resolver = resolver;
    line->watch.fd = fd;
    line->next = resolver->lines;
    resolver->lines = line;
    return line;
}

static void forget_line(struct resolver *resolver, struct line *line)
{
    struct line **at = &resolver->lines;

    while (*at != line)
        at = &(*at)->next;
    *at = line->next;
    watch_stop(resolver->watcher, &line->watch);
    free(line);
}

static void on_socket_state(void *user, ares_socket_t fd, int readable, int writable)
{
    struct resolver *resolver = user;
    struct line *line = line_of(resolver, fd);

    if (!line)
        return; /* out of memory: the timer will still end the lookup */
    if (readable || writable)
        watch_start(resolver->watcher, &line->watch, fd, (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0),
                    on_ready);
    else
        forget_line(resolver, line);
}

struct resolver *resolver_new(uv_loop_t *loop, struct watcher *watcher, const char *servers, char *error, size_t size)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    struct ares_options options = {.timeout = TRY_TIMEOUT_MS, .tries = TRIES};
    int status = ARES_ENOMEM;

    if (!resolver)
        goto failed;
    resolver->watcher = watcher;
    RB_INIT(&resolver->names);
    options.sock_state_cb = on_socket_state;
    options.sock_state_cb_data = resolver;
    status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status != ARES_SUCCESS)
        goto failed;
    status =
        ares_init_options(&resolver->channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS)
        goto failed;
    if (servers && (status = ares_set_servers_ports_csv(resolver->channel, servers)) != ARES_SUCCESS) {
        ares_destroy(resolver->channel);
        goto failed;
    }
    uv_timer_init(loop, &resolver->timer);
    resolver->timer.data = resolver;
    return resolver;

failed:
    snprintf(error, size, "cannot set up name resolution: %s; look at /etc/resolv.conf", ares_strerror(status));
    free(resolver);
    return NULL;
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void resolver_free(struct resolver *resolver)
{
    if (!resolver)
        return;
    ares_destroy(resolver->channel);
    while (resolver->lines)
        forget_line(resolver, resolver->lines);
    ares_library_cleanup();
    uv_close((uv_handle_t *)&resolver->timer, closed);
}

/* ---- names ---- */

struct name *name_acquire(struct resolver *resolver, const char *host)
{
    struct name wanted = {.host = (char *)host};
    struct name *name = RB_FIND(name_tree, &resolver->names, &wanted);

    if (name) {
        name->references++;
        return name;
    }
    name = calloc(1, sizeof *name);
    if (!name)
        return NULL;
    name->host = strdup(host);
    if (!name->host) {
        free(name);
        return NULL;
    }
    name->resolver = resolver;
    name->references = 1;
    name->literal = address_parse(&name->addresses[0], host);
    name->count = name->literal;
    RB_INSERT(name_tree, &resolver->names, name);
    return name;
}

static void name_free(struct name *name)
{
    free(name->host);
    free(name);
}

void name_release(struct name *name)
{
    if (!name || --name->references > 0)
        return;
    RB_REMOVE(name_tree, &name->resolver->names, name);
    /* A lookup under way still points here: its answer frees the name. */
    if (!name->looking_up)
        name_free(name);
}

static void take_answer(struct name *name, const struct ares_addrinfo *answer)
{
    int ttl = TTL_MAX_S;

    name->count = 0;
    for (const struct ares_addrinfo_node *node = answer->nodes; node; node = node->ai_next) {
        if (node->ai_ttl < ttl)
            ttl = node->ai_ttl < TTL_MIN_S ? TTL_MIN_S : node->ai_ttl;
        if (name->count < RESOLVE_ADDRESSES_MAX)
            name->addresses[name->count++] = address_from_socket(node->ai_addr, NULL);
    }
    name->expires_ms = clock_monotonic_ms() + (uint64_t)ttl * 1000;
}

static bool is_negative(int status)
{
    return status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME || status == ARES_ENONAME;
}

static enum resolve_result result_of(const struct name *name)
{
    if (name->count)
        return RESOLVE_OK;
    return is_negative(name->status) ? RESOLVE_NO_SUCH_NAME : RESOLVE_NO_ANSWER;
}

static void tell_waiting(struct name *name)
{
    struct resolve_query *query;

    while ((query = name->waiting)) {
        name->waiting = query->next;
        query->name = NULL;
        query->done(query, result_of(name));
    }
}

static void on_answer(void *user, int status, int timeouts, struct ares_addrinfo *answer)
{
    struct name *name = user;

    (void)timeouts;
    name->looking_up = false;
    name->status = status;
    if (status == ARES_SUCCESS && answer && answer->nodes)
        take_answer(name, answer);
    else if (status == ARES_SUCCESS)
        name->status = ARES_ENODATA;
    if (is_negative(name->status))
        name->count = 0;
    else if (name->status != ARES_SUCCESS)
        name->expires_ms = clock_monotonic_ms() + RETRY_MS;
    if (answer)
        ares_freeaddrinfo(answer);
    if (name->references == 0)
        name_free(name);
    else
        tell_waiting(name);
}

static void look_up(struct name *name)
{
    const struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};

    name->looking_up = true;
    ares_getaddrinfo(name->resolver->channel, name->host, NULL, &hints, on_answer, name);
    if (name->looking_up)
        arm_timer(name->resolver);
}

enum resolve_result resolve_start(struct name *name, struct resolve_query *query, resolve_done *done)
{
    if (name->literal || (name->count && clock_monotonic_ms() < name->expires_ms))
        return RESOLVE_OK;
    if (!name->looking_up) {
        look_up(name); /* may answer at once: a name of the hosts file */
        if (!name->looking_up)
            return result_of(name);
    }
    if (name->count)
        return RESOLVE_OK;
    *query = (struct resolve_query){.done = done, .name = name, .next = name->waiting};
    name->waiting = query;
    return RESOLVE_LATER;
}

void resolve_cancel(struct resolve_query *query)
{
    if (!query->name)
        return;
    struct resolve_query **at = &query->name->waiting;
    while (*at != query)
        at = &(*at)->next;
    *at = query->next;
    query->name = NULL;
}

const struct address *name_addresses(const struct name *name, size_t *count)
{
    *count = name->count;
    return name->addresses;
}

bool name_is_literal(const struct name *name)
{
    return name->literal;
}

const char *name_host(const struct name *name)
{
    return name->host;
}

const char *name_error(const struct name *name)
{
    return ares_strerror(name->status);
}
