/* Any octets as a gRPC health server's answer. */
#include "healthd/probes/grpc/grpc_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum grpc_serving serving;

    if (grpc_read_response(data, size, &serving) == NULL)
        grpc_serving_name(serving);
    return 0;
}
