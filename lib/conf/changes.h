/*
 * The differences of two documents, statement by statement. A document is kept as sorted lines for that, which take far
 * less memory than its tree and outlive it and its context. Pure.
 */
#ifndef VIPGATE_LIB_CONF_CHANGES_H
#define VIPGATE_LIB_CONF_CHANGES_H

#include "lib/arena.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>

/* One statement as the operator wrote it; defaults are none. */
struct conf_line {
    const char *subject; /* the list entry it is in: "vip 203.0.113.9/32"; empty: none */
    const char *name;    /* "gate check"; empty: the entry itself */
    const char *value;   /* NULL: none, it is a block */
    bool is_list;        /* one value of several */
    bool is_secret;
};

struct conf_lines {
    struct arena arena;
    struct conf_line *lines;
    size_t count;
};

/* The lines of TREE. False when out of memory; release with conf_lines_clear in either case. */
bool conf_lines_of(struct conf_lines *lines, const struct lyd_node *tree);
void conf_lines_clear(struct conf_lines *lines);

/* Takes one difference, "vip 203.0.113.9/32: profile primary -> secondary", valid for the call. No secret is in it. */
typedef void conf_change(const char *text, void *user);

/* Calls CHANGE for each difference between BEFORE and AFTER, in the order of their subjects. */
void conf_compare(const struct conf_lines *before, const struct conf_lines *after, conf_change *change, void *user);

#endif
