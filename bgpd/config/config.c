#include "bgpd/config/config.h"

#include "bgpd/config/config_internal.h"
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
    builder->checks = NULL;
    return &builder->config;
}

/* The interned ones for PROFILE, whose attributes are those of a profile of the builder. */
static void intern(struct profile_config *profile)
{
    const struct config_profile *owner = (const struct config_profile *)profile->attributes;

    profile->attributes = owner ? owner->interned : NULL;
}

bool bgpd_config_intern(struct bgpd_config *config)
{
    struct config_builder *builder = (struct config_builder *)config;

    for (size_t i = 0; i <= builder->profile_count; i++) {
        struct config_profile *profile = &builder->profiles[i];
        profile->interned = path_attributes_intern(&profile->value);
        if (!profile->interned)
            return false;
    }
    for (size_t i = 0; i < config->vip_count; i++) {
        struct vip_config *vip = &builder->vips[i];
        intern(&vip->profile);
        intern(&vip->degraded_profile);
    }
    return true;
}

void bgpd_config_free(struct bgpd_config *config)
{
    struct config_builder *builder = (struct config_builder *)config;

    if (!config)
        return;
    for (size_t i = 0; builder->profiles && i <= builder->profile_count; i++)
        path_attributes_unref(builder->profiles[i].interned);
    for (size_t i = 0; i < config->bgp.neighbor_count; i++) {
        const char *password = config->bgp.neighbors[i].password;
        if (password)
            explicit_bzero((char *)(uintptr_t)password, strlen(password));
    }
    arena_free(&builder->arena);
    free(builder);
}
