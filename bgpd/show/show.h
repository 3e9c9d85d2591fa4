/* What bgpd shows of itself. */
#ifndef VIPGATE_BGPD_SHOW_SHOW_H
#define VIPGATE_BGPD_SHOW_SHOW_H

#include "bgpd/daemon.h"

/* Answers the RPC get; USER is the struct bgpd. */
void show_get(void *user, struct control_request *request, const struct json_node *rpc);

/* The neighbor at the address in TEXT; NULL after a refusal. */
struct peer *show_find_neighbor(const struct bgpd *bgpd, struct control_request *request, const char *text);

#endif
