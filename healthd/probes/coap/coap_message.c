#include "healthd/probes/coap/coap_message.h"

#include <string.h>

enum { VERSION = 1, PAYLOAD_MARKER = 0xff, EXTENDED_8 = 13, EXTENDED_16 = 14, RESERVED = 15, EXTENDED_16_BASE = 269 };

void coap_write_header(struct wire_writer *writer, const struct coap_message *message)
{
    wire_write_u8(writer, (uint8_t)(VERSION << 6 | message->type << 4 | message->token_length));
    wire_write_u8(writer, message->code);
    wire_write_u16(writer, message->id);
    wire_write_bytes(writer, message->token, message->token_length);
}

/* A delta or length as its four bits (RFC 7252 section 3.1). */
static unsigned nibble_of(unsigned value)
{
    return value < EXTENDED_8 ? value : value < EXTENDED_16_BASE ? EXTENDED_8 : EXTENDED_16;
}

static void write_extension(struct wire_writer *writer, unsigned value)
{
    if (value >= EXTENDED_16_BASE)
        wire_write_u16(writer, (uint16_t)(value - EXTENDED_16_BASE));
    else if (value >= EXTENDED_8)
        wire_write_u8(writer, (uint8_t)(value - EXTENDED_8));
}

void coap_write_option(struct wire_writer *writer, unsigned *previous, unsigned number, const char *value,
                       size_t length)
{
    unsigned delta = number - *previous;

    wire_write_u8(writer, (uint8_t)(nibble_of(delta) << 4 | nibble_of((unsigned)length)));
    write_extension(writer, delta);
    write_extension(writer, (unsigned)length);
    wire_write_bytes(writer, value, length);
    *previous = number;
}

static uint32_t read_extension(struct wire_reader *reader, unsigned nibble)
{
    if (nibble == EXTENDED_8)
        return EXTENDED_8 + wire_read_u8(reader);
    if (nibble == EXTENDED_16)
        return EXTENDED_16_BASE + (uint32_t)wire_read_u16(reader);
    if (nibble == RESERVED)
        reader->failed = true;
    return nibble;
}

/* The options and the payload: only that they are there as they should. */
static const char *check_rest(struct wire_reader *reader)
{
    while (wire_remaining(reader) > 0) {
        uint8_t head = wire_read_u8(reader);
        if (head == PAYLOAD_MARKER)
            return wire_remaining(reader) > 0 ? NULL : "payload marker without payload";
        read_extension(reader, head >> 4);
        uint32_t length = read_extension(reader, head & 15);
        wire_read_bytes(reader, length);
    }
    return reader->failed ? "truncated option" : NULL;
}

const char *coap_read(struct coap_message *message, const uint8_t *data, size_t size)
{
    struct wire_reader reader = wire_reader_of(data, size);
    uint8_t head = wire_read_u8(&reader);
    struct coap_message result = {.type = (enum coap_type)(head >> 4 & 3), .token_length = head & 15};

    result.code = wire_read_u8(&reader);
    result.id = wire_read_u16(&reader);
    if (reader.failed)
        return "truncated header";
    if (head >> 6 != VERSION)
        return "unknown version";
    if (result.token_length > COAP_TOKEN_MAX)
        return "token longer than 8 bytes";
    const uint8_t *token = wire_read_bytes(&reader, result.token_length);
    if (!token)
        return "truncated token";
    memcpy(result.token, token, result.token_length);
    if (result.code == COAP_EMPTY && size > 4)
        return "empty message with content";
    const char *wrong = check_rest(&reader);
    if (!wrong)
        *message = result;
    return wrong;
}
