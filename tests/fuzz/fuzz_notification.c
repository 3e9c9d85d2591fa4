/* The body of a NOTIFICATION, into words for the operator; and back, as far as the data is kept. */
#include "bgpd/codec/message.h"
#include "bgpd/codec/notification.h"
#include "lib/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
    uint8_t octets[512];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);
    struct bgp_error error;

    if (size < 2)
        return 0;
    notification_decode(wire_reader_of(data, size), &error);
    notification_describe(&error, name, message);
    if (!memchr(name, '\0', sizeof name) || !memchr(message, '\0', sizeof message))
        abort();
    if (!name[0] || !text_is_clean(name) || !text_is_clean(message))
        abort();
    notification_encode(&writer, &error);
    if (writer.failed || memcmp(octets + MESSAGE_HEADER_SIZE, data, 2 + (size_t)error.data_size) != 0)
        abort();
    bgp_error_hard_reset(&error);
    notification_describe(&error, name, message);
    return 0;
}
