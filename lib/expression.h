/*
 * Regular expressions whose cost is bounded, whatever the pattern and whatever the text: Perl's, by PCRE2, interpreted.
 * '^' and '$' also match at a line break, '.' does not match one.
 *
 * A pattern is bounded in its length, its depth and the memory that it compiles to. A match is bounded in its steps,
 * about a millisecond of them: a matcher that backtracks can take minutes for one text, and the text is a stranger's.
 */
#ifndef VIPGATE_LIB_EXPRESSION_H
#define VIPGATE_LIB_EXPRESSION_H

#include "lib/arena.h"

#include <stddef.h>

enum { EXPRESSION_WRONG_SIZE = 192 };

struct expression;

enum expression_outcome {
    EXPRESSION_MATCHES,
    EXPRESSION_DIFFERS,
    EXPRESSION_UNDECIDED, /* the steps, or memory, ran out */
};

/* PATTERN, compiled into ARENA. NULL where it is not an expression or is too large; WRONG then says why, and where. */
const struct expression *expression_compile(struct arena *arena, const char *pattern,
                                            char wrong[static EXPRESSION_WRONG_SIZE]);

/* Whether some part of the SIZE bytes at TEXT matches. */
enum expression_outcome expression_match(const struct expression *expression, const char *text, size_t size);

#endif
