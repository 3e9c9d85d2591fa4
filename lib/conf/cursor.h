/* A place in a text that is being read, byte by byte. Columns count characters, not the bytes of UTF-8. */
#ifndef VIPGATE_LIB_CONF_CURSOR_H
#define VIPGATE_LIB_CONF_CURSOR_H

#include "lib/conf/diagnostics.h"

struct cursor {
    const char *at, *end;
    struct place place;
};

static inline struct cursor cursor_of(const char *text, size_t size, unsigned file)
{
    return (struct cursor){.at = text, .end = text + size, .place = {.file = file, .line = 1, .column = 1}};
}

/* The byte OFFSET ahead as an unsigned number, or -1 past the end. */
static inline int cursor_peek(const struct cursor *cursor, size_t offset)
{
    return (size_t)(cursor->end - cursor->at) > offset ? (unsigned char)cursor->at[offset] : -1;
}

/* Takes one byte, or answers -1 at the end. */
static inline int cursor_take(struct cursor *cursor)
{
    int byte = cursor_peek(cursor, 0);

    if (byte < 0)
        return -1;
    cursor->at++;
    if (byte == '\n') {
        cursor->place.line++;
        cursor->place.column = 1;
    } else if ((cursor_peek(cursor, 0) & 0xc0) != 0x80) {
        cursor->place.column++; /* what follows begins a character */
    }
    return byte;
}

static inline bool cursor_at_space(const struct cursor *cursor)
{
    int byte = cursor_peek(cursor, 0);

    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' || byte == '\v';
}

#endif
