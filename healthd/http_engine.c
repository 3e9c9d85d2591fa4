#include "healthd/http_engine.h"

#include "healthd/watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

struct http_engine {
    CURLM *multi;
    struct watcher *watcher;
    uv_timer_t timer; /* libcurl's own */
};

/* A socket of libcurl's and how we watch it. */
struct line {
    struct watch watch; /* first: the callback gets its address */
    struct http_engine *engine;
};

/* ---- libcurl on the loop ---- */

static void collect(struct http_engine *engine)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(engine->multi, &left))) {
        struct http_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        /* libcurl would close with the handle's removal what it only connected. */
        if (!transfer->connect_only || code != CURLE_OK)
            http_transfer_stop(transfer);
        transfer->done(transfer, code);
    }
}

static void act(struct http_engine *engine, curl_socket_t fd, int events)
{
    int running;

    curl_multi_socket_action(engine->multi, fd, events, &running);
    collect(engine);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timeout_wanted(CURLM *multi, long timeout_ms, void *user)
{
    struct http_engine *engine = user;

    (void)multi;
    if (timeout_ms < 0)
        uv_timer_stop(&engine->timer);
    else
        uv_timer_start(&engine->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

static void on_ready(struct watch *watch, uint32_t events)
{
    int bits = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

    act(((struct line *)watch)->engine, watch->fd, bits);
}

static int on_watch_wanted(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
    struct http_engine *engine = user;
    struct line *line = socket_user;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (line)
            watch_stop(engine->watcher, &line->watch);
        free(line);
        return 0;
    }
    if (!line) {
        line = calloc(1, sizeof *line);
        if (!line)
            return -1;
        line->engine = engine;
        curl_multi_assign(engine->multi, fd, line);
    }
    uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    return watch_start(engine->watcher, &line->watch, fd, events, on_ready) ? -1 : 0;
}

static struct http_engine *engine_new(struct probe_room *room)
{
    struct http_engine *engine = calloc(1, sizeof *engine);

    if (!engine || curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
        goto failed;
    engine->multi = curl_multi_init();
    if (!engine->multi)
        goto failed;
    engine->watcher = room->watcher;
    uv_timer_init(room->loop, &engine->timer);
    engine->timer.data = engine;
    curl_multi_setopt(engine->multi, CURLMOPT_SOCKETFUNCTION, on_watch_wanted);
    curl_multi_setopt(engine->multi, CURLMOPT_SOCKETDATA, engine);
    curl_multi_setopt(engine->multi, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
    curl_multi_setopt(engine->multi, CURLMOPT_TIMERDATA, engine);
    curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, 1L); /* nothing is kept for reuse */
    return engine;

failed:
    free(engine);
    return NULL;
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void http_engine_free(struct http_engine *engine)
{
    if (!engine)
        return;
    curl_multi_cleanup(engine->multi);
    curl_global_cleanup();
    uv_close((uv_handle_t *)&engine->timer, closed);
}

/* ---- transfers ---- */

/*
 * The socket is made here so that a lack of descriptors is told from a target that refuses. It is closed with a reset:
 * the answer has been read by then, and a thousand probes a second must not leave sixty thousand ports in TIME_WAIT.
 */
static curl_socket_t on_socket_wanted(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct http_transfer *transfer = user;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);

    (void)purpose;
    transfer->socket_error = fd < 0 ? errno : 0;
    if (fd < 0)
        return CURL_SOCKET_BAD;
    if (address->family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return fd;
}

bool http_transfer_init(struct http_transfer *transfer, http_done *done)
{
    CURL *easy = curl_easy_init();

    *transfer = (struct http_transfer){.easy = easy, .done = done};
    if (!easy)
        return false;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket_wanted);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "vipgate-healthd/" VIPGATE_VERSION);
    return true;
}

void http_transfer_connect_only(struct http_transfer *transfer)
{
    transfer->connect_only = true;
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 0L);
}

void http_transfer_stop(struct http_transfer *transfer)
{
    if (transfer->engine)
        curl_multi_remove_handle(transfer->engine->multi, transfer->easy);
    transfer->engine = NULL;
}

void http_transfer_clear(struct http_transfer *transfer)
{
    http_transfer_stop(transfer);
    curl_easy_cleanup(transfer->easy);
    transfer->easy = NULL;
}

bool http_transfer_start(struct http_transfer *transfer, struct probe_room *room)
{
    if (!room->http)
        room->http = engine_new(room);
    transfer->error[0] = '\0';
    transfer->socket_error = 0;
    if (!room->http || curl_multi_add_handle(room->http->multi, transfer->easy) != CURLM_OK)
        return false;
    transfer->engine = room->http;
    return true;
}
