/* Bytes that a client of the control socket sends. */
#include "lib/control/frame.h"
#include "lib/model.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ly_ctx *context;
    struct wire_reader reader = wire_reader_of(data, size);
    struct lyd_node *rpc;
    char error[256];

    if (!context && !(context = model_open(error, sizeof error)))
        abort();
    while (control_request_take(context, &reader, &rpc, error, sizeof error) > 0) {
        if (rpc->schema->nodetype != LYS_RPC)
            abort();
        lyd_free_all(rpc);
    }
    return 0;
}
