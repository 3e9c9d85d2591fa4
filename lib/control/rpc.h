/* What a client may ask: the RPCs of the YANG module. */
#ifndef VIPGATE_LIB_CONTROL_RPC_H
#define VIPGATE_LIB_CONTROL_RPC_H

#include "lib/json_tree.h"

/* The RPC in DOCUMENT, the object {"vipgate:NAME": {…}}, as a node NAME with its input, which is complete and of the
 * right types; what an address or a name is worth is for the handler. NULL, with why in ERROR. */
const struct json_node *rpc_of(struct json_node *document, char *error, size_t size);

/* Whether RPC, a get, asks for the list WHAT. */
bool rpc_asks_for(const struct json_node *rpc, const char *what);

#endif
