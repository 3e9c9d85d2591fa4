#include "lib/conf/text_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Whether NODE is printed: the schema's defaults are not, nor what holds nothing else. */
static bool is_written(const struct lyd_node *node)
{
    return !(node->flags & LYD_DEFAULT);
}

static bool is_key(const struct lyd_node *node)
{
    return lysc_is_key(node->schema);
}

/* Values of one leaf-list, of which FIRST is the first, on one line. Answers the last of them. */
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
        empty = empty && !is_written(child);
    }
    if (empty) {
        fputs(";\n", out);
        return;
    }
    fputs(" {\n", out);
    print_siblings(out, first, depth + 1);
    fprintf(out, "%*s}\n", depth * INDENT, "");
}

/* Prints NODE, and the rest of its leaf-list where it is one. Answers the last that was printed. */
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

static bool is_block(const struct lyd_node *node)
{
    return node->schema->nodetype & (LYS_CONTAINER | LYS_LIST);
}

static void print_siblings(FILE *out, const struct lyd_node *first, int depth)
{
    bool printed = false;

    for (const struct lyd_node *node = first; node; node = node->next) {
        if (!is_written(node) || is_key(node))
            continue;
        if (printed && depth == 0 && is_block(node))
            fputc('\n', out);
        node = print_node(out, node, depth);
        printed = true;
    }
}

char *text_print(const struct lyd_node *tree)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    print_siblings(out, tree, 0);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
