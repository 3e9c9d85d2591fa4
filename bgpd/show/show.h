/*
 * What bgpd shows of itself, as nodes of the schema's container `state`. Lists may be long (a million received routes),
 * so an answer goes out in pieces, each made when the one before has left: the loop turns in between, and BGP goes on.
 */
#ifndef VIPGATE_BGPD_SHOW_SHOW_H
#define VIPGATE_BGPD_SHOW_SHOW_H

#include "bgpd/daemon.h"

/* Answers the rpc get; USER is the struct bgpd. */
void state_get(void *user, struct control_request *request, const struct lyd_node *rpc);

/* The neighbour at the address in TEXT, or NULL; and the refusal for that. */
struct peer *state_find_neighbor(const struct bgpd *bgpd, const char *text);
void state_refuse_neighbor(struct control_request *request, const char *text);

/* ---- the pieces, each in a file of its own ---- */

/* A leaf with text that came from outside: made fit to be shown. NULL or empty: left out. */
void state_leaf_text(struct lyd_node *parent, const char *name, const char *text);
void state_leaf_address(struct lyd_node *parent, const char *name, const struct address *address);

void state_append_neighbor(struct lyd_node *state, const struct peer *peer);
/* Returns the entry. */
struct lyd_node *state_append_vip(struct lyd_node *state, const struct bgpd *bgpd, const struct vip *vip);
void state_append_advertised(struct lyd_node *state, const struct bgpd *bgpd, const struct peer *peer,
                             const struct rib_out_route *route);
void state_append_received(struct lyd_node *state, const struct peer *peer, const struct rib_in_route *route);

/* The list vip with the chain of causes, from effect to cause. */
void state_append_why(struct lyd_node *state, const struct bgpd *bgpd, const struct vip *vip);

#endif
