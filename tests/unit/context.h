/* The YANG module for a group of tests: context_open and context_close are its set-up and tear-down. */
#ifndef VIPGATE_TESTS_UNIT_CONTEXT_H
#define VIPGATE_TESTS_UNIT_CONTEXT_H

#include "lib/model.h"

static struct ly_ctx *context;

static inline int context_open(void **state)
{
    char error[256];

    (void)state;
    context = model_open(error, sizeof error);
    return context ? 0 : -1;
}

static inline int context_close(void **state)
{
    (void)state;
    ly_ctx_destroy(context);
    return 0;
}

#endif
