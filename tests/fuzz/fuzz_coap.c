/* Any datagram as an answer to the coap probe. */
#include "healthd/probes/coap/coap_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct coap_message message;

    if (coap_read(&message, data, size) == NULL && message.token_length > COAP_TOKEN_MAX)
        __builtin_trap();
    return 0;
}
