/* The body of a ROUTE-REFRESH. */
#include "bgpd/codec/message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct refresh_message refresh, again;
    struct bgp_error error = {0};

    switch (refresh_decode(wire_reader_of(data, size), &refresh, &error)) {
    case REFRESH_VALID: {
        uint8_t octets[32];
        struct wire_writer writer = wire_writer_of(octets, sizeof octets);
        refresh_encode(&writer, &refresh);
        struct wire_reader body = wire_reader_of(octets + MESSAGE_HEADER_SIZE, writer.position - MESSAGE_HEADER_SIZE);
        if (refresh_decode(body, &again, &error) != REFRESH_VALID || again.family != refresh.family ||
            again.subtype != refresh.subtype)
            abort();
        break;
    }
    case REFRESH_ERROR:
        if (error.code != ERROR_ROUTE_REFRESH)
            abort();
        break;
    case REFRESH_IGNORE:
        break;
    }
    return 0;
}
