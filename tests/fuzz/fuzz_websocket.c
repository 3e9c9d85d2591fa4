/* Any octets from a WebSocket server: the answer to the handshake, then frames. */
#include "healthd/probes/websocket/websocket_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct websocket_answer answer;
    struct websocket_frame frame;
    const char *wrong;

    if (!websocket_read_answer((const char *)data, size, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "chat", &answer))
        answer.size = 0;
    if (answer.size > size)
        __builtin_trap();
    struct wire_reader reader = wire_reader_of(data + answer.size, size - answer.size);
    while (websocket_read_frame(&reader, &frame, &wrong) > 0) {
        if (frame.payload + frame.size > data + size)
            __builtin_trap();
    }
    return 0;
}
