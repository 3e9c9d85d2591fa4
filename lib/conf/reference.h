/* References from one part of the configuration to another: what they name must exist. */
#ifndef VIPGATE_LIB_CONF_REFERENCE_H
#define VIPGATE_LIB_CONF_REFERENCE_H

#include "lib/conf/statement.h"

#include <libyang/libyang.h>

/* The values that references may name, gathered once for each leaf that has some. CONTEXT and TREE are to be set. */
struct references {
    const struct ly_ctx *context;
    const struct lyd_node *tree;
    struct reference_target *targets;
};

/* Reports NODE where it is a reference (or a union that may be one) to what does not exist. */
void reference_check(struct references *references, struct document *document, const struct lyd_node *node);

void references_free(struct references *references);

#endif
