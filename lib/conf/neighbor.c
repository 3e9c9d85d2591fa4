#include "lib/conf/neighbor.h"

#include "lib/conf/schema.h"
#include "lib/model.h"

#include <string.h>

static const struct {
    const char *platform, *leaf, *value;
} presets[] = {
    {"azure-route-server", "multihop", "64"},
    {"azure-route-server", "hold-time", "180s"},
    {"azure-route-server", "family", "ipv4-unicast"},
};

/* What PLATFORM (NULL: none) presets for LEAF, or NULL. */
static const char *platform_preset(const char *platform, const char *leaf)
{
    for (size_t i = 0; platform && i < sizeof presets / sizeof *presets; i++) {
        if (strcmp(presets[i].platform, platform) == 0 && strcmp(presets[i].leaf, leaf) == 0)
            return presets[i].value;
    }
    return NULL;
}

const struct lyd_node *conf_neighbor_group(const struct lyd_node *neighbor)
{
    const char *name = model_text(neighbor, "group");
    const struct lyd_node *node;

    if (!name)
        return NULL;
    LY_LIST_FOR(lyd_first_sibling(neighbor), node) /* groups come before neighbors */
    {
        if (node->schema == neighbor->schema)
            return NULL;
        if (node->schema && strcmp(node->schema->name, "neighbor-group") == 0 &&
            strcmp(model_text(node, "name"), name) == 0)
            return node;
    }
    return NULL;
}

/* Whether the operator decided the choice that NAME is a case of at LEVEL, for NAME or for another case. */
static bool choice_is_decided(const struct lyd_node *level, const char *name)
{
    const struct lysc_node *leaf = lys_find_child(level->schema, level->schema->module, name, 0, 0, 0);
    const struct lysc_node *choice = leaf ? schema_choice(leaf) : NULL;
    const struct lyd_node *node;

    if (!choice)
        return false;
    LY_LIST_FOR(lyd_child(level), node)
    {
        if (node->schema && schema_choice(node->schema) == choice && model_is_explicit(node))
            return true;
    }
    return false;
}

/* Finds NAME at the neighbor or its group. False: neither has it, nor decided the choice that it belongs to. */
static bool find_written(const struct lyd_node *neighbor, const char *name, const struct lyd_node **found)
{
    const struct lyd_node *levels[] = {neighbor, conf_neighbor_group(neighbor)};

    *found = NULL;
    for (size_t i = 0; i < 2 && levels[i]; i++) {
        *found = model_written(levels[i], name);
        if (*found || choice_is_decided(levels[i], name))
            return true;
    }
    return false;
}

const struct lyd_node *conf_neighbor_node(const struct lyd_node *neighbor, const char *name)
{
    const struct lyd_node *found;

    find_written(neighbor, name, &found);
    return found;
}

/* The platform, which no platform presets. */
static const char *platform_of(const struct lyd_node *neighbor)
{
    const struct lyd_node *node = conf_neighbor_node(neighbor, "platform");

    return node ? lyd_get_value(node) : NULL;
}

const char *conf_neighbor_option(const struct lyd_node *neighbor, const char *leaf)
{
    const struct lyd_node *found;

    if (find_written(neighbor, leaf, &found))
        return found ? lyd_get_value(found) : NULL;
    const char *preset = platform_preset(platform_of(neighbor), leaf);
    return preset ? preset : model_text(neighbor, leaf);
}

bool conf_neighbor_has_family(const struct lyd_node *neighbor, const char *family)
{
    const struct lyd_node *node = conf_neighbor_node(neighbor, "family");

    if (node) {
        for (const struct lysc_node *schema = node->schema; node && node->schema == schema; node = node->next) {
            if (strcmp(lyd_get_value(node), family) == 0)
                return true;
        }
        return false;
    }
    const char *preset = platform_preset(platform_of(neighbor), "family");
    if (!preset)
        preset = strchr(model_text(neighbor, "remote-address"), ':') ? "ipv6-unicast" : "ipv4-unicast";
    return strcmp(preset, family) == 0;
}
