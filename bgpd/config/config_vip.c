/* The part of the configuration that is about what is announced, and when. */
#include "bgpd/config/config_builder.h"
#include "lib/conf/shared_config.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

static bool read_communities(struct path_attributes *attributes, const struct lyd_node *profile)
{
    bool ok = true;

    MODEL_FOR_EACH(node, lyd_child(profile), "community")
    {
        if (attributes->community_count < COMMUNITIES_MAX)
            ok &= community_parse(&attributes->communities[attributes->community_count++], lyd_get_value(node));
    }
    MODEL_FOR_EACH(node, lyd_child(profile), "large-community")
    {
        if (attributes->large_community_count < COMMUNITIES_MAX)
            ok &= large_community_parse(&attributes->large_communities[attributes->large_community_count++],
                                        lyd_get_value(node));
    }
    MODEL_FOR_EACH(node, lyd_child(profile), "extended-community")
    {
        if (attributes->extended_community_count < COMMUNITIES_MAX)
            ok &= extended_community_parse(&attributes->extended_communities[attributes->extended_community_count++],
                                           lyd_get_value(node));
    }
    return ok;
}

static uint8_t origin_of(const char *text)
{
    if (text && strcmp(text, "egp") == 0)
        return ORIGIN_EGP;
    return text && strcmp(text, "incomplete") == 0 ? ORIGIN_INCOMPLETE : ORIGIN_IGP;
}

/* NODE NULL: the profile "default", which has the schema's defaults throughout. */
static void read_profile(struct config_builder *builder, const struct lyd_node *node, struct config_profile *profile)
{
    const char *name = node ? model_text(node, "name") : "default", *next_hop = model_text(node, "next-hop");
    struct path_attributes *attributes = &profile->value;

    profile->config = (struct profile_config){arena_copy(&builder->arena, name), attributes};
    attributes->origin = origin_of(model_text(node, "origin"));
    attributes->prepend = (uint8_t)model_number(node, "as-path-prepend", 0);
    attributes->has_med = model_child(node, "med") != NULL;
    attributes->has_local_preference = model_child(node, "local-preference") != NULL;
    attributes->med = (uint32_t)model_number(node, "med", 0);
    attributes->local_preference = (uint32_t)model_number(node, "local-preference", 0);
    if (next_hop && strcmp(next_hop, "self") != 0)
        address_parse(&attributes->next_hop, next_hop);
    if (!read_communities(attributes, node))
        conf_error(builder->conf, node, "profile %s: a community is out of range", name);
}

/* Profiles and checks begin with their names. */
static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_profiles(struct config_builder *builder)
{
    size_t count = model_count(builder->tree, "profile");
    struct config_profile *profiles = arena_alloc(&builder->arena, (count + 1) * sizeof *profiles);

    if (!profiles)
        return;
    builder->profiles = profiles;
    MODEL_FOR_EACH(node, builder->tree, "profile")
    {
        read_profile(builder, node, &profiles[builder->profile_count++]);
    }
    if (!builder->arena.failed)
        qsort(profiles, builder->profile_count, sizeof *profiles, compare_names);
    read_profile(builder, NULL, &profiles[builder->profile_count]);
}

/* NAME NULL: the default one. */
static const struct profile_config *profile_of(const struct config_builder *builder, const char *name)
{
    const struct config_profile *found = &builder->profiles[builder->profile_count];

    if (name)
        found = bsearch(&name, builder->profiles, builder->profile_count, sizeof *found, compare_names);
    return &found->config;
}

/*
 * How long a first verdict may take: enough runs in a row for the slower of rise and fall, each an interval and a
 * timeout, one interval more for the jitter of the first, and the lease, after which a check that cannot be run is said
 * to be unknown.
 */
static uint64_t first_verdict_ms(const struct config_builder *builder, const struct lyd_node *check)
{
    uint64_t interval = model_duration_ms(check, "interval", 0), timeout = model_duration_ms(check, "timeout", 0);
    uint64_t rise = model_number(check, "rise", 0), fall = model_number(check, "fall", 0);
    uint64_t runs = rise > fall ? rise : fall;

    return runs * (interval + timeout) + interval + builder->config.lease_ms;
}

static void read_checks(struct config_builder *builder)
{
    struct gate_check *checks = arena_alloc(&builder->arena, model_count(builder->tree, "check") * sizeof *checks);

    if (!checks)
        return;
    MODEL_FOR_EACH(node, builder->tree, "check")
    {
        checks[builder->check_count++] =
            (struct gate_check){arena_copy(&builder->arena, model_text(node, "name")), first_verdict_ms(builder, node)};
    }
    if (!builder->arena.failed)
        qsort(checks, builder->check_count, sizeof *checks, compare_names);
    builder->checks = checks;
}

static int percent_of(const struct lyd_node *gate, const char *leaf)
{
    const char *text = model_text(gate, leaf);

    return text ? (int)strtol(text, NULL, 10) : -1;
}

static void read_gate(struct config_builder *builder, const struct lyd_node *node, struct gate_config *gate)
{
    const char *require = model_text(node, "require");
    struct gate_check *checks = arena_alloc(&builder->arena, model_count(lyd_child(node), "check") * sizeof *checks);

    if (!checks)
        return;
    gate->checks = checks;
    MODEL_FOR_EACH(child, lyd_child(node), "check")
    {
        const char *name = lyd_get_value(child);
        const struct gate_check *found;
        found = bsearch(&name, builder->checks, builder->check_count, sizeof *found, compare_names);
        checks[gate->check_count++] = *found;
    }
    gate->require_count = require ? (unsigned)strtoul(require, NULL, 10) : 0;
    gate->require = gate->require_count ? REQUIRE_COUNT : REQUIRE_ALL;
    if (require && strcmp(require, "any") == 0)
        gate->require = REQUIRE_ANY;
    gate->degraded_below = percent_of(node, "degraded-below");
    gate->degraded_recover = percent_of(node, "degraded-recover");
    if (gate->degraded_recover < gate->degraded_below)
        gate->degraded_recover = gate->degraded_below;
}

static void read_vip_neighbors(struct config_builder *builder, const struct lyd_node *node, struct vip_config *vip)
{
    struct address *neighbors =
        arena_alloc(&builder->arena, model_count(lyd_child(node), "neighbor") * sizeof *neighbors);

    if (!neighbors)
        return;
    vip->neighbors = neighbors;
    MODEL_FOR_EACH(child, lyd_child(node), "neighbor")
    {
        if (strcmp(lyd_get_value(child), "all") == 0) {
            vip->neighbor_count = 0;
            return;
        }
        config_address(builder, child, &neighbors[vip->neighbor_count++]);
    }
}

static void read_address(struct config_builder *builder, const struct lyd_node *node, struct vip_config *vip)
{
    /* A prefix of many addresses is routed to this machine; which of them it has is not ours to say. */
    vip->manage_address = model_boolean(node, "manage", true) && prefix_is_host(&vip->prefix);
    vip->keep_address = model_boolean(node, "keep", true);
    vip->interface = arena_copy(&builder->arena, model_text(node, "interface"));
    vip->label = arena_copy(&builder->arena, model_text(node, "label"));
}

static enum health_loss health_loss_of(const char *text)
{
    if (text && strcmp(text, "degrade") == 0)
        return HEALTH_LOSS_DEGRADE;
    return text && strcmp(text, "hold") == 0 ? HEALTH_LOSS_HOLD : HEALTH_LOSS_WITHDRAW;
}

static void read_vip(struct config_builder *builder, const struct lyd_node *node, struct vip_config *vip)
{
    const char *degraded = model_text(node, "degraded-profile");

    if (!prefix_parse(&vip->prefix, model_text(node, "prefix")))
        conf_error(builder->conf, node, "vip %s: host bits set; write the network, or the address with its full length",
                   model_text(node, "prefix"));
    vip->profile = profile_of(builder, model_text(node, "profile"));
    if (degraded)
        vip->degraded_profile = profile_of(builder, degraded);
    read_gate(builder, model_child(node, "gate"), &vip->gate);
    read_vip_neighbors(builder, node, vip);
    read_address(builder, model_child(node, "address"), vip);
    vip->hold_down_ms = model_duration_ms(node, "hold-down", 0);
    vip->on_health_loss = health_loss_of(model_text(node, "on-health-loss"));
    vip->damping = damping_config_of(node);
}

void config_read_vips(struct config_builder *builder)
{
    struct bgpd_config *config = &builder->config;
    struct vip_config *vips = arena_alloc(&builder->arena, model_count(builder->tree, "vip") * sizeof *vips);

    read_profiles(builder);
    read_checks(builder);
    if (builder->arena.failed)
        return;
    config->vips = vips;
    MODEL_FOR_EACH(node, builder->tree, "vip")
    {
        read_vip(builder, node, &vips[config->vip_count++]);
    }
    if (!builder->arena.failed)
        vip_index_build(&config->vip_index, &builder->arena, vips, config->vip_count);
}
