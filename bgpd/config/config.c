#include "bgpd/config/config.h"

#include "bgpd/config/config_builder.h"
#include "lib/conf/shared_config.h"

#include <stdlib.h>
#include <string.h>

struct bgpd_config *bgpd_config_new(struct conf *conf)
{
    struct config_builder *builder = calloc(1, sizeof *builder);

    if (builder) {
        builder->conf = conf;
        builder->tree = conf->tree;
        builder->config.lease_ms = shared_config_of(conf->tree).lease_ms;
        config_read_bgp(builder);
        config_read_vips(builder);
    }
    if (!builder || builder->arena.failed)
        conf_error(conf, NULL, "out of memory");
    if (conf->error_count > 0) {
        bgpd_config_free(builder ? &builder->config : NULL);
        return NULL;
    }
    builder->tree = NULL;
    builder->conf = NULL;
    return &builder->config;
}

bool bgpd_config_intern(struct bgpd_config *config)
{
    struct config_builder *builder = (struct config_builder *)config;

    for (size_t i = 0; i <= builder->profile_count; i++) {
        struct config_profile *profile = &builder->profiles[i];
        const struct path_attributes *interned = path_attributes_intern(&profile->value);
        if (!interned)
            return false;
        profile->config.attributes = interned;
    }
    return true;
}

void bgpd_config_free(struct bgpd_config *config)
{
    struct config_builder *builder = (struct config_builder *)config;

    if (!config)
        return;
    for (size_t i = 0; builder->profiles && i <= builder->profile_count; i++) {
        struct config_profile *profile = &builder->profiles[i];
        if (profile->config.attributes != &profile->value)
            path_attributes_unref(profile->config.attributes);
    }
    for (size_t i = 0; i < config->bgp.neighbor_count; i++) {
        const char *password = config->bgp.neighbors[i].password;
        if (password)
            explicit_bzero((char *)(uintptr_t)password, strlen(password));
    }
    arena_free(&builder->arena);
    free(builder);
}

static bool is_same_profile(const struct profile_config *a, const struct profile_config *b)
{
    if (!a || !b)
        return a == b;
    return a->attributes == b->attributes && strcmp(a->name, b->name) == 0;
}

static bool is_same_gate(const struct gate_config *a, const struct gate_config *b)
{
    bool same = a->check_count == b->check_count && a->require == b->require && a->require_count == b->require_count &&
                a->degraded_below == b->degraded_below && a->degraded_recover == b->degraded_recover;

    for (size_t i = 0; same && i < a->check_count; i++)
        same = strcmp(a->checks[i].name, b->checks[i].name) == 0;
    return same;
}

bool vip_config_same_neighbors(const struct vip_config *a, const struct vip_config *b)
{
    bool same = a->neighbor_count == b->neighbor_count;

    for (size_t i = 0; same && i < a->neighbor_count; i++)
        same = address_equal(&a->neighbors[i], &b->neighbors[i]);
    return same;
}

static bool is_same_address(const struct vip_config *a, const struct vip_config *b)
{
    return a->manage_address == b->manage_address && a->keep_address == b->keep_address &&
           strcmp(a->interface, b->interface) == 0 && !a->label == !b->label &&
           (!a->label || strcmp(a->label, b->label) == 0);
}

static bool is_same_damping(const struct damping_config *a, const struct damping_config *b)
{
    return a->enabled == b->enabled && a->half_life_ms == b->half_life_ms && a->suppress == b->suppress &&
           a->reuse == b->reuse;
}

bool vip_config_equal(const struct vip_config *a, const struct vip_config *b)
{
    return prefix_compare(&a->prefix, &b->prefix) == 0 && is_same_profile(a->profile, b->profile) &&
           is_same_profile(a->degraded_profile, b->degraded_profile) && is_same_gate(&a->gate, &b->gate) &&
           vip_config_same_neighbors(a, b) && is_same_address(a, b) && a->hold_down_ms == b->hold_down_ms &&
           a->on_health_loss == b->on_health_loss && is_same_damping(&a->damping, &b->damping);
}
