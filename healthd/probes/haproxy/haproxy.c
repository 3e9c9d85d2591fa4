/*
 * haproxy: HAProxy's own view of a backend, by `show stat` on its stats sockets, one after the other. The fraction of
 * servers that get traffic is published; with several processes, each of which gets part of the traffic, that of the
 * process that sees the least.
 *
 *     connect -> "show stat" -> CSV until the end of the connection -> count -> next socket … -> verdict
 *
 * A socket that refuses is a HAProxy that is not running: FAIL. A socket that is not there is either a HAProxy that
 * went and tidied up, or a wrong path, or a proxy not yet started. If it was there before, it is the first: FAIL. Else
 * we have never seen this HAProxy and can say nothing of it: UNABLE, and unknown once the lease is over. A socket that
 * we may not open is UNABLE too.
 */
#include "lib/kinds/haproxy.h"
#include "healthd/net/watcher.h"
#include "healthd/probe/kinds.h"
#include "healthd/probes/haproxy/haproxy_csv.h"
#include "healthd/probes/haproxy/haproxy_process.h"
#include "healthd/probes/haproxy/haproxy_socket.h"
#include "lib/container.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    ANSWER_MAX = 16 * 1024 * 1024, /* HAProxy with ten thousand servers says about 4 MB */
    READ_SIZE = 16 * 1024,
};

/* What is known of a socket from run to run. */
struct peer {
    bool seen; /* it was there before */
    struct haproxy_process process;
};

struct haproxy {
    struct probe probe; /* first */
    const struct haproxy_settings *settings;
    struct watch watch;
    int fd;       /* -1: none */
    size_t index; /* the socket being asked */
    size_t answer_size;
    unsigned percent;        /* the least so far */
    struct haproxy_csv *csv; /* while one is asked */
    struct peer *peers;      /* by index */
};

/* ---- a run ---- */

static const char *path_of(const struct haproxy *haproxy)
{
    return haproxy->settings->sockets[haproxy->index];
}

static void end_connection(struct haproxy *haproxy)
{
    if (haproxy->fd >= 0)
        watch_close(haproxy->probe.room->watcher, &haproxy->watch, haproxy->fd);
    haproxy->fd = -1;
    free(haproxy->csv);
    haproxy->csv = NULL;
}

static void ask(struct haproxy *haproxy);

static bool enough_are_up(const struct haproxy_settings *settings, unsigned up, unsigned servers)
{
    if (settings->minimum_is_percent)
        return up * 100ul >= (unsigned long)settings->minimum * servers;
    return up >= settings->minimum;
}

/* "http_back: 1 of 4 servers up (2 down, 1 in maintenance)" */
static void describe_counts(const struct haproxy_settings *settings, const struct haproxy_csv *csv, char *text,
                            size_t size)
{
    unsigned servers = haproxy_csv_servers(csv);
    FILE *stream = fmemopen(text, size, "w");
    const char *separator = " (";

    if (!stream)
        return;
    fprintf(stream, "%s: %u of %u server%s up", settings->backend, haproxy_csv_up(csv), servers,
            servers == 1 ? "" : "s");
    const struct {
        unsigned count;
        const char *words;
    } rest[] = {
        {csv->active.down + csv->backup.down, "down"},
        {csv->active.draining + csv->backup.draining, "draining"},
        {csv->active.maintenance + csv->backup.maintenance, "in maintenance"},
        {haproxy_csv_standing_in(csv), "backup in use"},
    };
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        if (rest[i].count == 0)
            continue;
        fprintf(stream, "%s%u %s", separator, rest[i].count, rest[i].words);
        separator = ", ";
    }
    if (*separator == ',')
        fputc(')', stream);
    fclose(stream);
}

static void refuse(struct haproxy *haproxy, enum reason reason, const char *detail)
{
    end_connection(haproxy);
    probe_fail(&haproxy->probe, reason, "%s", detail);
}

/* What was asked for is not in the answer. */
static void report_missing(struct haproxy *haproxy)
{
    const struct haproxy_settings *settings = haproxy->settings;
    const struct haproxy_csv *csv = haproxy->csv;
    char detail[PROBE_DETAIL_SIZE];

    if (!csv->backend_seen)
        snprintf(detail, sizeof detail, "HAProxy has no backend %s; it has: %s", settings->backend, csv->backends);
    else if (csv->servers[0])
        snprintf(detail, sizeof detail, "backend %s has no server %s; it has: %s", settings->backend,
                 settings->server ? settings->server : "", csv->servers);
    else
        snprintf(detail, sizeof detail, "backend %s has no servers", settings->backend);
    refuse(haproxy, REASON_MISSING, detail);
}

static void report_unsound(struct haproxy *haproxy)
{
    static const char *const words[] = {
        [HAPROXY_CSV_EMPTY] = "HAProxy closed without an answer",
        [HAPROXY_CSV_NOT_STATS] = "no answer to show stat",
        [HAPROXY_CSV_CUT] = "the answer ends in the middle of a line",
        [HAPROXY_CSV_SHORT_ROW] = "a line of the answer lacks fields",
        [HAPROXY_CSV_LONG_ROW] = "a line of the answer has no end",
    };
    enum haproxy_csv_error error = haproxy->csv->error;
    char detail[PROBE_DETAIL_SIZE];

    snprintf(detail, sizeof detail, "%s: %s%s%s", path_of(haproxy), words[error],
             error == HAPROXY_CSV_NOT_STATS ? ", but: " : "", error == HAPROXY_CSV_NOT_STATS ? haproxy->csv->said : "");
    refuse(haproxy, REASON_PROTOCOL, detail);
}

/* One socket's answer is complete. */
static void take_answer(struct haproxy *haproxy)
{
    const struct haproxy_settings *settings = haproxy->settings;
    const struct haproxy_csv *csv = haproxy->csv;
    struct probe_result *result = &haproxy->probe.result;
    unsigned servers = haproxy_csv_servers(csv);
    unsigned up = haproxy_csv_up(csv);
    /* More backup servers may stand in than there were active ones. */
    unsigned percent = up < servers ? up * 100 / servers : 100;

    if (servers == 0)
        return report_missing(haproxy);
    if (haproxy->index == 0 || percent < haproxy->percent) {
        haproxy->percent = percent;
        describe_counts(settings, csv, result->detail, sizeof result->detail);
    }
    bool enough = enough_are_up(settings, up, servers);
    end_connection(haproxy);
    haproxy_process_follow(&haproxy->peers[haproxy->index].process);
    haproxy->index++;
    if (enough && haproxy->index < settings->socket_count)
        return ask(haproxy);
    result->outcome = enough ? OUTCOME_OK : OUTCOME_FAIL;
    result->reason = enough ? REASON_NONE : REASON_TOO_FEW;
    result->healthy_percent = (uint8_t)haproxy->percent;
    probe_finish(&haproxy->probe);
}

static void report_error(struct haproxy *haproxy, const char *what, int error)
{
    const char *path = path_of(haproxy);
    const struct peer *peer = &haproxy->peers[haproxy->index];

    end_connection(haproxy);
    haproxy->probe.result.decisive = peer->process.after_exit && (error == ECONNREFUSED || error == ENOENT);
    if (error == ENOENT && peer->seen)
        probe_fail(&haproxy->probe, REASON_CONNECTION_LOST, "%s is gone: HAProxy has stopped", path);
    else if (error == ENOENT)
        probe_unable(&haproxy->probe, REASON_NO_SOCKET, "%s is not there: is HAProxy running, with 'stats socket %s'?",
                     path, path);
    else if (error == EACCES)
        probe_unable(&haproxy->probe, REASON_NO_PERMISSION,
                     "%s: permission denied; run vipgate-healthd in the socket's group", path);
    else if (error == ECONNREFUSED)
        probe_fail(&haproxy->probe, REASON_REFUSED, "%s: connection refused: HAProxy is not running", path);
    else
        probe_errno(&haproxy->probe, error, "%s %s", what, path);
}

static void on_answer(struct watch *watch, uint32_t events)
{
    struct haproxy *haproxy = CONTAINER_OF(watch, struct haproxy, watch);
    char bytes[READ_SIZE];
    ssize_t count = recv(haproxy->fd, bytes, sizeof bytes, 0);

    (void)events;
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR)
            report_error(haproxy, "read from", errno);
        return;
    }
    haproxy->answer_size += (size_t)count;
    if (haproxy->answer_size > ANSWER_MAX)
        return refuse(haproxy, REASON_TOO_LARGE, "the answer to show stat has no end");
    bool sound = count ? haproxy_csv_feed(haproxy->csv, bytes, (size_t)count) : haproxy_csv_end(haproxy->csv);
    if (!sound)
        report_unsound(haproxy);
    else if (count == 0)
        take_answer(haproxy);
}

static void ask(struct haproxy *haproxy)
{
    int error;

    probe_phase(&haproxy->probe, "connect");
    haproxy->csv = malloc(sizeof *haproxy->csv);
    error = haproxy->csv ? haproxy_socket_ask(path_of(haproxy), "show stat\n", &haproxy->fd) : ENOMEM;
    if (error)
        return report_error(haproxy, "connect", error);
    haproxy->peers[haproxy->index].seen = true;
    haproxy->answer_size = 0;
    haproxy_csv_begin(haproxy->csv, haproxy->settings->backend, haproxy->settings->server);
    probe_phase(&haproxy->probe, "wait");
    error = watch_start(haproxy->probe.room->watcher, &haproxy->watch, haproxy->fd, EPOLLIN, on_answer);
    if (error)
        report_error(haproxy, "watch", error);
}

static void haproxy_start(struct probe *probe)
{
    struct haproxy *haproxy = (struct haproxy *)probe;

    for (size_t i = 0; i < haproxy->settings->socket_count; i++)
        haproxy_process_begin_run(&haproxy->peers[i].process);
    haproxy->index = 0;
    ask(haproxy);
}

static void haproxy_cancel(struct probe *probe)
{
    end_connection((struct haproxy *)probe);
}

static void haproxy_at(const struct probe *probe, char *text, size_t size)
{
    const struct haproxy *haproxy = (const struct haproxy *)probe;

    snprintf(text, size, "%s: show stat, %zu bytes so far", path_of(haproxy), haproxy->answer_size);
}

static void haproxy_destroy(struct probe *probe)
{
    struct haproxy *haproxy = (struct haproxy *)probe;

    for (size_t i = 0; haproxy->peers && i < haproxy->settings->socket_count; i++)
        haproxy_process_close(&haproxy->peers[i].process);
    free(haproxy->peers);
    free(haproxy);
}

static struct probe *haproxy_create(const void *memory, struct probe_room *room)
{
    const struct haproxy_settings *settings = memory;
    struct haproxy *haproxy = probe_new(sizeof *haproxy, &probe_haproxy, room);

    if (!haproxy)
        return NULL;
    haproxy->settings = settings;
    haproxy->fd = -1;
    haproxy->peers = calloc(settings->socket_count, sizeof *haproxy->peers);
    if (!haproxy->peers) {
        haproxy_destroy(&haproxy->probe);
        return NULL;
    }
    for (size_t i = 0; i < settings->socket_count; i++)
        haproxy_process_init(&haproxy->peers[i].process, &haproxy->probe, settings->sockets[i]);
    return &haproxy->probe;
}

const struct probe_kind probe_haproxy = {
    .name = "haproxy",
    .create = haproxy_create,
    .start = haproxy_start,
    .cancel = haproxy_cancel,
    .at = haproxy_at,
    .destroy = haproxy_destroy,
};
