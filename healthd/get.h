/* The answer to the RPC 'get' of healthd: its lists daemon, check and event. */
#ifndef VIPGATE_HEALTHD_GET_H
#define VIPGATE_HEALTHD_GET_H

#include "healthd/daemon.h"

void get_answer(struct daemon *daemon, struct control_request *request, const struct lyd_node *rpc);

/* A document's top, with the name of the site. */
struct lyd_node *get_new_state(const struct daemon *daemon);

#endif
