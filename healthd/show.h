/* What healthd shows of itself, as nodes of the schema's container `state`: its lists daemon, check and event. */
#ifndef VIPGATE_HEALTHD_SHOW_H
#define VIPGATE_HEALTHD_SHOW_H

#include "healthd/daemon.h"

/* Answers the RPC 'get'; USER is the struct healthd. */
void show_get(void *user, struct control_request *request, const struct lyd_node *rpc);

/* A document's top, with the name of the site. */
struct lyd_node *show_new(const struct healthd *healthd);

/* Appends CHECK to the list check of STATE. */
void show_append_check(struct lyd_node *state, const struct check *check);

#endif
