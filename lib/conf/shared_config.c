#include "lib/conf/shared_config.h"

#include "lib/model.h"

/* The value of the enumeration LEAF of PARENT: the module has its names in the order of the type in C. */
static int enum_of(const struct lyd_node *parent, const char *leaf)
{
    const struct lyd_node_term *term = (const struct lyd_node_term *)model_child(parent, leaf);

    return term->value.enum_item->value;
}

struct shared_config shared_config_of(const struct lyd_node *tree)
{
    const struct lyd_node *log = model_sibling(tree, "log"), *site = model_sibling(tree, "site");

    return (struct shared_config){
        .site = site ? lyd_get_value(site) : NULL,
        .log_level = (enum log_level)enum_of(log, "level"),
        .log_format = (enum log_format)enum_of(log, "format"),
        .control_directory = model_text(model_sibling(tree, "control"), "directory"),
        .lease_ms = model_duration_ms(model_sibling(tree, "health"), "lease", 0),
    };
}

struct damping_config damping_config_of(const struct lyd_node *parent)
{
    const struct lyd_node *damping = model_child(parent, "damping");

    return (struct damping_config){
        .enabled = damping,
        .half_life_ms = (uint32_t)model_duration_ms(damping, "half-life", 0), /* a day at most */
        .suppress = (uint32_t)model_number(damping, "suppress", 0),
        .reuse = (uint32_t)model_number(damping, "reuse", 0),
    };
}
