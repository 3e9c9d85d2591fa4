/*
 * RFC 7951 JSON read into statements. libyang reads it too, but stops at the first error and tells no column.
 *
 *     "name": value              a statement with one argument
 *     "name": [value, value]     a statement with several (is_list)
 *     "name": {…}                a statement with a block
 *     "name": [{…}, {…}]         a statement with a block for each, at the location of each (is_list)
 */
#include "lib/conf/cursor.h"
#include "lib/json_tree.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct document *document;
    struct cursor cursor;
    bool failed; /* the syntax is broken, which was reported: nothing more is read */
};

static void fail(struct reader *reader, struct location location, const char *message)
{
    if (reader->failed)
        return;
    reader->failed = true;
    reader->document->incomplete = true;
    diagnostics_error(&reader->document->conf, location, "invalid JSON: %s", message);
}

/* Reports what is next. */
static void fail_here(struct reader *reader, const char *message)
{
    fail(reader, reader->cursor.location, message);
}

/* Skips space, and returns what is then next, as cursor_peek. */
static int peek(struct reader *reader)
{
    cursor_skip_space(&reader->cursor);
    return cursor_peek(&reader->cursor, 0);
}

/* Skips space and takes BYTE if it is next. */
static bool take(struct reader *reader, char byte)
{
    if (reader->failed || peek(reader) != byte)
        return false;
    cursor_take(&reader->cursor);
    return true;
}

/* ---- strings, numbers and literals ---- */

/* Reads what follows a backslash into OUT; 0, and reported, where it is no escape. */
static size_t escape(struct reader *reader, char *out)
{
    struct cursor *cursor = &reader->cursor;
    size_t used, written = json_unescape(cursor->at, (size_t)(cursor->end - cursor->at), out, &used);

    if (written == 0)
        fail_here(reader, "invalid escape sequence");
    while (written > 0 && used-- > 0)
        cursor_take(cursor);
    return written;
}

/* Reads the string whose quote is next; NULL, and reported, where it is none. */
static const char *read_string(struct reader *reader)
{
    struct cursor *cursor = &reader->cursor;
    struct location location = cursor->location;
    size_t length = 0;

    if (cursor_peek(cursor, 0) != '"') {
        fail_here(reader, "expected a name in quotes");
        return NULL;
    }
    char *text = arena_alloc(&reader->document->conf.arena, cursor_quoted_length(cursor) + 4);
    cursor_take(cursor);
    while (text && !reader->failed && cursor_peek(cursor, 0) >= ' ') {
        int byte = cursor_take(cursor);
        if (byte == '"')
            return text;
        if (byte == '\\')
            length += escape(reader, text + length);
        else
            text[length++] = (char)byte;
    }
    fail(reader, location, "unterminated string");
    return NULL;
}

static bool is_literal(const char *text)
{
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || strcmp(text, "null") == 0;
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

/* Reads what stands without quotes; NULL, and reported, where it is neither a literal nor a number. */
static const char *read_bare(struct reader *reader, enum argument_kind *kind)
{
    struct cursor *cursor = &reader->cursor;
    struct location location = cursor->location;
    const char *start = cursor->at;

    while (cursor_peek(cursor, 0) > ' ' && !strchr(",:{}[]\"", cursor_peek(cursor, 0)))
        cursor_take(cursor);
    const char *text = arena_text(&reader->document->conf.arena, start, (size_t)(cursor->at - start));
    *kind = text && is_literal(text) ? ARGUMENT_JSON_LITERAL : ARGUMENT_JSON_NUMBER;
    if (!text || *kind == ARGUMENT_JSON_LITERAL || is_number(text))
        return text;
    fail(reader, location, "expected a value: a string in quotes, a number, true, false, { or [");
    return NULL;
}

struct scalar {
    const char *text;
    struct location location;
    enum argument_kind kind;
};

/* Reads a string, number, true, false or null. False: none is next, which is reported. */
static bool read_scalar(struct reader *reader, struct scalar *scalar)
{
    bool quoted = peek(reader) == '"';

    *scalar = (struct scalar){.location = reader->cursor.location, .kind = ARGUMENT_JSON_STRING};
    scalar->text = quoted ? read_string(reader) : read_bare(reader, &scalar->kind);
    return scalar->text != NULL;
}

/* ---- objects and arrays ---- */

static void read_object(struct reader *reader, struct statements *statements, unsigned depth);

/* The name without its module (RFC 7951 section 4), which must stand at the top level. */
static const char *local_name(struct reader *reader, const char *name, struct location location, unsigned depth)
{
    static const char module_prefix[] = "vipgate:";
    size_t length = sizeof module_prefix - 1;

    if (strncmp(name, module_prefix, length) == 0)
        return name + length;
    if (depth == 1 && !strchr(name, ':'))
        diagnostics_error(&reader->document->conf, location,
                          "'%.60s' at the top level needs its module: write \"vipgate:%.60s\"", name, name);
    return name;
}

static struct statement *append(struct reader *reader, struct statements *statements, const char *name,
                                struct location location)
{
    struct statement *statement = statement_append(reader->document, statements, name, location);

    reader->failed |= !statement;
    return statement;
}

static void append_scalar(struct reader *reader, struct statement *statement, const struct scalar *scalar)
{
    struct argument *argument = argument_append(reader->document, statement, scalar->text, scalar->location);

    if (argument)
        argument->kind = scalar->kind;
}

static void read_block(struct reader *reader, struct statement *statement, unsigned depth)
{
    statement->has_block = true;
    read_object(reader, &statement->children, depth + 1);
}

/* Reads one element: an object becomes a statement, a value an argument of *VALUES, which is appended for the first. */
static void read_element(struct reader *reader, const char *name, struct location location, struct statement **values,
                         struct statements *statements, unsigned depth)
{
    int byte = peek(reader);
    struct scalar scalar;

    if (byte == '[') {
        fail_here(reader, "unexpected array in an array");
    } else if (byte == '{') {
        struct statement *statement = append(reader, statements, name, reader->cursor.location);
        if (!statement)
            return;
        statement->is_list = true;
        read_block(reader, statement, depth);
    } else if (read_scalar(reader, &scalar)) {
        if (!*values && !(*values = append(reader, statements, name, location)))
            return;
        (*values)->is_list = true;
        append_scalar(reader, *values, &scalar);
    }
}

static void read_array(struct reader *reader, const char *name, struct location location, struct statements *statements,
                       unsigned depth)
{
    struct statement *values = NULL;

    take(reader, '[');
    if (take(reader, ']')) {
        struct statement *empty = append(reader, statements, name, location);
        if (empty)
            empty->is_list = true;
        return;
    }
    do {
        read_element(reader, name, location, &values, statements, depth);
    } while (!reader->failed && take(reader, ','));
    if (!take(reader, ']'))
        fail_here(reader, "expected ',' or ']'");
}

static void read_member(struct reader *reader, struct statements *statements, unsigned depth)
{
    struct statement *statement;
    struct scalar scalar;

    peek(reader);
    struct location location = reader->cursor.location;
    const char *name = read_string(reader);
    if (!name)
        return;
    if (!take(reader, ':')) {
        fail_here(reader, "expected ':' after a name");
        return;
    }
    name = local_name(reader, name, location, depth);
    if (peek(reader) == '[') {
        read_array(reader, name, location, statements, depth);
    } else if (peek(reader) == '{') {
        if ((statement = append(reader, statements, name, location)))
            read_block(reader, statement, depth);
    } else if (read_scalar(reader, &scalar)) {
        if ((statement = append(reader, statements, name, location)))
            append_scalar(reader, statement, &scalar);
    }
}

/* Reads the object that is next; the outermost has DEPTH 1. */
static void read_object(struct reader *reader, struct statements *statements, unsigned depth)
{
    if (depth > DOCUMENT_DEPTH_MAX) {
        fail_here(reader, "objects nested more than 32 deep");
        return;
    }
    if (!take(reader, '{')) {
        fail_here(reader, "expected '{'");
        return;
    }
    if (take(reader, '}'))
        return;
    do {
        read_member(reader, statements, depth);
    } while (!reader->failed && take(reader, ','));
    if (!take(reader, '}'))
        fail_here(reader, "expected ',' or '}'");
}

void json_read(struct document *document, const struct source *source)
{
    struct reader reader = {.document = document, .cursor = cursor_of(source)};

    peek(&reader);
    read_object(&reader, &document->statements, 1);
    if (!reader.failed && peek(&reader) >= 0)
        fail_here(&reader, "trailing characters after object");
}
