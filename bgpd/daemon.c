#include "bgpd/daemon.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/text.h"

#include <bsd/unistd.h>
#include <stdio.h>

enum { SHUTDOWN_MS = 3000 };

/* ---- the configuration ---- */

static void *build(struct conf *conf)
{
    return bgpd_config_new(conf);
}

static void discard(void *value)
{
    bgpd_config_free(value);
}

const struct load_kind bgpd_load_kind = {.build = build, .discard = discard};

static bool out_of_memory(char *error, size_t size)
{
    snprintf(error, size, "out of memory");
    return false;
}

/* At a start a neighbor whose password cannot be read is left out; a session that runs is not given up for it. */
static bool keeps_sessions(const struct bgpd *bgpd, const struct bgp_config *config, char *error, size_t size)
{
    char address[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < config->locked_out_count; i++) {
        const struct locked_out *neighbor = &config->locked_out[i];
        if (!speaker_find(bgpd->speaker, &neighbor->address))
            continue;
        snprintf(error, size, "neighbor %s would be left out: its password-file %s cannot be read",
                 address_format(&neighbor->address, address), neighbor->password_file);
        return false;
    }
    return true;
}

/* All rooms are ready or none is. */
static bool prepare(void *value, void *user, char *error, size_t size)
{
    struct bgpd *bgpd = user;
    struct bgpd_config *config = value;

    if (!keeps_sessions(bgpd, &config->bgp, error, size))
        return false;
    if (!bgpd_config_intern(config))
        return out_of_memory(error, size);
    if (!speaker_prepare(bgpd->speaker, &config->bgp, error, size))
        return false;
    if (vips_prepare(bgpd->vips, config))
        return true;
    speaker_abandon(bgpd->speaker);
    return out_of_memory(error, size);
}

static void abandon(void *user)
{
    struct bgpd *bgpd = user;

    vips_abandon(bgpd->vips);
    speaker_abandon(bgpd->speaker);
}

/* How much a configuration asks for, in words, until the next call. */
static const char *extent(const struct bgpd_config *config)
{
    static char text[64];
    size_t neighbors = config->bgp.neighbor_count, vips = config->vip_count;

    snprintf(text, sizeof text, "%zu neighbor%s, %zu vip%s", neighbors, text_plural(neighbors), vips,
             text_plural(vips));
    return text;
}

/* What is in its place lives until the rooms have let go of it. */
static void apply(struct bgpd *bgpd, struct bgpd_config *config)
{
    struct bgpd_config *old = bgpd->config;

    bgpd->config = config;
    log_configure(config->log_level, config->log_format, config->site);
    setproctitle("%s%s%s", config->site ? config->site : "", config->site ? ", " : "", extent(config));
    speaker_apply(bgpd->speaker, &config->bgp);
    vips_apply(bgpd->vips, config);
    bgpd_config_free(old);
}

static void apply_again(void *value, void *user)
{
    struct bgpd *bgpd = user;
    struct bgpd_config *config = value;

    journal_add(bgpd->journal, clock_real_us(), "config", "bgpd", "", "reloaded", "%s", extent(config));
    apply(bgpd, config);
}

static const struct reload_owner reload_owner = {
    .kind = &bgpd_load_kind,
    .prepare = prepare,
    .apply = apply_again,
    .abandon = abandon,
};

/* ---- the one way: health -> vips, addresses -> vips ---- */

static void on_health_change(void *user)
{
    struct bgpd *bgpd = user;

    vips_run(bgpd->vips);
}

static void on_address_change(void *user)
{
    struct bgpd *bgpd = user;

    vips_addresses_changed(bgpd->vips);
}

static void on_session_change(struct peer *peer, void *user)
{
    struct bgpd *bgpd = user;

    (void)peer;
    if (bgpd->vips)
        vips_sessions_changed(bgpd->vips);
}

/* ---- life ---- */

/* The control socket comes first: where another daemon has it, nothing was touched yet. */
static bool open_rooms(struct bgpd *bgpd, const struct bgpd_config *config, char *error, size_t size)
{
    bgpd->journal = journal_new("bgpd");
    bgpd->feed = bgpd->journal ? event_feed_new(bgpd->journal, bgpd->context) : NULL;
    if (!bgpd->feed)
        return out_of_memory(error, size);
    bgpd->control = control_server_open(bgpd->loop, bgpd->context, config->control_directory, "bgpd", bgpd->answer,
                                        bgpd, error, size);
    if (!bgpd->control)
        return false;
    bgpd->addresses = addresses_open(bgpd->loop, on_address_change, bgpd, error, size);
    if (!bgpd->addresses)
        return false;
    bgpd->health =
        health_open(bgpd->loop, bgpd->journal, config->control_directory, config->lease_ms, on_health_change, bgpd);
    bgpd->speaker = bgpd->health ? speaker_new(bgpd->loop, bgpd->journal, on_session_change, bgpd) : NULL;
    bgpd->vips =
        bgpd->speaker ? vips_new(bgpd->loop, bgpd->health, bgpd->addresses, bgpd->speaker, bgpd->journal) : NULL;
    return bgpd->vips || out_of_memory(error, size);
}

/* The families of which a VIP's address has outlived the bgpd before this one: its packets are still taken here. */
static uint8_t preserved_families(const struct addresses *addresses, const struct bgpd_config *config)
{
    uint8_t families = 0;

    for (size_t i = 0; i < config->vip_count; i++) {
        const struct prefix *prefix = &config->vips[i].prefix;
        if (addresses_has_anywhere(addresses, prefix))
            families |= prefix->family == FAMILY_IPV4 ? FAMILY_BIT_IPV4 : FAMILY_BIT_IPV6;
    }
    return families;
}

bool bgpd_start(struct bgpd *bgpd, struct load *load, char *error, size_t size)
{
    struct bgpd_config *config = load->value;

    bgpd->since_us = clock_real_us();
    log_configure(config->log_level, config->log_format, config->site);
    bgpd->reload = reload_new(bgpd->loop, bgpd->context, bgpd->path, &reload_owner, bgpd, load);
    if (!bgpd->reload)
        return out_of_memory(error, size);
    if (!open_rooms(bgpd, config, error, size) || !prepare(config, bgpd, error, size))
        return false;
    load->value = NULL;
    journal_add(bgpd->journal, clock_real_us(), "daemon", "bgpd", "", "started", "version %s, %s", VIPGATE_VERSION,
                extent(config));
    uv_update_time(bgpd->loop); /* no timer counts the time that loading took */
    speaker_set_preserved(bgpd->speaker, preserved_families(bgpd->addresses, config));
    apply(bgpd, config);
    notify_service_manager("READY=1");
    return true;
}

/* Every neighbour knows, or had its time. */
static void on_speaker_down(void *user)
{
    struct bgpd *bgpd = user;
    void (*stopped)(struct bgpd * bgpd) = bgpd->stopped;

    bgpd->stopped = NULL;
    if (!stopped)
        return;
    vips_remove_addresses(bgpd->vips);
    stopped(bgpd);
}

void bgpd_stop(struct bgpd *bgpd, const char *reason)
{
    if (bgpd->stopping) {
        on_speaker_down(bgpd);
        return;
    }
    bgpd->stopping = true;
    reload_stop(bgpd->reload);
    notify_service_manager("STOPPING=1");
    journal_add(bgpd->journal, clock_real_us(), "daemon", "bgpd", "", "stopping", "%s", reason);
    vips_stop(bgpd->vips);
    speaker_shutdown(bgpd->speaker, reason, SHUTDOWN_MS, on_speaker_down, bgpd);
}

void bgpd_close(struct bgpd *bgpd)
{
    control_server_close(bgpd->control);
    reload_free(bgpd->reload);
    vips_free(bgpd->vips);
    bgpd->vips = NULL;
    if (bgpd->speaker)
        speaker_free(bgpd->speaker);
    health_close(bgpd->health);
    addresses_close(bgpd->addresses);
    if (bgpd->feed)
        event_feed_free(bgpd->feed);
    journal_free(bgpd->journal);
    bgpd_config_free(bgpd->config);
}
