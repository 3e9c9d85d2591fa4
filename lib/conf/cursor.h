/* A position in a text that is being read, byte by byte. Columns count characters, not the bytes of UTF-8. */
#ifndef VIPGATE_LIB_CONF_CURSOR_H
#define VIPGATE_LIB_CONF_CURSOR_H

#include "lib/conf/document.h"

#include <string.h>

struct cursor {
    const char *at, *end;
    struct location location;
};

static inline struct cursor cursor_of(const struct source *source)
{
    return (struct cursor){.at = source->text, .end = source->text + source->size, .location = source_start(source)};
}

/* The byte OFFSET ahead as an unsigned number, or -1 past the end. */
static inline int cursor_peek(const struct cursor *cursor, size_t offset)
{
    return (size_t)(cursor->end - cursor->at) > offset ? (unsigned char)cursor->at[offset] : -1;
}

/* Whether TEXT is next. */
static inline bool cursor_is_at(const struct cursor *cursor, const char *text)
{
    size_t length = strlen(text);

    return (size_t)(cursor->end - cursor->at) >= length && memcmp(cursor->at, text, length) == 0;
}

static inline bool cursor_is_at_space(const struct cursor *cursor)
{
    int byte = cursor_peek(cursor, 0);

    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Takes one byte, or returns -1 at the end. */
static inline int cursor_take(struct cursor *cursor)
{
    int byte = cursor_peek(cursor, 0);

    if (byte < 0)
        return -1;
    cursor->at++;
    if (byte == '\n') {
        cursor->location.line++;
        cursor->location.column = 1;
    } else if ((cursor_peek(cursor, 0) & 0xc0) != 0x80) {
        cursor->location.column++; /* what follows begins a character */
    }
    return byte;
}

static inline void cursor_skip_space(struct cursor *cursor)
{
    while (cursor_is_at_space(cursor))
        cursor_take(cursor);
}

/* Takes all before the next TEXT. False: it does not come, and all was taken. */
static inline bool cursor_skip_to(struct cursor *cursor, const char *text)
{
    while (cursor_peek(cursor, 0) >= 0 && !cursor_is_at(cursor, text))
        cursor_take(cursor);
    return cursor_peek(cursor, 0) >= 0;
}

/* Bytes of the string whose opening quote is next, up to its closing one or the end of the line: no string is longer
 * once its escapes are resolved. */
static inline size_t cursor_quoted_length(const struct cursor *cursor)
{
    size_t length = 1;

    while (cursor_peek(cursor, length) >= 0 && cursor_peek(cursor, length) != '\n' &&
           cursor_peek(cursor, length) != '"')
        length += cursor_peek(cursor, length) == '\\' ? 2 : 1;
    return length;
}

#endif
