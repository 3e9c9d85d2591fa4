/*
 * tcp: a connection, and after it a dialogue where one is configured: send a text, wait until the answer holds another.
 * Without a dialogue the target's kernel answers for it, and the connection is over before the backend hears of it.
 * With hold-open the connection of a run that went well is kept where none is: see healthd/engine/hold.h.
 */
#include "lib/kinds/tcp.h"
#include "healthd/engine/hold.h"
#include "healthd/net/dial.h"
#include "healthd/probe/kinds.h"
#include "lib/container.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* How much of an answer is searched for `expect`. */
enum { ANSWER_MAX = 64 * 1024 };

struct tcp {
    struct probe probe; /* first */
    const struct tcp_settings *settings;
    struct dial dial;
    struct hold *hold; /* NULL: no hold-open */
    size_t sent;
    char *answer; /* of ANSWER_MAX, during a dialogue with expect */
    size_t received;
};

static void end_connection(struct tcp *tcp)
{
    dial_close(&tcp->dial);
    free(tcp->answer);
    tcp->answer = NULL;
}

static void begin(struct tcp *tcp);

static bool try_again(struct tcp *tcp, int error)
{
    if (!tcp->hold || !hold_try_again(tcp->hold, error))
        return false;
    end_connection(tcp);
    begin(tcp);
    return true;
}

static void lost(struct tcp *tcp, int error)
{
    char address[ENDPOINT_TEXT_SIZE];

    if (try_again(tcp, error))
        return;
    dial_address(&tcp->dial, address, sizeof address);
    end_connection(tcp);
    probe_errno(&tcp->probe, error, "%s %s after %zu bytes of answer", tcp->probe.phase, address, tcp->received);
}

static void succeed(struct tcp *tcp, const char *what)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&tcp->dial, address, sizeof address);
    if (tcp->hold && !hold_is_held(tcp->hold))
        hold_keep(tcp->hold, dial_take(&tcp->dial));
    end_connection(tcp);
    probe_ok(&tcp->probe, "%s %s", what, address);
}

static void give_up(struct tcp *tcp, enum reason reason, const char *why)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&tcp->dial, address, sizeof address);
    end_connection(tcp);
    probe_fail(&tcp->probe, reason, "%s: %s after %zu bytes of answer without the expected text", address, why,
               tcp->received);
}

/* Takes what has come, and looks for the text, from where a match may now end. */
static void receive(struct tcp *tcp)
{
    const char *expect = tcp->settings->expect;
    size_t length = strlen(expect);
    ssize_t count = recv(tcp->dial.fd, tcp->answer + tcp->received, ANSWER_MAX - tcp->received, 0);

    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR)
            lost(tcp, errno);
        return;
    }
    if (count == 0)
        return give_up(tcp, REASON_CLOSED, "closed");
    size_t from = tcp->received < length ? 0 : tcp->received - length + 1;
    tcp->received += (size_t)count;
    if (memmem(tcp->answer + from, tcp->received - from, expect, length))
        return succeed(tcp, "expected answer from");
    if (tcp->received == ANSWER_MAX)
        give_up(tcp, REASON_TOO_LARGE, "no end");
}

static void on_answer(struct watch *watch, uint32_t events)
{
    (void)events;
    receive(CONTAINER_OF(watch, struct tcp, dial.watch));
}

static void wait_for_answer(struct tcp *tcp)
{
    if (!tcp->settings->expect)
        return succeed(tcp, "connected and sent to");
    tcp->answer = malloc(ANSWER_MAX);
    int error = tcp->answer ? 0 : ENOMEM;
    if (!error)
        error = watch_start(tcp->probe.room->watcher, &tcp->dial.watch, tcp->dial.fd, EPOLLIN, on_answer);
    probe_phase(&tcp->probe, "wait");
    if (error)
        lost(tcp, error);
}

static void on_writable(struct watch *watch, uint32_t events);

static void send_rest(struct tcp *tcp)
{
    const char *text = tcp->settings->send ? tcp->settings->send : "";
    size_t length = strlen(text);

    while (tcp->sent < length) {
        ssize_t count = send(tcp->dial.fd, text + tcp->sent, length - tcp->sent, MSG_NOSIGNAL);
        int error = count < 0 ? errno : 0;
        if (error == EAGAIN)
            error = watch_start(tcp->probe.room->watcher, &tcp->dial.watch, tcp->dial.fd, EPOLLOUT, on_writable);
        if (error)
            return lost(tcp, error);
        if (count < 0)
            return;
        tcp->sent += (size_t)count;
    }
    wait_for_answer(tcp);
}

static void on_writable(struct watch *watch, uint32_t events)
{
    (void)events;
    send_rest(CONTAINER_OF(watch, struct tcp, dial.watch));
}

static void on_connected(struct dial *dial)
{
    struct tcp *tcp = CONTAINER_OF(dial, struct tcp, dial);

    if (!tcp->settings->send && !tcp->settings->expect)
        return succeed(tcp, "connected to");
    probe_phase(&tcp->probe, "send");
    send_rest(tcp);
}

static void on_failed(struct dial *dial, int error)
{
    struct tcp *tcp = CONTAINER_OF(dial, struct tcp, dial);

    if (try_again(tcp, error))
        return;
    tcp->probe.result.decisive = tcp->hold && hold_is_decisive(tcp->hold, error);
    dial_report(dial, error);
}

static bool make_hold(struct tcp *tcp)
{
    tcp->hold = malloc(sizeof *tcp->hold);
    if (tcp->hold)
        hold_init(tcp->hold, &tcp->probe);
    return tcp->hold;
}

static void tcp_destroy(struct probe *probe)
{
    struct tcp *tcp = (struct tcp *)probe;

    if (tcp->hold)
        hold_close(tcp->hold);
    free(tcp->hold);
    dial_clear(&tcp->dial);
    free(tcp);
}

static struct probe *tcp_create(const void *memory, struct probe_room *room)
{
    const struct tcp_settings *settings = memory;
    struct tcp *tcp = probe_new(sizeof *tcp, &probe_tcp, room);

    if (!tcp)
        return NULL;
    tcp->settings = settings;
    if (!dial_init(&tcp->dial, &tcp->probe, &settings->target, SOCK_STREAM) ||
        (settings->hold_open && !make_hold(tcp))) {
        tcp_destroy(&tcp->probe);
        return NULL;
    }
    tcp->dial.connected = on_connected;
    tcp->dial.failed = on_failed;
    return &tcp->probe;
}

static void begin(struct tcp *tcp)
{
    tcp->sent = tcp->received = 0;
    tcp->dial.brief = !tcp->settings->send && !tcp->settings->expect && (!tcp->hold || hold_is_held(tcp->hold));
    dial_start(&tcp->dial);
}

static void tcp_start(struct probe *probe)
{
    struct tcp *tcp = (struct tcp *)probe;

    if (tcp->hold)
        hold_begin_run(tcp->hold);
    begin(tcp);
}

static void tcp_cancel(struct probe *probe)
{
    end_connection((struct tcp *)probe);
}

static void tcp_at(const struct probe *probe, char *text, size_t size)
{
    const struct tcp *tcp = (const struct tcp *)probe;
    char address[ENDPOINT_TEXT_SIZE];

    if (strcmp(probe->phase, "send") != 0 && strcmp(probe->phase, "wait") != 0)
        return dial_describe(&tcp->dial, text, size);
    dial_address(&tcp->dial, address, sizeof address);
    snprintf(text, size, "%s %s after %zu bytes of answer", probe->phase, address, tcp->received);
}

const struct probe_kind probe_tcp = {
    .name = "tcp",
    .create = tcp_create,
    .start = tcp_start,
    .cancel = tcp_cancel,
    .at = tcp_at,
    .destroy = tcp_destroy,
};
