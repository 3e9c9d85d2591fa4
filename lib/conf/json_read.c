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
    const char *array; /* where the name of the array of values stands whose statement is the last */
};

/* The location of AT, which lies not before that of the last call. */
static struct location locate(struct reader *reader, const char *at)
{
    while (reader->cursor.at < at)
        cursor_take(&reader->cursor);
    return reader->cursor.location;
}

static void fail(struct reader *reader, struct location location, const char *message)
{
    reader->document->incomplete = true;
    diagnostics_error(&reader->document->conf, location, "invalid JSON: %s", message);
}

/* The name without its module (RFC 7951 section 4), which is mandatory at the top level. */
static const char *local_name(struct reader *reader, const struct json_node *node, bool top)
{
    static const char module_prefix[] = "vipgate:";
    const char *name = node->name;
    size_t length = sizeof module_prefix - 1;

    if (strncmp(name, module_prefix, length) == 0)
        return name + length;
    if (top && !strchr(name, ':'))
        diagnostics_error(&reader->document->conf, locate(reader, node->name_at),
                          "'%.60s' at the top level needs its module: write \"vipgate:%.60s\"", name, name);
    return name;
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

static enum argument_kind kind_of(const struct json_node *value)
{
    const char *text = value->text;

    if (value->quoted)
        return ARGUMENT_JSON_STRING;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || strcmp(text, "null") == 0)
        return ARGUMENT_JSON_LITERAL;
    return ARGUMENT_JSON_NUMBER;
}

/* NODE has a text. The values of an array are arguments of one statement. */
static void read_value(struct reader *reader, const struct json_node *node, struct statements *statements, bool top)
{
    struct document *document = reader->document;
    enum argument_kind kind = kind_of(node);
    struct statement *statement = statements->last;

    if (kind == ARGUMENT_JSON_NUMBER && !is_number(node->text)) {
        fail(reader, locate(reader, node->at), "expected a value: a string in quotes, a number, true, false, { or [");
        return;
    }
    if (!node->listed || reader->array != node->name_at)
        statement =
            statement_append(document, statements, local_name(reader, node, top), locate(reader, node->name_at));
    if (!statement)
        return;
    statement->is_list = node->listed;
    reader->array = node->listed ? node->name_at : NULL;
    struct argument *argument = argument_append(document, statement, node->text, locate(reader, node->at));
    if (argument)
        argument->kind = kind;
}

static void read_members(struct reader *reader, const struct json_node *first, struct statements *statements, bool top);

/* NODE is an object, or stands for an empty array. */
static void read_block(struct reader *reader, const struct json_node *node, struct statements *statements, bool top)
{
    const char *name = local_name(reader, node, top), *at = node->object && node->listed ? node->at : node->name_at;
    struct statement *statement = statement_append(reader->document, statements, name, locate(reader, at));

    reader->array = NULL;
    if (!statement)
        return;
    statement->is_list = node->listed;
    statement->has_block = node->object;
    read_members(reader, node->child, &statement->children, false);
}

static void read_members(struct reader *reader, const struct json_node *first, struct statements *statements, bool top)
{
    for (const struct json_node *node = first; node; node = node->next) {
        if (node->object || !node->at)
            read_block(reader, node, statements, top);
        else if (node->text) /* else the fault is here */
            read_value(reader, node, statements, top);
    }
}

void json_read(struct document *document, const struct source *source)
{
    struct reader reader = {.document = document, .cursor = cursor_of(source)};
    struct json_fault fault;
    const struct json_node *object = json_parse(&document->conf.arena, source->text, source->size, &fault);

    if (object)
        read_members(&reader, object->child, &document->statements, true);
    if (fault.message)
        fail(&reader, locate(&reader, fault.at), fault.message);
}
