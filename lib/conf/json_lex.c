#include "lib/conf/json_lex.h"

#include "lib/json_tree.h"

#include <stdlib.h>
#include <string.h>

void json_fail(struct json_reader *reader, struct place place, const char *message)
{
    if (reader->failed)
        return;
    reader->failed = true;
    reader->document->incomplete = true;
    diagnostics_error(&reader->document->diagnostics, place, "this is not JSON: %s", message);
}

void json_skip_space(struct json_reader *reader)
{
    while (cursor_at_space(&reader->cursor))
        cursor_take(&reader->cursor);
}

bool json_take(struct json_reader *reader, char byte)
{
    json_skip_space(reader);
    if (reader->failed || cursor_peek(&reader->cursor, 0) != byte)
        return false;
    cursor_take(&reader->cursor);
    return true;
}

/* Reads what follows a backslash into OUT; 0, and reported, where it is no escape. */
static size_t escape(struct json_reader *reader, char *out)
{
    struct cursor *cursor = &reader->cursor;
    size_t used, written = json_unescape(cursor->at, (size_t)(cursor->end - cursor->at), out, &used);

    if (written == 0)
        json_fail(reader, cursor->place, "a wrong escape in a string");
    while (written > 0 && used-- > 0)
        cursor_take(cursor);
    return written;
}

/* Bytes up to the closing quote; no string is longer unescaped. */
static size_t quoted_length(const struct cursor *cursor)
{
    size_t length = 1;

    while (cursor_peek(cursor, length) >= 0 && cursor_peek(cursor, length) != '"')
        length += cursor_peek(cursor, length) == '\\' ? 2 : 1;
    return length;
}

const char *json_string(struct json_reader *reader)
{
    struct cursor *cursor = &reader->cursor;
    struct place place = cursor->place;
    size_t length = 0;

    if (!json_take(reader, '"')) {
        json_fail(reader, cursor->place, "expected a name in quotes");
        return NULL;
    }
    cursor->at--; /* quoted_length starts at the quote */
    char *text = arena_alloc(&reader->document->arena, quoted_length(cursor) + 4);
    cursor->at++;
    while (text && !reader->failed && cursor_peek(cursor, 0) >= ' ') {
        int byte = cursor_take(cursor);
        if (byte == '"')
            return text;
        if (byte == '\\')
            length += escape(reader, text + length);
        else
            text[length++] = (char)byte;
    }
    json_fail(reader, place, "a string is not closed on its line");
    return NULL;
}

static enum argument_kind scalar_kind(const char *text)
{
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || strcmp(text, "null") == 0)
        return ARGUMENT_JSON_LITERAL;
    return ARGUMENT_JSON_NUMBER;
}

/* RFC 8259 section 6, as far as it matters: what the type makes of the number is judged later. */
static bool is_number(const char *text)
{
    char *end;

    if (!strchr("-0123456789", *text) || text[strspn(text, "-+.eE0123456789")] != '\0')
        return false;
    strtod(text, &end);
    return *end == '\0';
}

struct argument *json_scalar(struct json_reader *reader)
{
    struct cursor *cursor = &reader->cursor;

    json_skip_space(reader);
    struct place place = cursor->place;
    const char *start = cursor->at, *text;
    enum argument_kind kind = ARGUMENT_JSON_STRING;
    if (cursor_peek(cursor, 0) == '"') {
        text = json_string(reader);
    } else {
        while (cursor_peek(cursor, 0) > ' ' && !strchr(",:{}[]\"", cursor_peek(cursor, 0)))
            cursor_take(cursor);
        text = arena_text(&reader->document->arena, start, (size_t)(cursor->at - start));
        kind = text ? scalar_kind(text) : kind;
        if (text && kind == ARGUMENT_JSON_NUMBER && !is_number(text))
            json_fail(reader, place, "expected a value: a string in quotes, a number, true, false, { or [");
    }
    if (!text || reader->failed)
        return NULL;
    struct argument *argument = argument_new(reader->document, text, place);
    if (argument)
        argument->kind = kind;
    return argument;
}
