#include "bgpd/codec/notification.h"

#include "bgpd/codec/message.h"

void notification_encode(struct wire_writer *writer, const struct bgp_error *error)
{
    size_t begin = message_begin(writer, MESSAGE_NOTIFICATION);

    wire_write_u8(writer, error->code);
    wire_write_u8(writer, error->subcode);
    wire_write_bytes(writer, error->data, error->data_size);
    message_end(writer, begin);
}

void notification_decode(struct wire_reader body, struct bgp_error *error)
{
    uint8_t code = wire_read_u8(&body);
    uint8_t subcode = wire_read_u8(&body);
    size_t size = wire_remaining(&body);

    bgp_error_set(error, code, subcode, wire_read_bytes(&body, size), size);
}
