/* What the files that build a bgpd_config share. */
#ifndef VIPGATE_BGPD_CONFIG_CONFIG_BUILDER_H
#define VIPGATE_BGPD_CONFIG_CONFIG_BUILDER_H

#include "bgpd/config/config.h"
#include "lib/arena.h"

/* A profile that is in use. */
struct config_profile {
    struct profile_config config;
    struct path_attributes value; /* its attributes until they are interned */
};

/* A configuration being built. CONFIG comes first, so that its owner is found from it. */
struct config_builder {
    struct bgpd_config config;
    struct arena arena;
    struct config_profile *profiles; /* sorted by name, and after them the default one */
    size_t profile_count;
    const struct gate_check *checks; /* all that are configured, sorted by name */
    size_t check_count;
    /* the rest only while building */
    struct conf *conf;
    const struct lyd_node *tree;
};

/* Each fills its part. What is wrong is added to builder->conf; running out of memory is left in builder->arena. */
void config_read_bgp(struct config_builder *builder);
void config_read_vips(struct config_builder *builder);

/* Reads the address in the leaf NODE, which was found sound. False after a warning: its interface is not there;
 * *ADDRESS is then nobody's. */
bool config_address(struct config_builder *builder, const struct lyd_node *node, struct address *address);

#endif
