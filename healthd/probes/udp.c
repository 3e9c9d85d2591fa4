/*
 * udp: a datagram, and the answer to it. Silence is a FAIL: over UDP an answer is the only sign of life, but for a port
 * unreachable, which is the kernel's word that nobody is there. Without `send` an empty datagram goes out.
 */
#include "lib/kinds/udp.h"
#include "healthd/net/dial.h"
#include "healthd/probe/kinds.h"
#include "lib/container.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { DATAGRAM_MAX = 65536 };

struct udp {
    struct probe probe; /* first */
    const struct udp_settings *settings;
    struct dial dial;
};

static void judge_answer(struct udp *udp, const char *answer, size_t length)
{
    const char *expect = udp->settings->expect;
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&udp->dial, address, sizeof address);
    dial_close(&udp->dial);
    if (expect && !memmem(answer, length, expect, strlen(expect)))
        probe_fail(&udp->probe, REASON_MISMATCH, "%s answered %zu bytes without the expected text", address, length);
    else
        probe_ok(&udp->probe, "%s answered %zu bytes", address, length);
}

static void give_up(struct udp *udp, int error)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&udp->dial, address, sizeof address);
    dial_close(&udp->dial);
    probe_errno(&udp->probe, error, "%s %s", udp->probe.phase, address);
}

static void on_answer(struct watch *watch, uint32_t events)
{
    /* Shared by all: a datagram is judged where it is received. */
    static char answer[DATAGRAM_MAX];
    struct udp *udp = CONTAINER_OF(watch, struct udp, dial.watch);
    ssize_t length = recv(udp->dial.fd, answer, sizeof answer, 0);

    (void)events;
    if (length >= 0)
        judge_answer(udp, answer, (size_t)length);
    else if (errno != EAGAIN && errno != EINTR)
        give_up(udp, errno);
}

static void on_connected(struct dial *dial)
{
    struct udp *udp = CONTAINER_OF(dial, struct udp, dial);
    const char *text = udp->settings->send ? udp->settings->send : "";

    probe_phase(&udp->probe, "send");
    if (send(dial->fd, text, strlen(text), 0) < 0)
        return give_up(udp, errno);
    probe_phase(&udp->probe, "wait");
    int error = watch_start(udp->probe.room->watcher, &dial->watch, dial->fd, EPOLLIN, on_answer);
    if (error)
        give_up(udp, error);
}

static struct probe *udp_create(const void *memory, struct probe_room *room)
{
    const struct udp_settings *settings = memory;
    struct udp *udp = probe_new(sizeof *udp, &probe_udp, room);

    if (!udp)
        return NULL;
    udp->settings = settings;
    if (!dial_init(&udp->dial, &udp->probe, &settings->target, SOCK_DGRAM)) {
        free(udp);
        return NULL;
    }
    udp->dial.connected = on_connected;
    return &udp->probe;
}

static void udp_start(struct probe *probe)
{
    dial_start(&((struct udp *)probe)->dial);
}

static void udp_cancel(struct probe *probe)
{
    dial_close(&((struct udp *)probe)->dial);
}

static void udp_at(const struct probe *probe, char *text, size_t size)
{
    const struct udp *udp = (const struct udp *)probe;
    char address[ENDPOINT_TEXT_SIZE];

    if (strcmp(probe->phase, PROBE_PHASE_RESOLVE) == 0)
        return dial_describe(&udp->dial, text, size);
    dial_address(&udp->dial, address, sizeof address);
    snprintf(text, size, "datagram to %s", address);
}

static void udp_destroy(struct probe *probe)
{
    dial_clear(&((struct udp *)probe)->dial);
    free(probe);
}

const struct probe_kind probe_udp = {
    .name = "udp",
    .create = udp_create,
    .start = udp_start,
    .cancel = udp_cancel,
    .at = udp_at,
    .destroy = udp_destroy,
};
