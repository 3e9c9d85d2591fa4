/*
 * The one cursor for bytes on a wire. Everything that comes from outside is read through wire_reader and nowhere else:
 * it checks each bound, and after the first read too far it stays failed and answers zero, so that a decoder reads a
 * whole structure and asks once, at the end, whether all of it was there. wire_writer is the same for output.
 * All integers are in network byte order.
 */
#ifndef VIPGATE_LIB_WIRE_H
#define VIPGATE_LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_reader {
    const uint8_t *data; /* borrowed */
    size_t size;
    size_t position;
    bool failed; /* sticky */
};

struct wire_writer {
    uint8_t *data; /* borrowed */
    size_t capacity;
    size_t position;
    bool failed; /* sticky: something did not fit; what was written before is intact */
};

/* A reader of the SIZE bytes at DATA, which must outlive it. DATA may be NULL when SIZE is 0. */
struct wire_reader wire_reader_of(const void *data, size_t size);

/* The next octets as a number; 0 once the reader has failed. */
uint8_t wire_read_u8(struct wire_reader *reader);
uint16_t wire_read_u16(struct wire_reader *reader);
uint32_t wire_read_u32(struct wire_reader *reader);
uint64_t wire_read_u64(struct wire_reader *reader);

/* The next SIZE octets in place, or NULL when there are not so many: then the reader has failed. */
const uint8_t *wire_read_bytes(struct wire_reader *reader, size_t size);

/* A reader of the next SIZE octets, which are consumed here. Where there are not so many both have failed. */
struct wire_reader wire_read_sub(struct wire_reader *reader, size_t size);

/* Octets not yet read; 0 once failed. */
size_t wire_remaining(const struct wire_reader *reader);

/* Whether the reader was consumed exactly: nothing left and no failure. */
bool wire_consumed(const struct wire_reader *reader);

/* A writer into the CAPACITY bytes at DATA, which must outlive it. */
struct wire_writer wire_writer_of(void *data, size_t capacity);

void wire_write_u8(struct wire_writer *writer, uint8_t value);
void wire_write_u16(struct wire_writer *writer, uint16_t value);
void wire_write_u32(struct wire_writer *writer, uint32_t value);
void wire_write_u64(struct wire_writer *writer, uint64_t value);
void wire_write_bytes(struct wire_writer *writer, const void *data, size_t size);

/* Overwrites what was written at POSITION before: for lengths that are known only afterwards. */
void wire_patch_u8(struct wire_writer *writer, size_t position, uint8_t value);
void wire_patch_u16(struct wire_writer *writer, size_t position, uint16_t value);

/* Octets that still fit; 0 once failed. */
size_t wire_space(const struct wire_writer *writer);

#endif
