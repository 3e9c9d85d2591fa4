#include "healthd/daemon.h"

#include "healthd/helper/helper.h"
#include "healthd/net/resolve.h"
#include "healthd/net/stream.h"
#include "healthd/net/tls.h"
#include "healthd/net/watcher.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/text.h"

#include <stdio.h>
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

/* ---- the one way: check -> stream ---- */

static void on_changed(const struct check *check, void *user)
{
    struct healthd *healthd = user;
    struct verdict_message message;

    check_message(check, &message);
    publisher_say(healthd->publisher, &message);
}

static void on_removed(const char *name, void *user)
{
    struct healthd *healthd = user;
    struct verdict_message message = {.type = VERDICT_REMOVED};

    snprintf(message.name, sizeof message.name, "%s", name);
    publisher_say(healthd->publisher, &message);
}

/*
 * A process or a machine that was stopped wakes up with old verdicts, which bgpd has long ceased to trust. They are
 * forgotten before a subscriber sees them: the state is that of the first verdicts from now on (promise 5).
 */
static void look_for_stall(struct healthd *healthd)
{
    uint64_t now_ms = uv_now(healthd->daemon.loop), stalled_ms = now_ms - healthd->pulse_ms;
    char time[CLOCK_TEXT_SIZE], why[64];

    healthd->pulse_ms = now_ms;
    if (stalled_ms <= checks_config(healthd->checks)->lease_ms)
        return;
    snprintf(why, sizeof why, "the health daemon was stalled for %s", duration_format(stalled_ms / 1000 * 1000, time));
    log_warning(NULL, "%s: all checks restart", why);
    for (size_t i = 0; i < checks_count(healthd->checks); i++)
        check_begin_again(checks_at(healthd->checks, i), why);
}

static void on_pulse(uv_timer_t *timer)
{
    look_for_stall(timer->data);
}

static void start_pulse(struct healthd *healthd, uint64_t lease_ms)
{
    uint64_t period_ms = lease_ms / 4 + 1;

    uv_update_time(healthd->daemon.loop); /* loading a configuration is not a stall */
    healthd->pulse_ms = uv_now(healthd->daemon.loop);
    uv_timer_start(&healthd->pulse, on_pulse, period_ms, period_ms);
}

static bool on_snapshot(size_t index, struct verdict_message *message, void *user)
{
    struct healthd *healthd = user;

    /* Of what a loop that wakes up finds, a new subscriber may come before any timer. */
    if (index == 0)
        look_for_stall(healthd);
    if (index >= checks_count(healthd->checks))
        return false;
    check_message(checks_at(healthd->checks, index), message);
    return true;
}

/* ---- life ---- */

static enum step prepare(void *value, void *user, char *error, size_t size)
{
    struct healthd *healthd = user;
    enum step step = checks_prepare(healthd->checks, value);

    if (step == STEP_FAILED)
        daemon_out_of_memory(error, size);
    return step;
}

static void abandon(void *user)
{
    struct healthd *healthd = user;

    checks_abandon(healthd->checks);
}

static void apply(void *value, void *user)
{
    struct healthd *healthd = user;
    struct config *config = value;

    publisher_set_lease(healthd->publisher, config->lease_ms);
    config_free(checks_apply(healthd->checks));
    start_pulse(healthd, config->lease_ms);
}

static const char *extent(const void *value)
{
    static char text[32];
    const struct config *config = value;

    snprintf(text, sizeof text, "%zu check%s", config->check_count, text_plural(config->check_count));
    return text;
}

static bool open_probe_room(struct probe_room *room, uv_loop_t *loop, char *error, size_t size)
{
    room->loop = loop;
    int wrong = watcher_new(&room->watcher, loop);
    if (wrong) {
        snprintf(error, size, "cannot watch file descriptors: %s", strerror(-wrong));
        return false;
    }
    room->helper = helper_new(loop, room->watcher, "/proc/self/exe");
    room->turns = turns_new(loop, STREAMS_SHARE_US);
    room->tls = tls_new(loop);
    if (!room->helper || !room->turns || !room->tls)
        return daemon_out_of_memory(error, size);
    room->resolver = resolver_new(loop, room->watcher, NULL, error, size);
    return room->resolver;
}

static bool open_rooms(void *user, const void *value, char *error, size_t size)
{
    struct healthd *healthd = user;
    struct daemon *daemon = &healthd->daemon;

    (void)value;
    uv_timer_init(daemon->loop, &healthd->pulse);
    healthd->pulse.data = healthd;
    healthd->room =
        (struct check_room){.journal = daemon->journal, .changed = on_changed, .removed = on_removed, .user = healthd};
    healthd->checks = checks_new(&healthd->room);
    if (!healthd->checks)
        return daemon_out_of_memory(error, size);
    if (!open_probe_room(&healthd->room.probe, daemon->loop, error, size))
        return false;
    healthd->publisher =
        publisher_open(daemon->loop, daemon_shared(daemon)->control_directory, on_snapshot, healthd, error, size);
    return healthd->publisher;
}

static void close_rooms(void *user)
{
    struct healthd *healthd = user;

    if (healthd->pulse.data)
        uv_close((uv_handle_t *)&healthd->pulse, NULL);
    checks_free(healthd->checks);
    publisher_close(healthd->publisher);
    turns_free(healthd->room.probe.turns);
    tls_free(healthd->room.probe.tls);
    resolver_free(healthd->room.probe.resolver);
    helper_free(healthd->room.probe.helper);
    watcher_free(healthd->room.probe.watcher);
}

const struct daemon_kind healthd_kind = {
    .program = "vipgate-healthd",
    .name = "healthd",
    .config = {.load = {.build = build, .discard = discard}, .prepare = prepare, .apply = apply, .abandon = abandon},
    .open = open_rooms,
    .extent = extent,
    .close = close_rooms,
};
