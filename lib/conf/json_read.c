#include "lib/conf/json_read.h"

#include "lib/conf/json_lex.h"

#include <string.h>

/*
 *     "name": value              a statement with one argument
 *     "name": [value, value]     a statement with several (is_list)
 *     "name": {…}                a statement with a block
 *     "name": [{…}, {…}]         a statement with a block for each, in the place of each (is_list)
 */
static void read_object(struct json_reader *reader, struct statement ***tail, unsigned depth);

static const char module_prefix[] = "vipgate:";

/* The name without its module (RFC 7951 section 4), which must stand at the top level. */
static const char *local_name(struct json_reader *reader, const char *name, struct place place, unsigned depth)
{
    size_t length = sizeof module_prefix - 1;

    if (strncmp(name, module_prefix, length) == 0)
        return name + length;
    if (depth == 1 && !strchr(name, ':'))
        diagnostics_error(&reader->document->diagnostics, place,
                          "'%.60s' at the top level needs its module: write \"vipgate:%.60s\"", name, name);
    return name;
}

static struct statement *new_statement(struct json_reader *reader, const char *name, struct place place,
                                       struct statement ***tail)
{
    struct statement *statement = statement_new(reader->document, name, place);

    if (statement)
        statement_append(tail, statement);
    else
        reader->failed = true;
    return statement;
}

static void read_block(struct json_reader *reader, struct statement *statement, unsigned depth)
{
    struct statement **tail = &statement->children;

    statement->has_block = true;
    read_object(reader, &tail, depth + 1);
}

/* Reads one element: an object becomes a statement at TAIL, a value an argument of VALUES, which is made for the
 * first. */
static void read_element(struct json_reader *reader, const char *name, struct place place, struct statement **values,
                         struct argument ***arguments, struct statement ***tail, unsigned depth)
{
    json_skip_space(reader);
    int byte = cursor_peek(&reader->cursor, 0);
    if (byte == '[') {
        json_fail(reader, reader->cursor.place, "an array cannot stand in an array here");
    } else if (byte == '{') {
        struct statement *statement = new_statement(reader, name, reader->cursor.place, tail);
        if (!statement)
            return;
        statement->is_list = true;
        read_block(reader, statement, depth);
    } else {
        struct argument *argument = json_scalar(reader);
        if (!argument)
            return;
        if (!*values) {
            *values = new_statement(reader, name, place, tail);
            if (!*values)
                return;
            (*values)->is_list = true;
            *arguments = &(*values)->arguments;
        }
        argument_append(arguments, argument);
    }
}

static void read_array(struct json_reader *reader, const char *name, struct place place, struct statement ***tail,
                       unsigned depth)
{
    struct statement *values = NULL;
    struct argument **arguments = NULL;

    json_take(reader, '[');
    if (json_take(reader, ']')) {
        struct statement *statement = new_statement(reader, name, place, tail);
        if (statement)
            statement->is_list = true;
        return;
    }
    do {
        read_element(reader, name, place, &values, &arguments, tail, depth);
    } while (!reader->failed && json_take(reader, ','));
    if (!reader->failed && !json_take(reader, ']'))
        json_fail(reader, reader->cursor.place, "expected ',' or ']'");
}

static void read_member(struct json_reader *reader, struct statement ***tail, unsigned depth)
{
    json_skip_space(reader);
    struct place place = reader->cursor.place;
    const char *name = json_string(reader);
    if (!name)
        return;
    if (!json_take(reader, ':')) {
        json_fail(reader, reader->cursor.place, "expected ':' after a name");
        return;
    }
    name = local_name(reader, name, place, depth);
    json_skip_space(reader);
    if (cursor_peek(&reader->cursor, 0) == '[') {
        read_array(reader, name, place, tail, depth);
        return;
    }
    if (cursor_peek(&reader->cursor, 0) == '{') {
        struct statement *block = new_statement(reader, name, place, tail);
        if (block)
            read_block(reader, block, depth);
        return;
    }
    struct argument *value = json_scalar(reader);
    struct statement *leaf = value ? new_statement(reader, name, place, tail) : NULL;
    if (leaf)
        leaf->arguments = value;
}

/* Reads the object that is next; the outermost has DEPTH 1. */
static void read_object(struct json_reader *reader, struct statement ***tail, unsigned depth)
{
    struct place place = reader->cursor.place;

    if (depth > DOCUMENT_DEPTH_MAX) {
        json_fail(reader, place, "objects are nested too deeply");
        return;
    }
    if (!json_take(reader, '{')) {
        json_fail(reader, place, "expected '{'");
        return;
    }
    if (json_take(reader, '}'))
        return;
    do {
        read_member(reader, tail, depth);
    } while (!reader->failed && json_take(reader, ','));
    if (!reader->failed && !json_take(reader, '}'))
        json_fail(reader, reader->cursor.place, "expected ',' or '}'");
}

void json_read(struct document *document, unsigned file, const char *text, size_t size, struct statement ***tail)
{
    struct json_reader reader = {.document = document, .cursor = cursor_of(text, size, file)};

    json_skip_space(&reader);
    read_object(&reader, tail, 1);
    json_skip_space(&reader);
    if (!reader.failed && cursor_peek(&reader.cursor, 0) >= 0)
        json_fail(&reader, reader.cursor.place, "something follows after the end of the object");
}
