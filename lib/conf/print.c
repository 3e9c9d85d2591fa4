/* A document printed in its three encodings, without schema defaults; what is printed is read as the same document. */
#include "lib/conf/conf.h"
#include "lib/conf/secret.h"
#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

/* ---- the text form, in the order of the schema ---- */

enum { INDENT = 4 };

static void print_siblings(FILE *out, const struct lyd_node *first, int depth);

static bool needs_quotes(const char *text)
{
    return *text == '\0' || *text == '#' || strncmp(text, "/*", 2) == 0 || strpbrk(text, " \t\n\r\f\v;{}[]\"\\");
}

static void print_quoted(FILE *out, const char *text)
{
    static const char marks[] = "\"\\\n\t\r", letters[] = "\"\\ntr";

    fputc('"', out);
    for (; *text; text++) {
        const char *mark = strchr(marks, *text);
        if (mark)
            fprintf(out, "\\%c", letters[mark - marks]);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static void print_argument(FILE *out, const char *text)
{
    fputc(' ', out);
    if (needs_quotes(text))
        print_quoted(out, text);
    else
        fputs(text, out);
}

/* Values of one leaf-list, of which FIRST is the first, on one line. Returns the last of them. */
static const struct lyd_node *print_leaf_list(FILE *out, const struct lyd_node *first)
{
    const struct lyd_node *node = first;
    bool several = first->next && first->next->schema == first->schema;

    fputs(several ? " [" : "", out);
    print_argument(out, lyd_get_value(node));
    while (node->next && node->next->schema == first->schema) {
        node = node->next;
        print_argument(out, lyd_get_value(node));
    }
    fputs(several ? " ];\n" : ";\n", out);
    return node;
}

static void print_block(FILE *out, const struct lyd_node *first, int depth)
{
    const struct lyd_node *child;
    bool empty = true;

    LY_LIST_FOR(first, child)
    {
        empty = empty && !model_is_explicit(child);
    }
    if (empty) {
        fputs(";\n", out);
        return;
    }
    fputs(" {\n", out);
    print_siblings(out, first, depth + 1);
    fprintf(out, "%*s}\n", depth * INDENT, "");
}

/* Prints NODE, and the rest of its leaf-list where it is one. Returns the last that was printed. */
static const struct lyd_node *print_node(FILE *out, const struct lyd_node *node, int depth)
{
    fprintf(out, "%*s%s", depth * INDENT, "", node->schema->name);
    switch (node->schema->nodetype) {
    case LYS_CONTAINER:
        print_block(out, lyd_child(node), depth);
        break;
    case LYS_LIST:
        print_argument(out, lyd_get_value(lyd_child(node)));
        print_block(out, lyd_child_no_keys(node), depth);
        break;
    case LYS_LEAFLIST:
        return print_leaf_list(out, node);
    default:
        if (((const struct lysc_node_leaf *)node->schema)->type->basetype != LY_TYPE_EMPTY)
            print_argument(out, lyd_get_value(node));
        fputs(";\n", out);
    }
    return node;
}

static void print_siblings(FILE *out, const struct lyd_node *first, int depth)
{
    bool printed = false;

    for (const struct lyd_node *node = first; node; node = node->next) {
        if (!model_is_explicit(node) || lysc_is_key(node->schema))
            continue;
        if (printed && depth == 0 && (node->schema->nodetype & (LYS_CONTAINER | LYS_LIST)))
            fputc('\n', out);
        node = print_node(out, node, depth);
        printed = true;
    }
}

/* ---- XML: a carriage return, and a value of white space alone, as references (XML 1.0 section 2.11) ---- */

static const char blanks[] = " \t\r\n";

/* Whether the tag that ends before AT, at '>', opens an element: it is not "</x>", "<x/>" or "<?x?>". */
static bool follows_start_tag(const char *text, const char *at)
{
    const char *tag = at - 1;

    if (at == text || *tag != '>' || tag[-1] == '/' || tag[-1] == '?')
        return false;
    while (tag > text && *tag != '<')
        tag--;
    return tag[1] != '/';
}

static void print_references(FILE *stream, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        fprintf(stream, "&#x%X;", (unsigned char)text[i]);
}

/* Copies TEXT, which libyang printed. */
static void print_with_references(FILE *stream, const char *text)
{
    const char *at = text;

    while (*at) {
        size_t blank = strspn(at, blanks);
        if (blank > 0 && strncmp(at + blank, "</", 2) == 0 && follows_start_tag(text, at)) {
            print_references(stream, at, blank);
            at += blank;
        } else if (*at == '\r') {
            print_references(stream, at++, 1);
        } else {
            fputc(*at++, stream);
        }
    }
}

static bool print_xml(FILE *stream, const struct lyd_node *tree)
{
    char *plain = NULL;

    if (lyd_print_mem(&plain, tree, LYD_XML, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_WD_EXPLICIT) != LY_SUCCESS)
        return false;
    if (plain)
        print_with_references(stream, plain);
    free(plain);
    return true;
}

/* ---- all of them ---- */

static bool print(FILE *stream, const struct lyd_node *tree, enum conf_encoding encoding)
{
    if (encoding == CONF_XML)
        return print_xml(stream, tree);
    if (encoding == CONF_JSON)
        return lyd_print_file(stream, tree, LYD_JSON, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_WD_EXPLICIT) == LY_SUCCESS;
    print_siblings(stream, tree, 0);
    return true;
}

char *conf_print(const struct lyd_node *tree, enum conf_encoding encoding, bool secrets)
{
    struct lyd_node *copy = NULL;
    char *text = NULL;
    size_t size;

    if (!secrets && tree && !(copy = conf_without_secrets(tree)))
        return NULL;
    FILE *stream = open_memstream(&text, &size);
    bool done = stream && print(stream, copy ? copy : tree, encoding);
    done &= stream && fclose(stream) == 0;
    lyd_free_all(copy);
    if (done)
        return text;
    free(text);
    return NULL;
}
