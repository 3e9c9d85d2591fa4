/* XML read into statements: libyang's parser for the syntax, and a scan for the locations, which it does not keep. */
#include "lib/conf/cursor.h"
#include "lib/model.h"

#include <bsd/string.h>
#include <string.h>

static const char namespace[] = "urn:vipgate:vipgate";

struct reader {
    struct document *document;
    struct cursor cursor; /* past the start tag of the element read last */
};

/* The location of the next start tag. libyang found the text well-formed, and hands out elements in this order. */
static struct location next_start_tag(struct cursor *cursor)
{
    for (;;) {
        cursor_skip_to(cursor, "<");
        if (cursor_is_at(cursor, "<!--"))
            cursor_skip_to(cursor, "-->");
        else if (cursor_is_at(cursor, "<![CDATA["))
            cursor_skip_to(cursor, "]]>");
        else if (cursor_is_at(cursor, "<?"))
            cursor_skip_to(cursor, "?>");
        else if (!cursor_is_at(cursor, "</"))
            break;
        cursor_take(cursor);
    }
    struct location location = cursor->location;
    cursor_take(cursor);
    return location;
}

/* The white space that is all of the content of the element read last, which libyang drops; NULL: it is not. */
static const char *blank_content(struct reader *reader)
{
    struct cursor inside = reader->cursor;

    cursor_skip_to(&inside, ">");
    bool empty = inside.at[-1] == '/';
    cursor_take(&inside);
    const char *begin = inside.at;
    cursor_skip_space(&inside);
    if (empty || inside.at == begin || !cursor_is_at(&inside, "</"))
        return NULL;
    return arena_text(&reader->document->conf.arena, begin, (size_t)(inside.at - begin));
}

static bool is_foreign(const struct lyd_node_opaq *element)
{
    return !element->name.module_ns || strcmp(element->name.module_ns, namespace) != 0;
}

static void check_names(struct reader *reader, const struct lyd_node_opaq *element, struct location location)
{
    const struct lyd_node_opaq *parent = (const struct lyd_node_opaq *)lyd_parent(&element->node);

    if (is_foreign(element) && !(parent && is_foreign(parent))) /* else it has this from its parent */
        diagnostics_error(&reader->document->conf, location, "<%s> is not in vipgate's namespace: write xmlns=\"%s\"",
                          element->name.name, namespace);
    if (element->attr)
        diagnostics_error(&reader->document->conf, location, "<%s>: unexpected attribute '%s'", element->name.name,
                          element->attr->name.name);
}

static void read_value(struct reader *reader, const struct lyd_node_opaq *element, struct statement *statement)
{
    bool blank = element->value[0] == '\0';
    const char *text = blank ? blank_content(reader) : arena_copy(&reader->document->conf.arena, element->value);
    struct argument *argument = text ? argument_append(reader->document, statement, text, statement->location) : NULL;

    if (argument && blank)
        argument->kind = ARGUMENT_BLANK;
}

static void read_elements(struct reader *reader, const struct lyd_node *first, struct statements *statements,
                          unsigned depth)
{
    for (const struct lyd_node *node = first; node; node = node->next) {
        const struct lyd_node_opaq *element = (const struct lyd_node_opaq *)node;
        struct location location = next_start_tag(&reader->cursor);
        struct statement *statement = statement_append(
            reader->document, statements, arena_copy(&reader->document->conf.arena, element->name.name), location);
        if (!statement || reader->document->conf.arena.failed)
            return;
        check_names(reader, element, location);
        if (!element->child) {
            read_value(reader, element, statement);
        } else if (depth < DOCUMENT_DEPTH_MAX) {
            statement->has_block = true;
            read_elements(reader, element->child, &statement->children, depth + 1);
        } else {
            diagnostics_error(&reader->document->conf, location, "elements nested more than 32 deep");
            return;
        }
    }
}

/* Whether elements are nested deeper than libyang, which recurses, should be asked to follow. */
static bool is_too_deep(const struct source *source)
{
    struct cursor cursor = cursor_of(source);
    int depth = 0;

    while (cursor_peek(&cursor, 0) >= 0 && depth <= 8 * DOCUMENT_DEPTH_MAX) {
        if (cursor_is_at(&cursor, "</") || cursor_is_at(&cursor, "/>"))
            depth--;
        else if (cursor_peek(&cursor, 0) == '<' && !cursor_is_at(&cursor, "<!") && !cursor_is_at(&cursor, "<?"))
            depth++;
        cursor_take(&cursor);
    }
    return depth > 8 * DOCUMENT_DEPTH_MAX;
}

static void fail(struct document *document, struct location location, const char *message)
{
    diagnostics_error(&document->conf, location, "invalid XML: %s", message);
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
    fail(document, (struct location){.file = file, .line = model_error_line(context), .column = 1}, message);
}

/* Octets before the first element: the XML declaration, comments and white space. */
static size_t prolog_length(const struct source *source)
{
    struct cursor cursor = cursor_of(source);

    cursor_skip_space(&cursor);
    while (cursor_is_at(&cursor, "<?") ? cursor_skip_to(&cursor, "?>")
                                       : cursor_is_at(&cursor, "<!--") && cursor_skip_to(&cursor, "-->")) {
        cursor_skip_to(&cursor, ">");
        cursor_take(&cursor);
        cursor_skip_space(&cursor);
    }
    return (size_t)(cursor.at - source->text);
}

/* The text with its elements inside one of ours: libyang 2 walks all siblings for each that has no parent. */
static const char *enclosed(struct arena *arena, const struct source *source)
{
    static const char open[] = "<the:document xmlns:the=\"urn:vipgate:vipgate\">", close[] = "</the:document>";
    size_t prolog = prolog_length(source);
    char *text = arena_alloc(arena, source->size + sizeof open + sizeof close);

    if (text && source->size > 0) {
        memcpy(text, source->text, prolog);
        memcpy(text + prolog + sizeof open - 1, source->text + prolog, source->size - prolog);
    }
    if (text) {
        memcpy(text + prolog, open, sizeof open - 1);
        memcpy(text + source->size + sizeof open - 1, close, sizeof close);
    }
    return text;
}

/* A context without our module, so that libyang keeps every element as it stands, in the order of the text. */
static void read_in(struct ly_ctx *context, struct document *document, const struct source *source, const char *text)
{
    struct reader reader = {.document = document, .cursor = cursor_of(source)};
    struct lyd_node *tree = NULL;

    if (lyd_parse_data_mem(context, text, LYD_XML, LYD_PARSE_OPAQ | LYD_PARSE_ONLY, 0, &tree) != LY_SUCCESS)
        fail_by_libyang(document, context, source->file);
    else if (((const struct lyd_node_opaq *)tree)->value[0] != '\0')
        fail(document, source_start(source), "text outside of an element");
    else
        read_elements(&reader, ((const struct lyd_node_opaq *)tree)->child, &document->statements, 1);
    lyd_free_all(tree);
}

void xml_read(struct document *document, const struct source *source)
{
    struct location start = source_start(source);
    struct ly_ctx *context = NULL;
    const char *text = enclosed(&document->conf.arena, source);

    if (!text)
        return;
    if (source->size > 0 && memchr(source->text, '\0', source->size))
        fail(document, start, "NUL byte");
    else if (is_too_deep(source))
        fail(document, start, "elements nested too deeply");
    else if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIRS, &context) != LY_SUCCESS)
        fail(document, start, "libyang cannot make a context");
    else
        read_in(context, document, source, text);
    ly_ctx_destroy(context);
}
