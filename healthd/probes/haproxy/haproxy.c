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
#include "healthd/net/stream.h"
#include "healthd/probes/haproxy/haproxy_csv.h"
#include "healthd/probes/kinds.h"
#include "lib/kinds/kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    ANSWER_MAX = 16 * 1024 * 1024, /* HAProxy with ten thousand servers says about 4 MB */
    RUNS_UNTIL_ASK = 60,           /* a process that could not be followed is asked for again after so many runs */
};

/*
 * The process behind a socket, so that its death is learned from the kernel and not at the next interval: HAProxy tells
 * its process id (`show info`), and a pidfd tells its exit, by which time its sockets are closed. An idle connection
 * would tell too, but takes one of HAProxy's few, is closed by it every ten seconds, and keeps a process alive that a
 * reload has replaced. Where the id says nothing here (HAProxy in another pid namespace), the schedule alone must do.
 */
struct process {
    struct watch watch; /* first: the callback gets its address */
    struct probe *probe;
    int pidfd; /* followed; -1: no */
    unsigned runs_until_ask;
    bool exited;     /* and no run has begun since */
    bool after_exit; /* the run under way is the look */
};

/* A socket, and what is known of who is behind it. */
struct peer {
    struct stream stream;
    struct process process;
};

struct haproxy {
    struct probe probe; /* first */
    size_t index;       /* the socket being asked; its stream.memory is the haproxy_csv */
    unsigned percent;   /* the least so far */
    struct peer *peers; /* by index */
};

static struct haproxy *haproxy_of(const struct stream *stream)
{
    return (struct haproxy *)stream->probe;
}

static void hang_up(struct haproxy *haproxy)
{
    stream_close(&haproxy->peers[haproxy->index].stream);
}

/* ---- the process ---- */

static void let_go(struct process *process)
{
    if (process->pidfd >= 0)
        watch_close(process->probe->room->watcher, &process->watch, process->pidfd);
    process->pidfd = -1;
}

/* Whether this run should ask for the process id. */
static bool is_id_wanted(struct process *process)
{
    if (process->pidfd >= 0 || (process->runs_until_ask > 0 && process->runs_until_ask-- > 0))
        return false;
    process->runs_until_ask = RUNS_UNTIL_ASK;
    return true;
}

static void on_exit_seen(struct watch *watch, uint32_t events)
{
    struct process *process = (struct process *)watch;

    (void)events;
    let_go(process);
    process->runs_until_ask = 0;
    process->exited = true;
    probe_look(process->probe);
}

/* Follows the process PID; 0: it is not known. */
static void follow(struct process *process, pid_t pid)
{
    int pidfd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1; /* close-on-exec by itself */

    if (pidfd < 0)
        return;
    let_go(process);
    if (watch_start(process->probe->room->watcher, &process->watch, pidfd, EPOLLIN, on_exit_seen))
        close(pidfd);
    else
        process->pidfd = pidfd;
}

/* ---- an answer ---- */

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

/* What was asked for is not in the answer. */
static void report_missing(struct haproxy *haproxy)
{
    const struct haproxy_settings *settings = haproxy->probe.settings;
    const struct haproxy_csv csv = *(struct haproxy_csv *)haproxy->peers[haproxy->index].stream.memory;

    hang_up(haproxy);
    if (!csv.backend_seen)
        probe_fail(&haproxy->probe, REASON_MISSING, "HAProxy has no backend %s; it has: %s", settings->backend,
                   csv.backends);
    else if (csv.servers[0])
        probe_fail(&haproxy->probe, REASON_MISSING, "backend %s has no server %s; it has: %s", settings->backend,
                   settings->server ? settings->server : "", csv.servers);
    else
        probe_fail(&haproxy->probe, REASON_MISSING, "backend %s has no servers", settings->backend);
}

/* One socket's answer is complete. */
static void take_answer(struct haproxy *haproxy)
{
    const struct haproxy_settings *settings = haproxy->probe.settings;
    const struct haproxy_csv *csv = haproxy->peers[haproxy->index].stream.memory;
    struct probe_result *result = &haproxy->probe.result;
    unsigned servers = haproxy_csv_servers(csv);
    unsigned up = haproxy_csv_up(csv);

    /* More backup servers may stand in than there were active ones. */
    unsigned percent = up < servers ? up * 100 / servers : 100;

    follow(&haproxy->peers[haproxy->index].process, csv->pid);
    if (servers == 0)
        return report_missing(haproxy);
    if (haproxy->index == 0 || percent < haproxy->percent) {
        haproxy->percent = percent;
        describe_counts(settings, csv, result->detail, sizeof result->detail);
    }
    bool enough = enough_are_up(settings, up, servers);
    hang_up(haproxy);
    if (enough && haproxy->index + 1 < settings->socket_count)
        return stream_start(&haproxy->peers[++haproxy->index].stream);
    result->outcome = enough ? OUTCOME_OK : OUTCOME_FAIL;
    result->reason = enough ? REASON_NONE : REASON_TOO_FEW;
    result->healthy_percent = (uint8_t)haproxy->percent;
    probe_finish(&haproxy->probe);
}

/* ---- the streams ---- */

static bool on_take(struct stream *stream, const uint8_t *bytes, size_t size)
{
    struct haproxy *haproxy = haproxy_of(stream);
    const struct haproxy_csv *csv = stream->memory;
    bool sound = size ? haproxy_csv_feed(stream->memory, (const char *)bytes, size) : haproxy_csv_end(stream->memory);

    if (!sound)
        return stream_fail(stream, REASON_PROTOCOL, "%s%s", csv->error, csv->said);
    if (size == 0)
        take_answer(haproxy);
    return size > 0;
}

static bool on_opened(struct stream *stream)
{
    struct haproxy *haproxy = haproxy_of(stream);
    const struct haproxy_settings *settings = haproxy->probe.settings;
    const char *ask = is_id_wanted(&haproxy->peers[haproxy->index].process) ? "show stat;show info\n" : "show stat\n";

    stream->memory = malloc(sizeof(struct haproxy_csv));
    if (!stream->memory)
        return stream_fail_errno(stream, -ENOMEM);
    haproxy_csv_begin(stream->memory, settings->backend, settings->server);
    probe_phase(&haproxy->probe, "wait");
    stream_send(stream, ask, strlen(ask));
    return true;
}

static bool on_failed(struct stream *stream, int error)
{
    struct haproxy *haproxy = haproxy_of(stream);
    const char *path = stream->target.unix_socket;

    haproxy->probe.result.decisive =
        haproxy->peers[haproxy->index].process.after_exit && (error == -ECONNREFUSED || error == -ENOENT);
    if (error == -ENOENT && stream->seen)
        probe_fail(&haproxy->probe, REASON_CONNECTION_LOST, "%s is gone: HAProxy has stopped", path);
    else if (error == -ENOENT)
        probe_unable(&haproxy->probe, REASON_NO_SOCKET, "%s is missing: is HAProxy running, with 'stats socket %s'?",
                     path, path);
    else if (error == -EACCES)
        probe_unable(&haproxy->probe, REASON_NO_PERMISSION,
                     "%s: permission denied; run vipgate-healthd in the socket's group", path);
    else if (error == -ECONNREFUSED)
        probe_fail(&haproxy->probe, REASON_REFUSED, "%s: connection refused: HAProxy is not running", path);
    else
        return false;
    return true;
}

/* ---- the probe ---- */

static void haproxy_start(struct probe *probe)
{
    struct haproxy *haproxy = (struct haproxy *)probe;
    const struct haproxy_settings *settings = probe->settings;

    for (size_t i = 0; i < settings->socket_count; i++) {
        struct process *process = &haproxy->peers[i].process;
        process->after_exit = process->exited;
        process->exited = false;
    }
    haproxy->index = 0;
    stream_start(&haproxy->peers[0].stream);
}

static void haproxy_cancel(struct probe *probe)
{
    hang_up((struct haproxy *)probe);
}

static void haproxy_at(const struct probe *probe, char *text, size_t size)
{
    const struct haproxy *haproxy = (const struct haproxy *)probe;

    stream_describe(&haproxy->peers[haproxy->index].stream, text, size);
}

static void haproxy_clear(struct probe *probe)
{
    struct haproxy *haproxy = (struct haproxy *)probe;
    const struct haproxy_settings *settings = probe->settings;

    for (size_t i = 0; haproxy->peers && i < settings->socket_count; i++) {
        stream_clear(&haproxy->peers[i].stream);
        let_go(&haproxy->peers[i].process);
    }
    free(haproxy->peers);
}

static bool haproxy_init(struct probe *probe)
{
    static const struct stream_user user = {.opened = on_opened, .take = on_take, .failed = on_failed};
    struct haproxy *haproxy = (struct haproxy *)probe;
    const struct haproxy_settings *settings = probe->settings;
    bool done = true;

    haproxy->peers = calloc(settings->socket_count, sizeof *haproxy->peers);
    for (size_t i = 0; haproxy->peers && i < settings->socket_count; i++) {
        const struct stream_target target = {.unix_socket = settings->sockets[i], .limit = ANSWER_MAX};
        done &= stream_init(&haproxy->peers[i].stream, probe, &target, &user);
        haproxy->peers[i].process = (struct process){.probe = probe, .pidfd = -1};
    }
    return haproxy->peers && done;
}

const struct probe_kind probe_haproxy = {
    .name = "haproxy",
    .size = sizeof(struct haproxy),
    .init = haproxy_init,
    .start = haproxy_start,
    .cancel = haproxy_cancel,
    .at = haproxy_at,
    .clear = haproxy_clear,
};
