/*
 * The options of a neighbor. A value comes from the neighbor, else from its group, else from the preset of its
 * platform, else from the schema's default, and nowhere else is that decided: bgpd builds its neighbors from these
 * values and the lint judges the same ones.
 */
#ifndef VIPGATE_LIB_CONF_NEIGHBOR_H
#define VIPGATE_LIB_CONF_NEIGHBOR_H

#include <libyang/libyang.h>
#include <stdbool.h>

/* NEIGHBOR is a node of /bgp/neighbor in a tree with schema defaults in place (as in struct conf). */

/* The node /bgp/neighbor-group that NEIGHBOR names, or NULL. */
const struct lyd_node *conf_neighbor_group(const struct lyd_node *neighbor);

/* The value of LEAF that holds for NEIGHBOR; NULL where it is not set. Where LEAF is a case of a choice (multihop or
 * ttl-security, password or password-file), the nearest level that has any case decides alone: a neighbor with
 * ttl-security has no multihop, whatever its group says. */
const char *conf_neighbor_option(const struct lyd_node *neighbor, const char *leaf);

/* The node NAME as the operator wrote it: at the neighbor, else in its group, else NULL. For a presence container
 * (graceful-restart) and a leaf-list, of which it is the first entry; the others follow it among its siblings. */
const struct lyd_node *conf_neighbor_node(const struct lyd_node *neighbor, const char *name);

/* Whether FAMILY ("ipv4-unicast") is to be negotiated: as written, else as the platform presets, else the family of the
 * neighbor's address. */
bool conf_neighbor_has_family(const struct lyd_node *neighbor, const char *family);

#endif
