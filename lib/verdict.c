#include "lib/verdict.h"

#include <string.h>

enum { FLAG_FIRST_PENDING = 0x01 };

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"unknown", "up", "down"};

    return names[verdict];
}

/* Text as length(1) and octets, which SIZE, that of the field, keeps under 255. */
static void write_text(struct wire_writer *writer, const char *text, size_t size)
{
    size_t length = strnlen(text, size - 1);

    wire_write_u8(writer, (uint8_t)length);
    wire_write_bytes(writer, text, length);
}

static void read_text(struct wire_reader *reader, char *text, size_t size)
{
    size_t length = wire_read_u8(reader);
    const uint8_t *octets = wire_read_bytes(reader, length);

    if (!octets || length >= size || memchr(octets, '\0', length)) {
        reader->failed = true;
        return;
    }
    memcpy(text, octets, length);
    text[length] = '\0';
}

static void write_payload(struct wire_writer *writer, const struct verdict_message *message)
{
    switch (message->type) {
    case VERDICT_HELLO:
        wire_write_u8(writer, message->version);
        break;
    case VERDICT_CHANGE:
        write_text(writer, message->name, sizeof message->name);
        wire_write_u8(writer, (uint8_t)message->verdict);
        wire_write_u8(writer, message->first_pending ? FLAG_FIRST_PENDING : 0);
        wire_write_u8(writer, message->healthy_percent);
        wire_write_u64(writer, message->since_us);
        write_text(writer, message->reason, sizeof message->reason);
        break;
    case VERDICT_REMOVED:
        write_text(writer, message->name, sizeof message->name);
        break;
    case VERDICT_SNAPSHOT_END:
    case VERDICT_ALIVE:
        break;
    }
}

size_t verdict_encode(uint8_t frame[static VERDICT_FRAME_MAX], const struct verdict_message *message)
{
    struct wire_writer writer = wire_writer_of(frame, VERDICT_FRAME_MAX);

    wire_write_u16(&writer, 0);
    wire_write_u8(&writer, (uint8_t)message->type);
    write_payload(&writer, message);
    wire_patch_u16(&writer, 0, (uint16_t)(writer.position - 2));
    return writer.position;
}

static void read_change(struct wire_reader *frame, struct verdict_message *message)
{
    read_text(frame, message->name, sizeof message->name);
    uint8_t verdict = wire_read_u8(frame);
    uint8_t flags = wire_read_u8(frame);
    message->healthy_percent = wire_read_u8(frame);
    message->since_us = wire_read_u64(frame);
    read_text(frame, message->reason, sizeof message->reason);
    if (verdict > VERDICT_DOWN || message->healthy_percent > 100) {
        frame->failed = true;
        return;
    }
    message->verdict = (enum verdict)verdict;
    message->first_pending = flags & FLAG_FIRST_PENDING;
}

static void read_payload(struct wire_reader *frame, struct verdict_message *message)
{
    switch (message->type) {
    case VERDICT_HELLO:
        message->version = wire_read_u8(frame);
        return;
    case VERDICT_CHANGE:
        read_change(frame, message);
        break;
    case VERDICT_REMOVED:
        read_text(frame, message->name, sizeof message->name);
        break;
    case VERDICT_SNAPSHOT_END:
    case VERDICT_ALIVE:
        return;
    }
    if (message->name[0] == '\0')
        frame->failed = true;
}

enum verdict_read verdict_decode(struct wire_reader *reader, struct verdict_message *message)
{
    struct wire_reader ahead = *reader;

    if (reader->failed)
        return VERDICT_BROKEN;
    if (wire_remaining(&ahead) < 2)
        return VERDICT_INCOMPLETE;
    size_t length = wire_read_u16(&ahead);
    if (length == 0 || length > VERDICT_FRAME_MAX - 2)
        return VERDICT_BROKEN;
    if (wire_remaining(&ahead) < length)
        return VERDICT_INCOMPLETE;

    struct wire_reader frame = wire_read_sub(&ahead, length);
    struct verdict_message result = {0};
    uint8_t type = wire_read_u8(&frame);
    if (type < VERDICT_HELLO || type > VERDICT_ALIVE)
        return VERDICT_BROKEN;
    result.type = (enum verdict_type)type;
    read_payload(&frame, &result);
    if (!wire_consumed(&frame))
        return VERDICT_BROKEN;
    *message = result;
    *reader = ahead;
    return VERDICT_READ;
}
