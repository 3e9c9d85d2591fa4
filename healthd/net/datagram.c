#include "healthd/net/datagram.h"

#include "lib/container.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { DATAGRAM_MAX = 65536 };

/* ---- the end of a run ---- */

static void give_up(struct datagram *datagram, int error)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&datagram->dial, address, sizeof address);
    dial_close(&datagram->dial);
    probe_errno(&datagram->probe, error, "%s %s", datagram->probe.phase, address);
}

void datagram_end(struct datagram *datagram, enum reason reason, const char *format, ...)
{
    char address[ENDPOINT_TEXT_SIZE], words[PROBE_DETAIL_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    dial_address(&datagram->dial, address, sizeof address);
    dial_close(&datagram->dial);
    if (reason == REASON_NONE)
        probe_ok(&datagram->probe, "%s: %s", address, words);
    else
        probe_fail(&datagram->probe, reason, "%s: %s", address, words);
}

/* ---- a run ---- */

static void on_answer(struct watch *watch, uint32_t events)
{
    /* Shared by all: a datagram is judged where it is received. */
    static uint8_t bytes[DATAGRAM_MAX];
    struct datagram *datagram = CONTAINER_OF(watch, struct datagram, dial.watch);
    ssize_t size = recv(datagram->dial.fd, bytes, sizeof bytes, 0);

    (void)events;
    if (size >= 0)
        datagram->user->take(datagram, bytes, (size_t)size);
    else if (errno != EAGAIN && errno != EINTR)
        give_up(datagram, -errno);
}

int datagram_send(struct datagram *datagram, const void *bytes, size_t size)
{
    return send(datagram->dial.fd, bytes, size, 0) < 0 ? -errno : 0;
}

static void on_connected(struct dial *dial)
{
    struct datagram *datagram = CONTAINER_OF(dial, struct datagram, dial);

    probe_phase(&datagram->probe, "send");
    int error = datagram->user->ask(datagram);
    if (!error) {
        probe_phase(&datagram->probe, "wait");
        error = watch_start(datagram->probe.room->watcher, &dial->watch, dial->fd, EPOLLIN, on_answer);
    }
    if (error)
        give_up(datagram, error);
}

void datagram_start(struct probe *probe)
{
    dial_start(&((struct datagram *)probe)->dial);
}

void datagram_cancel(struct probe *probe)
{
    dial_close(&((struct datagram *)probe)->dial);
}

void datagram_at(const struct probe *probe, char *text, size_t size)
{
    const struct datagram *datagram = (const struct datagram *)probe;
    char address[ENDPOINT_TEXT_SIZE];

    if (strcmp(probe->phase, PROBE_PHASE_RESOLVE) == 0)
        return dial_describe(&datagram->dial, text, size);
    dial_address(&datagram->dial, address, sizeof address);
    snprintf(text, size, "%s %s", datagram->user->what, address);
}

bool datagram_init(struct probe *probe, const struct endpoint *target, const struct datagram_user *user)
{
    struct datagram *datagram = (struct datagram *)probe;

    datagram->user = user;
    if (!dial_init(&datagram->dial, probe, target, SOCK_DGRAM))
        return false;
    datagram->dial.connected = on_connected;
    return true;
}

void datagram_clear(struct probe *probe)
{
    dial_clear(&((struct datagram *)probe)->dial);
}
