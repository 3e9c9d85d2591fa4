/* What healthd shows of itself: its lists daemon, check and event. */
#ifndef VIPGATE_HEALTHD_SHOW_H
#define VIPGATE_HEALTHD_SHOW_H

#include "healthd/daemon.h"

/* Answers the RPC get; USER is the struct healthd. */
void show_get(void *user, struct control_request *request, const struct json_node *rpc);

/* The row of CHECK in the list check of STATE. */
void show_check(struct json *state, const struct check *check);

#endif
