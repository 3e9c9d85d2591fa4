/* What the files that build a bgpd_config share. */
#ifndef VIPGATE_BGPD_CONFIG_INTERNAL_H
#define VIPGATE_BGPD_CONFIG_INTERNAL_H

#include "bgpd/config.h"
#include "lib/conf/arena.h"

/* A configuration being built. CONFIG comes first, so that its owner is found from it. */
struct config_builder {
    struct bgpd_config config;
    struct arena arena;
    const struct lyd_node *tree; /* only while building */
    char *error;
    size_t error_size;
};

/* Each fills its part; false with the reason in builder->error. Running out of memory is left in builder->arena. */
bool config_read_bgp(struct config_builder *builder);
bool config_read_vips(struct config_builder *builder);

/* Writes the reason and answers false. */
bool config_fail(struct config_builder *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* COUNT zeroed objects of SIZE octets; NULL when out of memory. */
void *config_array(struct config_builder *builder, size_t count, size_t size);

/* A copy of TEXT; NULL for NULL, and when out of memory. */
const char *config_text(struct config_builder *builder, const char *text);

/* How many siblings of the list or leaf-list NAME there are among FIRST and those after it. */
size_t config_count(const struct lyd_node *first, const char *name);

/* Whether NODE is an instance of NAME. */
bool config_is(const struct lyd_node *node, const char *name);

#endif
