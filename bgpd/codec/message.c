#include "bgpd/codec/message.h"

#include "bgpd/codec/as_path.h"

#include <string.h>

enum { BGP_VERSION = 4, PARAMETER_CAPABILITIES = 2, PARAMETER_EXTENDED = 255, MARKER_SIZE = 16 };

/* RFC 4271 section 6.1: what each type has at least and at most, header included. 0: what was negotiated. */
static const struct size_row {
    uint16_t minimum, maximum;
} size_rows[] = {
    [MESSAGE_OPEN] = {29, MESSAGE_MAX}, [MESSAGE_UPDATE] = {23, 0},
    [MESSAGE_NOTIFICATION] = {21, 0},   [MESSAGE_KEEPALIVE] = {MESSAGE_HEADER_SIZE, MESSAGE_HEADER_SIZE},
    [MESSAGE_ROUTE_REFRESH] = {23, 0},
};

static enum message_outcome bad_length(struct bgp_error *error, uint16_t length)
{
    const uint8_t data[] = {(uint8_t)(length >> 8), (uint8_t)length};

    bgp_error_set(error, ERROR_HEADER, HEADER_BAD_LENGTH, data, sizeof data);
    return MESSAGE_ERROR;
}

/* RFC 4271 section 6.1. COMPLETE: the header is right. */
static enum message_outcome judge_header(struct wire_reader *header, size_t limit, uint16_t *length, uint8_t *type,
                                         struct bgp_error *error)
{
    const uint8_t *marker = wire_read_bytes(header, MARKER_SIZE);

    *length = wire_read_u16(header);
    *type = wire_read_u8(header);

    if (!marker || marker[0] != 0xff || memcmp(marker, marker + 1, MARKER_SIZE - 1) != 0) { /* not all ones */
        bgp_error_set(error, ERROR_HEADER, HEADER_NOT_SYNCHRONIZED, NULL, 0);
        return MESSAGE_ERROR;
    }
    if (*length < MESSAGE_HEADER_SIZE || *length > limit)
        return bad_length(error, *length);
    if (*type < MESSAGE_OPEN || *type > MESSAGE_ROUTE_REFRESH) {
        bgp_error_set(error, ERROR_HEADER, HEADER_BAD_TYPE, type, 1);
        return MESSAGE_ERROR;
    }
    const struct size_row *row = &size_rows[*type];
    if (*length < row->minimum || (row->maximum > 0 && *length > row->maximum))
        return bad_length(error, *length);
    return MESSAGE_COMPLETE;
}

enum message_outcome message_next(struct wire_reader *stream, size_t message_limit, struct message *message,
                                  struct bgp_error *error)
{
    struct wire_reader ahead = *stream;
    struct wire_reader header = wire_read_sub(&ahead, MESSAGE_HEADER_SIZE);
    uint16_t length;

    if (header.failed)
        return MESSAGE_INCOMPLETE;
    enum message_outcome outcome = judge_header(&header, message_limit, &length, &message->type, error);
    if (outcome == MESSAGE_ERROR)
        return outcome;
    message->body = wire_read_sub(&ahead, (size_t)length - MESSAGE_HEADER_SIZE);
    if (message->body.failed)
        return MESSAGE_INCOMPLETE;
    *stream = ahead;
    return MESSAGE_COMPLETE;
}

size_t message_begin(struct wire_writer *writer, uint8_t type)
{
    size_t begin = writer->position;

    for (int i = 0; i < MARKER_SIZE / 8; i++)
        wire_write_u64(writer, UINT64_MAX);
    wire_write_u16(writer, 0);
    wire_write_u8(writer, type);
    return begin;
}

void message_end(struct wire_writer *writer, size_t begin)
{
    if (!writer->failed)
        wire_patch_u16(writer, begin + MARKER_SIZE, (uint16_t)(writer->position - begin));
}

void keepalive_encode(struct wire_writer *writer)
{
    message_end(writer, message_begin(writer, MESSAGE_KEEPALIVE));
}

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

void open_encode(struct wire_writer *writer, const struct open_message *open)
{
    struct capabilities capabilities = open->capabilities;

    capabilities.four_octet_as = true;
    capabilities.as = open->as;

    size_t begin = message_begin(writer, MESSAGE_OPEN);
    wire_write_u8(writer, BGP_VERSION);
    wire_write_u16(writer, open->as > UINT16_MAX ? AS_TRANS : (uint16_t)open->as);
    wire_write_u16(writer, open->hold_time_s);
    wire_write_u32(writer, open->router_id);
    wire_write_u8(writer, 0);
    size_t parameters = writer->position;
    wire_write_u8(writer, PARAMETER_CAPABILITIES);
    wire_write_u8(writer, 0);
    size_t value = writer->position;
    capabilities_encode(writer, &capabilities);
    wire_patch_u8(writer, value - 1, (uint8_t)(writer->position - value));
    wire_patch_u8(writer, parameters - 1, (uint8_t)(writer->position - parameters));
    message_end(writer, begin);
}

static bool open_error(struct bgp_error *error, uint8_t subcode)
{
    bgp_error_set(error, ERROR_OPEN, subcode, NULL, 0);
    return false;
}

/* The optional parameters, each with a length of one octet, or of two in the extended form. */
static bool read_parameters(struct wire_reader *parameters, bool extended, struct capabilities *capabilities,
                            struct bgp_error *error)
{
    while (wire_remaining(parameters) > 0) {
        uint8_t type = wire_read_u8(parameters);
        size_t length = extended ? wire_read_u16(parameters) : wire_read_u8(parameters);
        struct wire_reader value = wire_read_sub(parameters, length);
        if (value.failed)
            return open_error(error, 0);
        if (type != PARAMETER_CAPABILITIES)
            return open_error(error, OPEN_UNSUPPORTED_PARAMETER);
        if (!capabilities_decode(value, capabilities))
            return open_error(error, 0);
    }
    return true;
}

/* RFC 4271 section 4.2; the extended form (RFC 9072) is known by its first type octet, 255. */
static bool read_optional(struct wire_reader *body, struct capabilities *capabilities, struct bgp_error *error)
{
    size_t length = wire_read_u8(body);
    struct wire_reader ahead = *body;
    bool extended = length > 0 && wire_read_u8(&ahead) == PARAMETER_EXTENDED;

    if (extended) {
        length = wire_read_u16(&ahead);
        *body = ahead;
    }
    struct wire_reader parameters = wire_read_sub(body, length);
    if (!wire_consumed(body))
        return open_error(error, 0);
    return read_parameters(&parameters, extended, capabilities, error);
}

static bool read_fixed(struct wire_reader *body, struct open_message *open, struct bgp_error *error)
{
    static const uint8_t supported_version[] = {0, BGP_VERSION};
    uint8_t version = wire_read_u8(body);

    open->as = wire_read_u16(body);
    open->hold_time_s = wire_read_u16(body);
    open->router_id = wire_read_u32(body);

    if (body->failed)
        return open_error(error, 0);
    if (version != BGP_VERSION) {
        bgp_error_set(error, ERROR_OPEN, OPEN_UNSUPPORTED_VERSION, supported_version, sizeof supported_version);
        return false;
    }
    if (open->as == 0) /* RFC 7607 section 2 */
        return open_error(error, OPEN_BAD_PEER_AS);
    if (open->hold_time_s == 1 || open->hold_time_s == 2)
        return open_error(error, OPEN_UNACCEPTABLE_HOLD_TIME);
    if (open->router_id == 0)
        return open_error(error, OPEN_BAD_IDENTIFIER);
    return true;
}

bool open_decode(struct wire_reader body, struct open_message *open, struct bgp_error *error)
{
    *open = (struct open_message){.capabilities = capabilities_none()};
    if (!read_fixed(&body, open, error) || !read_optional(&body, &open->capabilities, error))
        return false;
    if (open->capabilities.four_octet_as) {
        open->as = open->capabilities.as;
        if (open->as == 0) /* RFC 7607 section 2 */
            return open_error(error, OPEN_BAD_PEER_AS);
    }
    return true;
}

bool open_check(const struct open_message *remote, const struct open_message *local, uint32_t peer_as,
                struct bgp_error *error)
{
    if (remote->as != peer_as)
        return open_error(error, OPEN_BAD_PEER_AS);
    if (peer_as == local->as && remote->router_id == local->router_id)
        return open_error(error, OPEN_BAD_IDENTIFIER);
    return true;
}

void refresh_encode(struct wire_writer *writer, const struct refresh_message *refresh)
{
    size_t begin = message_begin(writer, MESSAGE_ROUTE_REFRESH);

    wire_write_u16(writer, refresh->family);
    wire_write_u8(writer, refresh->subtype);
    wire_write_u8(writer, SAFI_UNICAST);
    message_end(writer, begin);
}

/* RFC 7313 section 5: the data of the error is the whole message, so its header is rebuilt. */
static enum refresh_outcome refresh_error(const struct wire_reader *body, struct bgp_error *error)
{
    uint8_t data[ERROR_DATA_MAX];
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    size_t size = wire_remaining(body), space = sizeof data - MESSAGE_HEADER_SIZE;

    message_begin(&writer, MESSAGE_ROUTE_REFRESH);
    wire_patch_u16(&writer, MARKER_SIZE, (uint16_t)(MESSAGE_HEADER_SIZE + size));
    wire_write_bytes(&writer, body->data, size < space ? size : space);
    bgp_error_set(error, ERROR_ROUTE_REFRESH, ROUTE_REFRESH_INVALID_LENGTH, data, writer.position);
    return REFRESH_ERROR;
}

enum refresh_outcome refresh_decode(struct wire_reader body, struct refresh_message *refresh, struct bgp_error *error)
{
    struct wire_reader whole = body;
    uint16_t afi = wire_read_u16(&body);
    uint8_t subtype = wire_read_u8(&body);
    uint8_t safi = wire_read_u8(&body);

    if (body.failed)
        return refresh_error(&whole, error);
    if ((subtype == REFRESH_BEGIN || subtype == REFRESH_END) && !wire_consumed(&body))
        return refresh_error(&whole, error);
    if (subtype > REFRESH_END || family_of(afi, safi) == FAMILY_NONE)
        return REFRESH_IGNORE;
    refresh->family = (uint8_t)afi;
    refresh->subtype = subtype;
    return REFRESH_VALID;
}
