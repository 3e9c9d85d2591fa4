#include "bgpd/daemon.h"

#include "lib/clock.h"
#include "lib/conf/conf.h"
#include "lib/log.h"
#include "lib/notify.h"

#include <bsd/unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 1024, SHUTDOWN_MS = 3000 };

/* ---- the configuration ---- */

struct bgpd_load bgpd_load(const struct ly_ctx *context, const char *path)
{
    struct bgpd_load load = {0};
    size_t size;
    FILE *stream = open_memstream(&load.lines, &size);
    struct conf conf = conf_load(context, path);

    if (!stream)
        abort();
    if (conf.error_count == 0)
        load.config = bgpd_config_new(&conf);
    if (load.config)
        load.tree = conf_take_tree(&conf);
    conf_write_diagnostics(&conf, stream);
    conf_clear(&conf);
    fclose(stream);
    return load;
}

void bgpd_load_clear(struct bgpd_load *load)
{
    lyd_free_all(load->tree);
    bgpd_config_free(load->config);
    free(load->lines);
    *load = (struct bgpd_load){0};
}

/* Both rooms are ready or neither is. */
static bool prepare(struct bgpd *bgpd, const struct bgpd_config *config, char *error, size_t size)
{
    if (!speaker_prepare(bgpd->speaker, &config->bgp, error, size))
        return false;
    if (vips_prepare(bgpd->vips, config))
        return true;
    speaker_abandon(bgpd->speaker);
    snprintf(error, size, "out of memory");
    return false;
}

/* Takes LOAD over; what is in its place lives until the rooms have let go of it. */
static void apply(struct bgpd *bgpd, struct bgpd_load *load)
{
    struct bgpd_load old = {bgpd->tree, bgpd->config, NULL};
    const struct bgpd_config *config = load->config;

    bgpd->tree = load->tree;
    bgpd->config = load->config;
    load->tree = NULL;
    load->config = NULL;
    log_configure(config->log_level, config->log_format, config->site);
    setproctitle("%s%s%zu neighbors, %zu vips", config->site ? config->site : "", config->site ? ", " : "",
                 config->bgp.neighbor_count, config->vip_count);
    speaker_apply(bgpd->speaker, &config->bgp);
    vips_apply(bgpd->vips, config);
    bgpd_load_clear(&old);
}

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

static bool out_of_memory(char *error, size_t size)
{
    snprintf(error, size, "out of memory");
    return false;
}

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
    bgpd->loopback = loopback_open(bgpd->loop, on_address_change, bgpd, error, size);
    if (!bgpd->loopback)
        return false;
    bgpd->health =
        health_open(bgpd->loop, bgpd->journal, config->control_directory, config->lease_ms, on_health_change, bgpd);
    bgpd->speaker = bgpd->health ? speaker_new(bgpd->loop, bgpd->journal, on_session_change, bgpd) : NULL;
    bgpd->vips =
        bgpd->speaker ? vips_new(bgpd->loop, bgpd->health, bgpd->loopback, bgpd->speaker, bgpd->journal) : NULL;
    return bgpd->vips || out_of_memory(error, size);
}

/* The families of which a VIP's address has outlived the bgpd before this one: its packets are still taken here. */
static uint8_t preserved_families(const struct loopback *loopback, const struct bgpd_config *config)
{
    uint8_t families = 0;

    for (size_t i = 0; i < config->vip_count; i++) {
        const struct prefix *prefix = &config->vips[i].prefix;
        if (loopback_has_anywhere(loopback, prefix))
            families |= prefix->family == FAMILY_IPV4 ? FAMILY_BIT_IPV4 : FAMILY_BIT_IPV6;
    }
    return families;
}

bool bgpd_start(struct bgpd *bgpd, struct bgpd_load *load, char *error, size_t size)
{
    const struct bgpd_config *config = load->config;

    bgpd->since_us = clock_real_us();
    log_configure(config->log_level, config->log_format, config->site);
    if (!open_rooms(bgpd, config, error, size) || !prepare(bgpd, config, error, size))
        return false;
    journal_add(bgpd->journal, clock_real_us(), "daemon", "bgpd", "", "started", "version %s, %zu neighbors, %zu vips",
                VIPGATE_VERSION, config->bgp.neighbor_count, config->vip_count);
    speaker_set_preserved(bgpd->speaker, preserved_families(bgpd->loopback, config));
    apply(bgpd, load);
    notify_service_manager("READY=1");
    return true;
}

static bool try_reload(struct bgpd *bgpd, struct bgpd_load *load, char *error, size_t size)
{
    error[0] = '\0';
    if (!load->config)
        return false;
    if (strcmp(load->config->control_directory, bgpd->config->control_directory) != 0) {
        snprintf(error, size, "%s: control directory: it takes a restart to change it\n", bgpd->path);
        return false;
    }
    return prepare(bgpd, load->config, error, size);
}

enum reload_result bgpd_reload(struct bgpd *bgpd, char **lines)
{
    struct bgpd_load load;
    char error[LINE_SIZE];
    enum reload_result result = RELOAD_DONE;

    *lines = NULL;
    if (bgpd->stopping) {
        *lines = strdup("vipgate-bgpd is stopping");
        return RELOAD_REFUSED;
    }
    load = bgpd_load(bgpd->context, bgpd->path);
    if (try_reload(bgpd, &load, error, sizeof error)) {
        apply(bgpd, &load);
        journal_add(bgpd->journal, clock_real_us(), "config", "bgpd", "", "reloaded", "%zu neighbors, %zu vips",
                    bgpd->config->bgp.neighbor_count, bgpd->config->vip_count);
        if (load.lines[0])
            log_warning(NULL, "reload: %s", load.lines);
    } else {
        result = error[0] ? RELOAD_REFUSED : RELOAD_INVALID;
        *lines = error[0] ? strdup(error) : load.lines;
        load.lines = error[0] ? load.lines : NULL;
        log_error(NULL, "reload refused, the configuration stays as it is: %s", *lines ? *lines : "out of memory");
    }
    bgpd_load_clear(&load);
    return result;
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
    notify_service_manager("STOPPING=1");
    journal_add(bgpd->journal, clock_real_us(), "daemon", "bgpd", "", "stopping", "%s", reason);
    vips_stop(bgpd->vips);
    speaker_shutdown(bgpd->speaker, reason, SHUTDOWN_MS, on_speaker_down, bgpd);
}

void bgpd_close(struct bgpd *bgpd)
{
    control_server_close(bgpd->control);
    vips_free(bgpd->vips);
    bgpd->vips = NULL;
    if (bgpd->speaker)
        speaker_free(bgpd->speaker);
    health_close(bgpd->health);
    loopback_close(bgpd->loopback);
    if (bgpd->feed)
        event_feed_free(bgpd->feed);
    journal_free(bgpd->journal);
    lyd_free_all(bgpd->tree);
    bgpd_config_free(bgpd->config);
}
