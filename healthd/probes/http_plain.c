#include "healthd/probes/http_plain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { READ_SIZE = 16 * 1024, PROXY_LINE_SIZE = 108 };

static struct http_plain *plain_of(struct watch *watch)
{
    return (struct http_plain *)((char *)watch - offsetof(struct http_plain, dial.watch));
}

void http_plain_stop(struct http_plain *plain)
{
    dial_close(&plain->dial);
    free(plain->answer.body);
    plain->answer.body = NULL;
}

void http_plain_clear(struct http_plain *plain)
{
    http_plain_stop(plain);
    name_release(plain->dial.name);
}

/* ---- the end without an answer ---- */

static void fail_with(struct http_plain *plain, int error)
{
    char peer[PROBE_TARGET_SIZE];
    bool gone = error == ENOENT && plain->seen;

    http_settings_peer(plain->settings, peer, sizeof peer);
    http_plain_stop(plain);
    /* A Unix socket that was there before and is not now has lost its server; one that never was is our trouble. */
    if (gone)
        probe_fail(plain->probe, REASON_CONNECTION_LOST, "%s is gone", peer);
    else
        probe_errno(plain->probe, error, "%s %s", plain->probe->phase, peer);
}

static void report_unsound(struct http_plain *plain)
{
    static const struct {
        enum reason reason;
        const char *words;
    } rows[] = {
        [HTTP_ANSWER_EMPTY] = {REASON_CLOSED, "closed without an answer"},
        [HTTP_ANSWER_NOT_HTTP] = {REASON_PROTOCOL, "the answer is not HTTP/1, but: "},
        [HTTP_ANSWER_LONG] = {REASON_TOO_LARGE, "the answer's header has no end"},
        [HTTP_ANSWER_CUT] = {REASON_CLOSED, "closed in the middle of the answer"},
        [HTTP_ANSWER_MALFORMED] = {REASON_PROTOCOL, "the answer's length or a chunk of it is malformed"},
    };
    enum http_answer_state state = plain->answer.state;
    char peer[PROBE_TARGET_SIZE];

    http_settings_peer(plain->settings, peer, sizeof peer);
    http_plain_stop(plain);
    probe_fail(plain->probe, rows[state].reason, "%.100s: %s%s", peer, rows[state].words,
               state == HTTP_ANSWER_NOT_HTTP ? plain->answer.line : "");
}

static int watch_for(struct http_plain *plain, uint32_t events, watch_ready *ready)
{
    return watch_start(plain->probe->room->watcher, &plain->dial.watch, plain->dial.fd, events, ready);
}

/* ---- the answer ---- */

static void on_answer(struct watch *watch, uint32_t events)
{
    struct http_plain *plain = plain_of(watch);
    char bytes[READ_SIZE];
    ssize_t count = recv(plain->dial.fd, bytes, sizeof bytes, 0);

    (void)events;
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR)
            fail_with(plain, errno);
        return;
    }
    bool begun = plain->answer.header_size > 0;
    enum http_answer_state state =
        count > 0 ? http_answer_feed(&plain->answer, bytes, (size_t)count) : http_answer_end(&plain->answer);
    if (state == HTTP_ANSWER_COMPLETE)
        plain->answered(plain);
    else if (state != HTTP_ANSWER_MORE)
        report_unsound(plain);
    else if (!begun)
        probe_phase(plain->probe, "body");
}

static void await_answer(struct http_plain *plain)
{
    char *body = plain->settings->expect_body ? calloc(1, HTTP_BODY_MAX + 1) : NULL;
    int error = plain->settings->expect_body && !body ? ENOMEM : 0;

    http_answer_begin(&plain->answer, strcmp(plain->settings->method, "HEAD") == 0, body);
    probe_phase(plain->probe, "wait");
    if (!error)
        error = watch_for(plain, EPOLLIN, on_answer);
    if (error)
        fail_with(plain, error);
}

/* ---- the request ---- */

/* "PROXY TCP4 192.0.2.1 192.0.2.2 40000 80": both ends of this connection, as HAProxy's own checks say it. */
static int send_proxy_line(struct http_plain *plain)
{
    struct sockaddr_storage from, to;
    socklen_t from_size = sizeof from, to_size = sizeof to;
    char line[PROXY_LINE_SIZE], from_text[ADDRESS_TEXT_SIZE], to_text[ADDRESS_TEXT_SIZE];
    uint16_t from_port, to_port;

    if (getsockname(plain->dial.fd, (struct sockaddr *)&from, &from_size) < 0 ||
        getpeername(plain->dial.fd, (struct sockaddr *)&to, &to_size) < 0)
        return errno;
    struct address source = address_from_socket((struct sockaddr *)&from, &from_port);
    struct address target = address_from_socket((struct sockaddr *)&to, &to_port);
    source.scope = target.scope = 0; /* the protocol has no room for it */
    int size = snprintf(line, sizeof line, "PROXY TCP%d %s %s %u %u\r\n", source.family == FAMILY_IPV6 ? 6 : 4,
                        address_format(&source, from_text), address_format(&target, to_text), from_port, to_port);
    /* The first bytes on a new connection always fit. */
    return send(plain->dial.fd, line, (size_t)size, MSG_NOSIGNAL | MSG_MORE) == size ? 0 : EIO;
}

static void on_writable(struct watch *watch, uint32_t events);

static void send_request(struct http_plain *plain)
{
    const char *request = plain->settings->request;
    size_t size = strlen(request);

    while (plain->sent < size) {
        ssize_t count = send(plain->dial.fd, request + plain->sent, size - plain->sent, MSG_NOSIGNAL);
        int error = count < 0 ? errno : 0;
        if (error == EAGAIN)
            error = watch_for(plain, EPOLLOUT, on_writable);
        if (error)
            return fail_with(plain, error);
        if (count < 0)
            return;
        plain->sent += (size_t)count;
    }
    await_answer(plain);
}

static void on_writable(struct watch *watch, uint32_t events)
{
    (void)events;
    send_request(plain_of(watch));
}

static void on_connected(struct dial *dial)
{
    struct http_plain *plain = plain_of(&dial->watch);
    int error = plain->settings->proxy_protocol ? send_proxy_line(plain) : 0;

    plain->sent = 0;
    if (error)
        fail_with(plain, error);
    else
        send_request(plain);
}

static void on_local_connected(struct http_plain *plain)
{
    plain->seen = true;
    on_connected(&plain->dial);
}

static void connect_local(struct http_plain *plain)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(address.sun_path, plain->settings->unix_socket);
    probe_phase(plain->probe, "connect");
    plain->dial.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (plain->dial.fd < 0 || connect(plain->dial.fd, (struct sockaddr *)&address, sizeof address) < 0)
        fail_with(plain, errno);
    else
        on_local_connected(plain);
}

void http_plain_start(struct http_plain *plain)
{
    if (plain->settings->unix_socket)
        connect_local(plain);
    else
        dial_start(&plain->dial);
}

void http_plain_describe(const struct http_plain *plain, char *text, size_t size)
{
    char target[PROBE_TARGET_SIZE];

    http_settings_peer(plain->settings, target, sizeof target);
    if (plain->dial.name && (strcmp(plain->probe->phase, "connect") == 0 || plain->dial.fd < 0))
        dial_describe(&plain->dial, text, size);
    else
        snprintf(text, size, "%s %s", plain->probe->phase, target);
}

bool http_plain_init(struct http_plain *plain, struct probe *probe, const struct http_settings *settings,
                     http_plain_answered *answered)
{
    *plain = (struct http_plain){.probe = probe, .settings = settings, .answered = answered};
    plain->dial = (struct dial){.probe = probe, .fd = -1};
    if (!settings->unix_socket && !dial_init(&plain->dial, probe, &settings->target, SOCK_STREAM))
        return false;
    plain->dial.connected = on_connected;
    plain->dial.brief = true; /* the request is the last ACK of the handshake, a reset the end */
    return true;
}
