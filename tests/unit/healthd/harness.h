/*
 * For tests of probes: a probe made from the JSON of its settings and run on a loop of its own, with its timeout, and a
 * scripted server in a thread for it to ask. The probe meets the real kernel; only the check around it is played.
 */
#ifndef VIPGATE_TESTS_HEALTHD_HARNESS_H
#define VIPGATE_TESTS_HEALTHD_HARNESS_H

#include "healthd/engine/config.h"
#include "healthd/helper/helper.h"
#include "healthd/net/resolve.h"
#include "healthd/net/stream.h"
#include "healthd/net/tls.h"
#include "healthd/net/watcher.h"
#include "healthd/probe/probe.h"
#include "lib/clock.h"
#include "lib/model.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { HARNESS_DEADLINE_MS = 10000 };

/* ---- a server ---- */

struct server {
    int fd;
    uint16_t port;
    struct sockaddr_un local; /* of a Unix socket */
    void (*serve)(int fd);    /* one connection; the server closes it afterwards */
    pthread_t thread;
};

static inline void *server_main(void *user)
{
    struct server *server = user;
    int fd;

    while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
        server->serve(fd);
        close(fd);
    }
    return NULL;
}

static inline void server_run(struct server *server, void (*serve)(int fd))
{
    server->serve = serve;
    assert_int_equal(listen(server->fd, 16), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, server_main, server), 0);
}

/* Serves on a free port of 127.0.0.1. */
static inline void server_start(struct server *server, void (*serve)(int fd))
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    *server = (struct server){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
    server_run(server, serve);
}

/* Serves on a Unix socket in a directory of its own. */
static inline void server_start_local(struct server *server, void (*serve)(int fd))
{
    char directory[] = "/tmp/vipgate-test-XXXXXX";

    *server = (struct server){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_non_null(mkdtemp(directory));
    server->local.sun_family = AF_UNIX;
    snprintf(server->local.sun_path, sizeof server->local.sun_path, "%s/s", directory);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&server->local, sizeof server->local), 0);
    server_run(server, serve);
}

static inline void server_stop(struct server *server)
{
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    if (server->local.sun_path[0]) {
        unlink(server->local.sun_path);
        *strrchr(server->local.sun_path, '/') = '\0';
        rmdir(server->local.sun_path);
    }
}

/* ---- a probe ---- */

struct harness {
    uv_loop_t loop;
    struct probe_room room;
    struct ly_ctx *context;
    struct config *config;
    struct probe *probe;
    uv_timer_t deadline;
    bool timed_out;
    unsigned finished, looks;
};

static inline void harness_finished(struct probe *probe, void *user)
{
    (void)probe;
    ((struct harness *)user)->finished++;
}

static inline void harness_look(struct probe *probe, void *user)
{
    (void)probe;
    ((struct harness *)user)->looks++;
}

static inline void harness_deadline(uv_timer_t *timer)
{
    ((struct harness *)timer->data)->timed_out = true;
}

/* The configuration with one check "t" that has SETTINGS, the JSON members of its list entry; NULL with a complaint. */
static inline struct config *harness_configure(struct ly_ctx *context, const char *settings, char complaint[512])
{
    struct conf conf = {0};
    char *text;

    assert_true(asprintf(&text, "{\"vipgate:check\":[{\"name\":\"t\",%s}]}", settings) > 0);
    LY_ERR result = lyd_parse_data_mem(context, text, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_NO_STATE, &conf.tree);
    if (result != LY_SUCCESS)
        print_error("%s: %s\n", text, ly_errmsg(context));
    free(text);
    assert_int_equal(result, LY_SUCCESS);
    struct config *config = config_new(&conf);
    snprintf(complaint, 512, "%s", conf.diagnostic_count ? conf.diagnostics[0].message : "");
    conf_clear(&conf);
    return config;
}

/* The COMPLAINT with which such settings are refused. */
static inline void harness_refuse(const char *settings, char complaint[512])
{
    char error[512];
    struct ly_ctx *context = model_open(error, sizeof error);

    assert_null(harness_configure(context, settings, complaint));
    ly_ctx_destroy(context);
}

/* With the JSON members of the check's list entry. */
__attribute__((format(printf, 2, 3))) static inline void harness_open(struct harness *harness, const char *format, ...)
{
    char settings[4096], error[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(settings, sizeof settings, format, arguments);
    va_end(arguments);
    if (!strstr(settings, "\"timeout\""))
        strcat(settings, ",\"timeout\":\"10s\"");
    *harness = (struct harness){0};
    assert_int_equal(uv_loop_init(&harness->loop), 0);
    harness->context = model_open(error, sizeof error);
    harness->config = harness_configure(harness->context, settings, error);
    if (!harness->config)
        print_error("%s\n", error);
    assert_non_null(harness->config);
    harness->room.loop = &harness->loop;
    watcher_new(&harness->room.watcher, &harness->loop);
    harness->room.helper = helper_new(&harness->loop, harness->room.watcher, TEST_HEALTHD);
    harness->room.turns = turns_new(&harness->loop, STREAMS_SHARE_US);
    harness->room.tls = tls_new(&harness->loop);
    harness->room.resolver = resolver_new(&harness->loop, harness->room.watcher, NULL, error, sizeof error);
    assert_non_null(harness->room.resolver);
    uv_timer_init(&harness->loop, &harness->deadline);
    harness->deadline.data = harness;
    struct check_config *check = &harness->config->checks[0];
    harness->probe = probe_new(check->probe, check->settings, &harness->room);
    assert_non_null(harness->probe);
    harness->probe->finished = harness_finished;
    harness->probe->look = harness_look;
    harness->probe->user = harness;
}

/* Runs the probe once, as a check does. */
static inline const struct probe_result *harness_run(struct harness *harness)
{
    uint64_t timeout_ms = harness->config->checks[0].timeout_ms;

    unsigned before = harness->finished;

    harness->timed_out = false;
    uv_update_time(&harness->loop);
    uv_timer_start(&harness->deadline, harness_deadline, timeout_ms, 0);
    probe_start(harness->probe);
    while (harness->finished == before && !harness->timed_out)
        uv_run(&harness->loop, UV_RUN_ONCE);
    if (harness->finished == before)
        probe_time_out(harness->probe, timeout_ms);
    uv_timer_stop(&harness->deadline);
    return &harness->probe->result;
}

/* Lets the loop go on until CONDITION; fails at the deadline. */
#define HARNESS_UNTIL(harness, condition)                                                                              \
    for (uint64_t deadline_ = clock_monotonic_ms() + HARNESS_DEADLINE_MS; !(condition); poll(NULL, 0, 1)) {            \
        assert_true(clock_monotonic_ms() < deadline_);                                                                 \
        uv_run(&(harness)->loop, UV_RUN_NOWAIT);                                                                       \
    }

static inline void harness_close(struct harness *harness)
{
    probe_free(harness->probe);
    config_free(harness->config);
    resolver_free(harness->room.resolver);
    helper_free(harness->room.helper);
    turns_free(harness->room.turns);
    tls_free(harness->room.tls);
    watcher_free(harness->room.watcher);
    uv_close((uv_handle_t *)&harness->deadline, NULL);
    uv_run(&harness->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&harness->loop), 0);
    ly_ctx_destroy(harness->context);
}

/* How a run is to end, as a row of a table: its name, and words that the detail holds. */
struct expected {
    const char *name;
    enum outcome outcome;
    enum reason reason;
    const char *words;
};

static inline void assert_expected(const struct probe_result *result, const struct expected *expected)
{
    if (result->outcome != expected->outcome || result->reason != expected->reason ||
        !strstr(result->detail, expected->words))
        fail_msg("%s: %s %s: %s", expected->name, outcome_name(result->outcome), reason_name(result->reason),
                 result->detail);
}

static inline void assert_result(const struct probe_result *result, enum outcome outcome, enum reason reason,
                                 const char *words)
{
    assert_expected(result, &(struct expected){"it", outcome, reason, words});
}

#endif
