/*
 * What the schema cannot say: values that do not fit each other, and what will surprise. An error where it cannot work,
 * a warning where it does something else than it seems to.
 */
#ifndef VIPGATE_LIB_CONF_LINT_H
#define VIPGATE_LIB_CONF_LINT_H

#include "lib/conf/document.h"
#include "lib/model.h"

/* One neighbor with what other rules ask of it. */
struct lint_neighbor {
    const struct lyd_node *node;
    const char *address;
    const char *group;    /* NULL: none */
    const char *platform; /* NULL: none */
    bool ipv4, ipv6;      /* families to negotiate */
    bool extended_next_hop;
    bool listed; /* see lint_mark_listed */
};

struct lint {
    struct document *document;
    const struct lyd_node *first; /* at the top */
    const struct lyd_node *bgp;   /* NULL: none */
    struct lint_neighbor *neighbors;
    size_t neighbor_count;
};

/* Begins the lint of DOCUMENT's tree, which has the schema's defaults in place but may break its rules. False: out of
 * memory, which is reported. */
bool lint_open(struct lint *lint, struct document *document);

/* The parts of the lint, one file each. */
void lint_values(const struct lint *lint);
void lint_bgp(const struct lint *lint);
void lint_platforms(const struct lint *lint);
void lint_vips(const struct lint *lint);
void lint_checks(const struct lint *lint);

/* ---- what they share ---- */

/* Each reports at the location of NODE. */
#define lint_error(lint, node, ...)   conf_error(&(lint)->document->conf, node, __VA_ARGS__)
#define lint_warning(lint, node, ...) conf_warning(&(lint)->document->conf, node, __VA_ARGS__)

/* Whether the child NAME of PARENT was written, and is missing because it was reported. */
bool lint_rejected(const struct lint *lint, const struct lyd_node *parent, const char *name);

/* Whether TEXT is an IPv6 address or prefix, and not an IPv4 one. */
bool lint_is_ipv6(const char *text);

/* Marks the neighbors that VIP is announced to. */
void lint_mark_listed(const struct lint *lint, const struct lyd_node *vip);

/* Calls CHECK for each entry of the list NAME at the top, the detached ones included. */
void lint_each(const struct lint *lint, const char *name,
               void (*check)(const struct lint *lint, const struct lyd_node *node));

#endif
