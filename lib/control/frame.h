/* How requests and answers lie on the control socket. Pure: bytes in, frames and checked requests out. */
#ifndef VIPGATE_LIB_CONTROL_FRAME_H
#define VIPGATE_LIB_CONTROL_FRAME_H

#include "lib/json_tree.h"
#include "lib/wire.h"

#include <stddef.h>
#include <stdint.h>

enum control_kind {
    CONTROL_KIND_LAST = 1, /* a document, the last one; empty: done, nothing to show */
    CONTROL_KIND_MORE,     /* a document, more follow */
    CONTROL_KIND_REFUSAL,  /* one line of text, the last answer */
    CONTROL_KIND_INVALID,  /* the errors of a configuration file, one a line, the last answer */
};

enum { CONTROL_LENGTH_SIZE = 4, CONTROL_ANSWER_MAX = 64 * 1024 * 1024 };

/* Takes length(4) and so many octets off READER: 1 with them in *BODY, 0 not all of it is there yet (nothing consumed),
 * -1 more than MAX are announced. */
int control_frame_take(struct wire_reader *reader, size_t max, struct wire_reader *body);

/* Takes one request off READER: 1 with the RPC, checked (lib/control/rpc.h), in *RPC, which lies in ARENA; 0 not all
 * there yet; -1 no request of ours, with why in ERROR. */
int control_request_take(struct wire_reader *reader, struct arena *arena, const struct json_node **rpc, char *error,
                         size_t size);

#endif
