/* Bytes that a client of the control socket sends. */
#include "lib/control/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader reader = wire_reader_of(data, size);
    struct arena arena = {0};
    const struct json_node *rpc;
    char error[256];

    while (control_request_take(&reader, &arena, &rpc, error, sizeof error) > 0) {
        if (!rpc->name || !rpc->object || rpc->listed)
            abort();
    }
    arena_free(&arena);
    return 0;
}
