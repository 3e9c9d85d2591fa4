#include "ctl/json.h"

#include <string.h>

enum { INDENT = 2 };

static void write_node(FILE *file, const struct lyd_node *node, int depth);

void json_write_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(file, "\\u%04x", c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

static void new_line(FILE *file, int depth)
{
    fprintf(file, "\n%*s", depth * INDENT, "");
}

/* RFC 7951 section 6: numbers of up to 32 bits and booleans bare, those of 64 bits and all else as strings. */
static void write_value(FILE *file, const struct lyd_node *node)
{
    const char *value = lyd_get_value(node);

    switch (((const struct lyd_node_term *)node)->value.realtype->basetype) {
    case LY_TYPE_BOOL:
    case LY_TYPE_INT8:
    case LY_TYPE_INT16:
    case LY_TYPE_INT32:
    case LY_TYPE_UINT8:
    case LY_TYPE_UINT16:
    case LY_TYPE_UINT32:
        fputs(value, file);
        break;
    case LY_TYPE_EMPTY:
        fputs("[null]", file);
        break;
    default:
        json_write_string(file, value);
    }
}

static bool is_repeated(const struct lyd_node *node)
{
    return node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST);
}

static void close_list(struct json_members *members)
{
    if (!members->list)
        return;
    new_line(members->file, members->depth);
    fputc(']', members->file);
    members->list = NULL;
}

/* A container without content says nothing (RFC 7950 section 7.5.1); validation makes them. */
static bool says_nothing(const struct lyd_node *node)
{
    const struct lyd_node *child;

    if (node->schema->nodetype != LYS_CONTAINER)
        return false;
    LY_LIST_FOR(lyd_child(node), child)
    {
        if (!says_nothing(child))
            return false;
    }
    return true;
}

static void add_member(struct json_members *members, const struct lyd_node *node)
{
    FILE *file = members->file;

    if (says_nothing(node))
        return;
    if (node->schema == members->list) {
        fputc(',', file);
    } else {
        close_list(members);
        if (members->count++ > 0)
            fputc(',', file);
        new_line(file, members->depth);
        json_write_string(file, node->schema->name);
        fputs(is_repeated(node) ? ": [" : ": ", file);
        members->list = is_repeated(node) ? node->schema : NULL;
    }
    if (members->list)
        new_line(file, members->depth + 1);
    write_node(file, node, members->list ? members->depth + 1 : members->depth);
}

static void end_members(struct json_members *members)
{
    close_list(members);
    if (members->count > 0)
        new_line(members->file, members->depth - 1);
}

static void write_node(FILE *file, const struct lyd_node *node, int depth)
{
    if (node->schema->nodetype & LYD_NODE_TERM) {
        write_value(file, node);
        return;
    }
    struct json_members members = {.file = file, .depth = depth + 1};
    const struct lyd_node *child;
    fputc('{', file);
    LY_LIST_FOR(lyd_child(node), child)
    {
        add_member(&members, child);
    }
    end_members(&members);
    fputc('}', file);
}

/* ---- the document ---- */

struct json_document json_document_to(FILE *file)
{
    return (struct json_document){.state = {.file = file, .depth = 2}};
}

static void document_begin(struct json_document *document)
{
    if (!document->begun)
        fputs("{\n  \"vipgate:state\": {", document->state.file);
    document->begun = true;
}

void json_document_add(struct json_document *document, const struct lyd_node *child)
{
    document_begin(document);
    add_member(&document->state, child);
}

void json_document_end(struct json_document *document)
{
    document_begin(document);
    end_members(&document->state);
    fputs("}\n}\n", document->state.file);
}
