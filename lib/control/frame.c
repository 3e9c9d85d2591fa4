#include "lib/control/frame.h"

#include "lib/control/control.h"
#include "lib/control/rpc.h"

#include <stdio.h>

int control_frame_take(struct wire_reader *reader, size_t max, struct wire_reader *body)
{
    struct wire_reader ahead = *reader;

    if (wire_remaining(&ahead) < CONTROL_LENGTH_SIZE)
        return 0;
    size_t length = wire_read_u32(&ahead);
    if (length > max)
        return -1;
    if (wire_remaining(&ahead) < length)
        return 0;
    *body = wire_read_sub(&ahead, length);
    *reader = ahead;
    return 1;
}

int control_request_take(struct wire_reader *reader, struct arena *arena, const struct json_node **rpc, char *error,
                         size_t size)
{
    struct wire_reader body;

    int result = control_frame_take(reader, CONTROL_REQUEST_MAX, &body);
    if (result < 0)
        snprintf(error, size, "bad request: longer than %d bytes", CONTROL_REQUEST_MAX);
    if (result <= 0)
        return result;
    *rpc = rpc_of(json_parse(arena, (const char *)body.data, body.size, NULL), error, size);
    return *rpc ? 1 : -1;
}
