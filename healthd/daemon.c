#include "healthd/daemon.h"

#include "healthd/helper/helper.h"
#include "healthd/net/resolve.h"
#include "healthd/net/stream.h"
#include "healthd/net/watcher.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <bsd/unistd.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the configuration ---- */

static void *build(struct conf *conf)
{
    return config_new(conf);
}

static void discard(void *value)
{
    config_free(value);
}

const struct load_kind daemon_load_kind = {.build = build, .discard = discard};

/* ---- the one way: check -> stream ---- */

static void on_changed(const struct check *check, void *user)
{
    struct daemon *daemon = user;
    struct verdict_message message;

    check_message(check, &message);
    publisher_say(daemon->publisher, &message);
}

static void on_removed(const char *name, void *user)
{
    struct daemon *daemon = user;
    struct verdict_message message = {.type = VERDICT_REMOVED};

    snprintf(message.name, sizeof message.name, "%s", name);
    publisher_say(daemon->publisher, &message);
}

/*
 * A process that was stopped, or a machine that was, wakes up with verdicts of another time, and bgpd has long ceased
 * to trust them. They are forgotten before anybody is told of them: the state is that of the first verdicts from now on
 * (promise 5).
 */
static void look_for_standstill(struct daemon *daemon)
{
    uint64_t now_ms = uv_now(daemon->loop), stood_ms = now_ms - daemon->pulse_ms;
    char time[CLOCK_TEXT_SIZE], why[64];

    daemon->pulse_ms = now_ms;
    if (stood_ms <= checks_config(daemon->checks)->lease_ms)
        return;
    snprintf(why, sizeof why, "the health daemon stood still for %s", duration_format(stood_ms / 1000 * 1000, time));
    log_warning(NULL, "%s: all checks begin again", why);
    for (size_t i = 0; i < checks_count(daemon->checks); i++)
        check_begin_again(checks_at(daemon->checks, i), why);
}

static void on_pulse(uv_timer_t *timer)
{
    look_for_standstill(timer->data);
}

static void start_pulse(struct daemon *daemon, uint64_t lease_ms)
{
    uint64_t period_ms = lease_ms / 4 + 1;

    uv_update_time(daemon->loop); /* loading a configuration is no standstill */
    daemon->pulse_ms = uv_now(daemon->loop);
    uv_timer_start(&daemon->pulse, on_pulse, period_ms, period_ms);
}

static bool on_snapshot(size_t index, struct verdict_message *message, void *user)
{
    struct daemon *daemon = user;

    /* Of what a loop that wakes up finds, a new subscriber may come before any timer. */
    if (index == 0)
        look_for_standstill(daemon);
    if (index >= checks_count(daemon->checks))
        return false;
    check_message(checks_at(daemon->checks, index), message);
    return true;
}

/* ---- life ---- */

static bool out_of_memory(char *error, size_t size)
{
    strlcpy(error, "out of memory", size);
    return false;
}

static bool prepare(void *value, void *user, char *error, size_t size)
{
    struct daemon *daemon = user;

    return checks_prepare(daemon->checks, value) || out_of_memory(error, size);
}

static void abandon(void *user)
{
    struct daemon *daemon = user;

    checks_abandon(daemon->checks);
}

static void apply(struct daemon *daemon, struct config *config)
{
    log_configure(config->log_level, config->log_format, config->site);
    publisher_set_lease(daemon->publisher, config->lease_ms);
    checks_apply(daemon->checks, config);
    start_pulse(daemon, config->lease_ms);
    setproctitle("%s%s%zu check%s", config->site ? config->site : "", config->site ? ", " : "", config->check_count,
                 text_plural(config->check_count));
}

static void apply_again(void *value, void *user)
{
    struct daemon *daemon = user;
    struct config *config = value;

    journal_add(daemon->journal, clock_real_us(), "config", "healthd", "", "reloaded", "%zu check%s",
                config->check_count, text_plural(config->check_count));
    apply(daemon, config);
}

static const struct reload_owner reload_owner = {
    .kind = &daemon_load_kind,
    .prepare = prepare,
    .apply = apply_again,
    .abandon = abandon,
};

static bool open_rooms(struct daemon *daemon, const char *directory, char *error, size_t size)
{
    struct probe_room *probe = &daemon->room.probe;

    probe->loop = daemon->loop;
    probe->watcher = watcher_new(daemon->loop);
    if (!probe->watcher) {
        snprintf(error, size, "cannot watch descriptors: %s", strerror(errno));
        return false;
    }
    probe->helper = helper_new(daemon->loop, probe->watcher, "/proc/self/exe");
    if (!probe->helper) {
        snprintf(error, size, "out of memory");
        return false;
    }
    probe->resolver = resolver_new(daemon->loop, probe->watcher, NULL, error, size);
    if (!probe->resolver)
        return false;
    daemon->publisher = publisher_open(daemon->loop, directory, on_snapshot, daemon, error, size);
    if (!daemon->publisher)
        return false;
    daemon->control =
        control_server_open(daemon->loop, daemon->context, directory, "healthd", daemon->answer, daemon, error, size);
    return daemon->control;
}

/* What is needed whatever the configuration says. */
static bool make_rooms(struct daemon *daemon)
{
    daemon->journal = journal_new("healthd");
    daemon->feed = daemon->journal ? event_feed_new(daemon->journal, daemon->context) : NULL;
    daemon->room.journal = daemon->journal;
    daemon->room.changed = on_changed;
    daemon->room.user = daemon;
    daemon->checks = daemon->feed ? checks_new(&daemon->room, on_removed, daemon) : NULL;
    return daemon->checks;
}

bool daemon_start(struct daemon *daemon, struct load *load, char *error, size_t size)
{
    struct config *config = load->value;

    log_configure(config->log_level, config->log_format, config->site);
    daemon->since_us = clock_real_us();
    uv_timer_init(daemon->loop, &daemon->pulse);
    daemon->pulse.data = daemon;
    daemon->reload = reload_new(daemon->loop, daemon->context, daemon->path, &reload_owner, daemon, load);
    if (!daemon->reload || !make_rooms(daemon))
        return out_of_memory(error, size);
    if (!open_rooms(daemon, config->directory, error, size) || !prepare(config, daemon, error, size))
        return false;
    load->value = NULL;
    journal_add(daemon->journal, clock_real_us(), "daemon", "healthd", "", "started", "version %s, %zu check%s",
                VIPGATE_VERSION, config->check_count, text_plural(config->check_count));
    apply(daemon, config);
    return true;
}

void daemon_stop(struct daemon *daemon)
{
    uv_close((uv_handle_t *)&daemon->pulse, NULL);
    control_server_close(daemon->control);
    reload_free(daemon->reload);
    checks_free(daemon->checks);
    publisher_close(daemon->publisher);
    streams_free(daemon->room.probe.streams);
    resolver_free(daemon->room.probe.resolver);
    helper_free(daemon->room.probe.helper);
    watcher_free(daemon->room.probe.watcher);
    event_feed_free(daemon->feed);
    journal_free(daemon->journal);
}
