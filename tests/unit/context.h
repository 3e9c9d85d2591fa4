/* The YANG module for a group of tests: context_open and context_close are its set-up and tear-down. */
#ifndef VIPGATE_TESTS_UNIT_CONTEXT_H
#define VIPGATE_TESTS_UNIT_CONTEXT_H

#include "lib/model.h"

#include <stdlib.h>

static struct ly_ctx *context;

static inline int context_open(void **state)
{
    char error[256];

    (void)state;
    context = model_open(error, sizeof error);
    return context ? 0 : -1;
}

/* An empty state, and a value at a path in it, such as "vip[prefix='198.18.0.1/32']/state". */
static inline struct lyd_node *new_state(void)
{
    struct lyd_node *state = NULL;

    return lyd_new_path(NULL, context, "/vipgate:state", NULL, 0, &state) == LY_SUCCESS ? state : NULL;
}

static inline void add_value(struct lyd_node *state, const char *path, const char *value)
{
    if (lyd_new_path(state, NULL, path, value, LYD_NEW_PATH_UPDATE, NULL) != LY_SUCCESS)
        abort();
}

static inline int context_close(void **state)
{
    (void)state;
    ly_ctx_destroy(context);
    return 0;
}

#endif
