/* What the files of the lint share: the document, what was found in it once, and how to report. */
#ifndef VIPGATE_LIB_CONF_LINT_ROOM_H
#define VIPGATE_LIB_CONF_LINT_ROOM_H

#include "lib/conf/aside.h"
#include "lib/conf/place.h"
#include "lib/model.h"

#include <libyang/libyang.h>
#include <stdbool.h>

/* One neighbour with what other rules ask of it. */
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
    const struct lyd_node *tree;
    const struct lyd_node *bgp; /* NULL: none */
    struct lint_neighbor *neighbors;
    size_t neighbor_count;
};

/* Reports at the place of NODE. */
#define lint_error(lint, node, ...)   diagnostics_error(&(lint)->document->diagnostics, place_of(node), __VA_ARGS__)
#define lint_warning(lint, node, ...) diagnostics_warning(&(lint)->document->diagnostics, place_of(node), __VA_ARGS__)

/* The child NAME of PARENT where the operator wrote it, else NULL. */
const struct lyd_node *lint_written(const struct lyd_node *parent, const char *name);

/* Whether the child NAME of PARENT was written, and is not there because it was reported. */
bool lint_attempted(const struct lint *lint, const struct lyd_node *parent, const char *name);

/* Whether TEXT is an IPv6 address or prefix, and not an IPv4 one. */
bool lint_is_ipv6(const char *text);

/* Marks the neighbours that VIP is announced to. */
void lint_mark_listed(const struct lint *lint, const struct lyd_node *vip);

/* The parts of the lint, one file each. */
void lint_values(const struct lint *lint);
void lint_bgp(const struct lint *lint);
void lint_platforms(const struct lint *lint);
void lint_vips(const struct lint *lint);
void lint_checks(const struct lint *lint);
void lint_kinds(const struct lint *lint);

#endif
