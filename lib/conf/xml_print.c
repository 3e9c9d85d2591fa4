#include "lib/conf/xml_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

char *xml_print(const struct lyd_node *tree)
{
    char *plain = NULL, *text = NULL;
    size_t size;

    if (lyd_print_mem(&plain, tree, LYD_XML, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_WD_EXPLICIT) != LY_SUCCESS)
        return NULL;
    FILE *stream = open_memstream(&text, &size);
    if (stream && plain)
        print_with_references(stream, plain);
    bool written = stream && fclose(stream) == 0;
    free(plain);
    if (written)
        return text;
    free(text);
    return NULL;
}
