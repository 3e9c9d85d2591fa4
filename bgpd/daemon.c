#include "bgpd/daemon.h"

#include "lib/text.h"

#include <stdio.h>

enum { SHUTDOWN_MS = 3000 };

/* ---- from one configuration to the next ---- */

static void *build(struct conf *conf)
{
    return bgpd_config_new(conf);
}

static void discard(void *value)
{
    bgpd_config_free(value);
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
static bool prepare_rooms(struct bgpd *bgpd, struct bgpd_config *config, char *error, size_t size)
{
    if (!keeps_sessions(bgpd, &config->bgp, error, size))
        return false;
    if (!bgpd_config_intern(config))
        return daemon_out_of_memory(error, size);
    if (!speaker_prepare(bgpd->speaker, &config->bgp, error, size))
        return false;
    if (vips_prepare(bgpd->vips, config))
        return true;
    speaker_abandon(bgpd->speaker);
    return daemon_out_of_memory(error, size);
}

static enum step prepare(void *value, void *user, char *error, size_t size)
{
    return prepare_rooms(user, value, error, size) ? STEP_DONE : STEP_FAILED;
}

static void abandon(void *user)
{
    struct bgpd *bgpd = user;

    vips_abandon(bgpd->vips);
    speaker_abandon(bgpd->speaker);
}

static const char *extent(const void *value)
{
    static char text[64];
    const struct bgpd_config *config = value;
    size_t neighbors = config->bgp.neighbor_count, vips = config->vip_count;

    snprintf(text, sizeof text, "%zu neighbor%s, %zu vip%s", neighbors, text_plural(neighbors), vips,
             text_plural(vips));
    return text;
}

/* What is in its place lives until the rooms have let go of it. */
static void apply(void *value, void *user)
{
    struct bgpd *bgpd = user;
    struct bgpd_config *config = value, *old = bgpd->config;

    bgpd->config = config;
    speaker_apply(bgpd->speaker, &config->bgp);
    vips_apply(bgpd->vips, config);
    bgpd_config_free(old);
}

/* ---- the one way: health -> vips, addresses -> vips ---- */

static void run_vips(void *user)
{
    struct bgpd *bgpd = user;

    vips_run(bgpd->vips);
}

static void on_address_change(const struct prefix *address, const char *interface, void *user)
{
    struct bgpd *bgpd = user;

    vips_addresses_changed(bgpd->vips, address, interface);
}

static const struct addresses_handler addresses_handler = {.changed = on_address_change, .told = run_vips};

static void on_session_change(struct peer *peer, void *user)
{
    struct bgpd *bgpd = user;

    (void)peer;
    if (bgpd->vips)
        vips_sessions_changed(bgpd->vips);
}

/* ---- life ---- */

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

static bool open_rooms(void *user, const void *value, char *error, size_t size)
{
    struct bgpd *bgpd = user;
    uv_loop_t *loop = bgpd->daemon.loop;
    struct journal *journal = bgpd->daemon.journal;
    const struct shared_config *shared = daemon_shared(&bgpd->daemon);

    bgpd->addresses = addresses_open(loop, &addresses_handler, bgpd, error, size);
    if (!bgpd->addresses)
        return false;
    bgpd->health = health_open(loop, journal, shared->control_directory, shared->lease_ms, run_vips, bgpd);
    bgpd->speaker = bgpd->health ? speaker_new(loop, journal, on_session_change, bgpd) : NULL;
    bgpd->vips = bgpd->speaker ? vips_new(loop, bgpd->health, bgpd->addresses, bgpd->speaker, journal) : NULL;
    if (!bgpd->vips)
        return daemon_out_of_memory(error, size);
    speaker_set_preserved(bgpd->speaker, preserved_families(bgpd->addresses, value));
    return true;
}

/* Every neighbor knows, or had its time. */
static void on_speaker_down(void *user)
{
    struct bgpd *bgpd = user;

    daemon_end(&bgpd->daemon);
}

/* Promise 7: withdraws everything and sends Cease with REASON; within a few seconds, whatever neighbors do. */
static void stop(void *user, const char *reason)
{
    struct bgpd *bgpd = user;

    vips_stop(bgpd->vips);
    speaker_shutdown(bgpd->speaker, reason, SHUTDOWN_MS, on_speaker_down, bgpd);
}

/* Removes the addresses that vipgate added, too. */
static void close_rooms(void *user)
{
    struct bgpd *bgpd = user;

    if (bgpd->vips)
        vips_remove_addresses(bgpd->vips);
    vips_free(bgpd->vips);
    bgpd->vips = NULL;
    if (bgpd->speaker)
        speaker_free(bgpd->speaker);
    health_close(bgpd->health);
    addresses_close(bgpd->addresses);
    bgpd_config_free(bgpd->config);
}

static void describe(const void *user, struct json *entry)
{
    const struct bgpd *bgpd = user;

    json_text(entry, "health-link", health_link_name(verdict_table_link(health_verdicts(bgpd->health))));
}

const struct daemon_kind bgpd_kind = {
    .program = "vipgate-bgpd",
    .name = "bgpd",
    .config = {.load = {.build = build, .discard = discard}, .prepare = prepare, .apply = apply, .abandon = abandon},
    .open = open_rooms,
    .extent = extent,
    .stop = stop,
    .describe = describe,
    .close = close_rooms,
};
