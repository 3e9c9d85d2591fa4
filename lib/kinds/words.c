#include "lib/kinds/words.h"

#include <stdbool.h>
#include <string.h>

static const char blanks[] = " \t\n";

/* Copies the part of a word within QUOTE, whose beginning *FROM is past, to *TO. False: it has no end. */
static bool take_quoted(const char **from, char **to, char quote)
{
    while (**from && **from != quote) {
        if (quote == '"' && **from == '\\' && (*from)[1] && strchr("\"\\$`", (*from)[1]))
            (*from)++;
        *(*to)++ = *(*from)++;
    }
    if (!**from)
        return false;
    (*from)++;
    return true;
}

/* Copies the word at *FROM to *TO, and ends it there. NULL, or what is wrong. */
static const char *take_word(const char **from, char **to)
{
    while (**from && !strchr(blanks, **from)) {
        char next = *(*from)++;
        if (next == '\'' || next == '"') {
            if (!take_quoted(from, to, next))
                return next == '"' ? "unmatched \"" : "unmatched '";
            continue;
        }
        if (next == '\\' && !**from)
            return "trailing \\";
        *(*to)++ = next == '\\' ? *(*from)++ : next;
    }
    *(*to)++ = '\0';
    return NULL;
}

const char *words_split(struct arena *arena, const char *text, char ***words)
{
    size_t length = strlen(text), count = 0;
    const char *wrong = NULL;
    char *to = arena_alloc(arena, length + 2); /* no word is longer than it was written, and blanks become its end */

    *words = arena_alloc(arena, (length / 2 + 2) * sizeof **words);
    if (!to || !*words) {
        *words = NULL;
        return NULL;
    }
    while (!wrong && *(text += strspn(text, blanks))) {
        (*words)[count++] = to;
        wrong = take_word(&text, &to);
    }
    return wrong;
}
