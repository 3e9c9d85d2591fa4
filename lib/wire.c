#include "lib/wire.h"

#include <string.h>

struct wire_reader wire_reader_of(const void *data, size_t size)
{
    return (struct wire_reader){.data = data, .size = size};
}

const uint8_t *wire_read_bytes(struct wire_reader *reader, size_t size)
{
    static const uint8_t nothing[1];

    if (reader->failed || size > reader->size - reader->position) {
        reader->failed = true;
        return NULL;
    }
    if (size == 0)
        return nothing;
    const uint8_t *bytes = reader->data + reader->position;
    reader->position += size;
    return bytes;
}

static uint64_t read_number(struct wire_reader *reader, size_t size)
{
    const uint8_t *bytes = wire_read_bytes(reader, size);
    uint64_t value = 0;

    for (size_t i = 0; bytes && i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

uint8_t wire_read_u8(struct wire_reader *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint16_t wire_read_u16(struct wire_reader *reader)
{
    return (uint16_t)read_number(reader, 2);
}

uint32_t wire_read_u32(struct wire_reader *reader)
{
    return (uint32_t)read_number(reader, 4);
}

uint64_t wire_read_u64(struct wire_reader *reader)
{
    return read_number(reader, 8);
}

struct wire_reader wire_read_sub(struct wire_reader *reader, size_t size)
{
    const uint8_t *bytes = wire_read_bytes(reader, size);

    if (!bytes)
        return (struct wire_reader){.failed = true};
    return wire_reader_of(bytes, size);
}

size_t wire_remaining(const struct wire_reader *reader)
{
    return reader->failed ? 0 : reader->size - reader->position;
}

bool wire_consumed(const struct wire_reader *reader)
{
    return !reader->failed && reader->position == reader->size;
}

struct wire_writer wire_writer_of(void *data, size_t capacity)
{
    return (struct wire_writer){.data = data, .capacity = capacity};
}

void wire_write_bytes(struct wire_writer *writer, const void *data, size_t size)
{
    if (writer->failed || size > writer->capacity - writer->position) {
        writer->failed = true;
        return;
    }
    if (size == 0)
        return;
    memcpy(writer->data + writer->position, data, size);
    writer->position += size;
}

static void write_number(struct wire_writer *writer, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    for (size_t i = size; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
    wire_write_bytes(writer, bytes, size);
}

void wire_write_u8(struct wire_writer *writer, uint8_t value)
{
    write_number(writer, value, 1);
}

void wire_write_u16(struct wire_writer *writer, uint16_t value)
{
    write_number(writer, value, 2);
}

void wire_write_u32(struct wire_writer *writer, uint32_t value)
{
    write_number(writer, value, 4);
}

void wire_write_u64(struct wire_writer *writer, uint64_t value)
{
    write_number(writer, value, 8);
}

void wire_patch_u8(struct wire_writer *writer, size_t position, uint8_t value)
{
    if (position >= writer->position) {
        writer->failed = true;
        return;
    }
    writer->data[position] = value;
}

void wire_patch_u16(struct wire_writer *writer, size_t position, uint16_t value)
{
    wire_patch_u8(writer, position, (uint8_t)(value >> 8));
    wire_patch_u8(writer, position + 1, (uint8_t)value);
}

size_t wire_space(const struct wire_writer *writer)
{
    return writer->failed ? 0 : writer->capacity - writer->position;
}
