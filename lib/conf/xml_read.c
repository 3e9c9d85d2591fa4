#include "lib/conf/xml_read.h"

#include "lib/conf/cursor.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char namespace[] = "urn:vipgate:vipgate";

struct xml_reader {
    struct document *document;
    struct cursor cursor; /* past the start tag of the element read last */
};

static bool at(const struct cursor *cursor, const char *text)
{
    size_t length = strlen(text);

    return (size_t)(cursor->end - cursor->at) >= length && memcmp(cursor->at, text, length) == 0;
}

static void skip_to(struct cursor *cursor, const char *end)
{
    while (cursor_peek(cursor, 0) >= 0 && !at(cursor, end))
        cursor_take(cursor);
}

/* The place of the next start tag. libyang found the text well-formed, and hands out elements in this order. */
static struct place next_start_tag(struct cursor *cursor)
{
    for (;;) {
        skip_to(cursor, "<");
        if (at(cursor, "<!--"))
            skip_to(cursor, "-->");
        else if (at(cursor, "<![CDATA["))
            skip_to(cursor, "]]>");
        else if (at(cursor, "<?"))
            skip_to(cursor, "?>");
        else if (!at(cursor, "</"))
            break;
        cursor_take(cursor);
    }
    struct place place = cursor->place;
    cursor_take(cursor);
    return place;
}

static const char *copy(struct xml_reader *reader, const char *text)
{
    return arena_text(&reader->document->arena, text, strlen(text));
}

/* The white space that alone stands in the element read last, which libyang drops; NULL: something else. */
static const char *blank_content(struct xml_reader *reader)
{
    struct cursor inside = reader->cursor;

    skip_to(&inside, ">");
    bool empty = inside.at[-1] == '/';
    cursor_take(&inside);
    const char *begin = inside.at;
    while (cursor_at_space(&inside))
        cursor_take(&inside);
    if (empty || inside.at == begin || !at(&inside, "</"))
        return NULL;
    return arena_text(&reader->document->arena, begin, (size_t)(inside.at - begin));
}

static bool is_foreign(const struct lyd_node_opaq *element)
{
    return !element->name.module_ns || strcmp(element->name.module_ns, namespace) != 0;
}

static void check_names(struct xml_reader *reader, const struct lyd_node_opaq *element, struct place place)
{
    const struct lyd_node_opaq *parent = (const struct lyd_node_opaq *)lyd_parent(&element->node);

    if (is_foreign(element) && !(parent && is_foreign(parent))) /* else it has this from its parent */
        diagnostics_error(&reader->document->diagnostics, place,
                          "<%s> is not in the namespace of vipgate: write xmlns=\"%s\"", element->name.name, namespace);
    if (element->attr)
        diagnostics_error(&reader->document->diagnostics, place,
                          "<%s> has the attribute '%s', which means nothing here", element->name.name,
                          element->attr->name.name);
}

static void read_elements(struct xml_reader *reader, const struct lyd_node *first, struct statement ***tail,
                          unsigned depth)
{
    for (const struct lyd_node *node = first; node; node = node->next) {
        const struct lyd_node_opaq *element = (const struct lyd_node_opaq *)node;
        struct place place = next_start_tag(&reader->cursor);
        struct statement *statement = statement_new(reader->document, copy(reader, element->name.name), place);
        if (!statement || reader->document->arena.failed)
            return;
        check_names(reader, element, place);
        statement_append(tail, statement);
        if (element->child && depth < DOCUMENT_DEPTH_MAX) {
            struct statement **inner = &statement->children;
            statement->has_block = true;
            read_elements(reader, element->child, &inner, depth + 1);
        } else if (element->child) {
            diagnostics_error(&reader->document->diagnostics, place, "elements are nested too deeply");
            return;
        } else if (element->value[0] != '\0') {
            statement->arguments = argument_new(reader->document, copy(reader, element->value), place);
        } else {
            const char *blank = blank_content(reader);
            statement->blank = blank ? argument_new(reader->document, blank, place) : NULL;
        }
    }
}

/* Whether elements are nested deeper than libyang, which recurses, should be asked to follow. */
static bool is_too_deep(const char *text, size_t size)
{
    struct cursor cursor = cursor_of(text, size, 0);
    int depth = 0;

    while (cursor_peek(&cursor, 0) >= 0 && depth <= 8 * DOCUMENT_DEPTH_MAX) {
        if (at(&cursor, "</") || at(&cursor, "/>"))
            depth--;
        else if (cursor_peek(&cursor, 0) == '<' && !at(&cursor, "<!") && !at(&cursor, "<?"))
            depth++;
        cursor_take(&cursor);
    }
    return depth > 8 * DOCUMENT_DEPTH_MAX;
}

static void fail(struct document *document, struct place place, const char *message)
{
    diagnostics_error(&document->diagnostics, place, "this is not XML: %s", message);
    document->incomplete = true;
}

/* Blanks what libyang quotes of the text, which may be a secret; but not the names of elements that do not match. */
static void blank_quoted(char *message)
{
    bool quoted = false;

    for (; *message && strncmp(message, "Opening", 7) != 0; message++) {
        if (*message == '"')
            quoted = !quoted;
        else if (quoted)
            *message = '.';
    }
}

static void fail_by_libyang(struct document *document, const struct ly_ctx *context, unsigned file)
{
    char message[256];

    strlcpy(message, model_error_message(context), sizeof message);
    blank_quoted(message);
    fail(document, (struct place){.file = file, .line = model_error_line(context), .column = 1}, message);
}

/* A context without our module, so that libyang keeps every element as it stands, in the order of the text. */
static void read_in(struct ly_ctx *context, struct document *document, unsigned file, const char *text, size_t size,
                    struct statement ***tail)
{
    struct xml_reader reader = {.document = document, .cursor = cursor_of(text, size, file)};
    struct lyd_node *tree = NULL;

    if (lyd_parse_data_mem(context, text, LYD_XML, LYD_PARSE_OPAQ | LYD_PARSE_ONLY, 0, &tree) == LY_SUCCESS)
        read_elements(&reader, tree, tail, 1);
    else
        fail_by_libyang(document, context, file);
    lyd_free_all(tree);
}

void xml_read(struct document *document, unsigned file, const char *text, size_t size, struct statement ***tail)
{
    struct place start = {.file = file, .line = 1, .column = 1};
    struct ly_ctx *context = NULL;
    const char *whole = arena_text(&document->arena, text, size); /* libyang reads up to a NUL */

    if (!whole)
        return;
    if (strlen(whole) != size)
        fail(document, start, "it holds a NUL byte");
    else if (is_too_deep(text, size))
        fail(document, start, "elements are nested too deeply");
    else if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIRS, &context) != LY_SUCCESS)
        fail(document, start, "libyang cannot make a context");
    else
        read_in(context, document, file, whole, size, tail);
    ly_ctx_destroy(context);
}
