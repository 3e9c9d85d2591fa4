#include "healthd/probes/grpc/grpc_message.h"

#include <stdbool.h>
#include <string.h>

/* Protobuf wire types; a field's key is its number and its type in three bits. */
enum { VARINT = 0, FIXED64 = 1, LENGTH_DELIMITED = 2, FIXED32 = 5 };
enum { SERVICE_FIELD = 1, STATUS_FIELD = 1, VARINT_OCTETS_MAX = 10 };

static void write_varint(struct wire_writer *writer, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        wire_write_u8(writer, (uint8_t)(value | 0x80));
    wire_write_u8(writer, (uint8_t)value);
}

static uint64_t read_varint(struct wire_reader *reader)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < VARINT_OCTETS_MAX; i++) {
        uint8_t octet = wire_read_u8(reader);
        value |= (uint64_t)(octet & 0x7f) << (7 * i);
        if (!(octet & 0x80))
            return value;
    }
    reader->failed = true;
    return 0;
}

void grpc_write_request(struct wire_writer *writer, const char *service)
{
    size_t start = writer->position, length = strlen(service);

    wire_write_u8(writer, 0); /* not compressed */
    wire_write_u32(writer, 0);
    if (length > 0) {
        wire_write_u8(writer, SERVICE_FIELD << 3 | LENGTH_DELIMITED);
        write_varint(writer, length);
        wire_write_bytes(writer, service, length);
    }
    wire_patch_u16(writer, start + 3, (uint16_t)(writer->position - start - 5));
}

/* Passes over the value of a field that we do not know. */
static void skip_value(struct wire_reader *reader, unsigned type)
{
    if (type == VARINT)
        read_varint(reader);
    else if (type == FIXED64)
        wire_read_bytes(reader, 8);
    else if (type == FIXED32)
        wire_read_bytes(reader, 4);
    else if (type == LENGTH_DELIMITED)
        wire_read_bytes(reader, read_varint(reader));
    else
        reader->failed = true;
}

const char *grpc_read_response(const uint8_t *data, size_t size, enum grpc_serving *serving)
{
    struct wire_reader frame = wire_reader_of(data, size);
    bool compressed = wire_read_u8(&frame);
    struct wire_reader message = wire_read_sub(&frame, wire_read_u32(&frame));

    if (message.failed)
        return "truncated message";
    if (compressed)
        return "compressed message, which was not requested";
    *serving = GRPC_UNKNOWN; /* the default of proto3, which is not sent */
    while (wire_remaining(&message) > 0) {
        uint64_t key = read_varint(&message);
        if (key == (STATUS_FIELD << 3 | VARINT))
            *serving = (enum grpc_serving)(read_varint(&message) & 0xff);
        else
            skip_value(&message, key & 7);
    }
    return message.failed ? "malformed message" : NULL;
}

const char *grpc_serving_name(enum grpc_serving serving)
{
    static const char *const names[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};

    return (size_t)serving < sizeof names / sizeof *names ? names[serving] : "unknown status";
}

const char *grpc_status_name(long status)
{
    static const char *const names[] = {
        "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED",
    };

    return status >= 0 && (size_t)status < sizeof names / sizeof *names ? names[status] : "unknown grpc-status";
}
