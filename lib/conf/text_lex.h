/* Tokens of the text form, each with its location. What cannot be a token is reported here, and reading continues. The
 * text holds no NUL byte. */
#ifndef VIPGATE_LIB_CONF_TEXT_LEX_H
#define VIPGATE_LIB_CONF_TEXT_LEX_H

#include "lib/conf/cursor.h"
#include "lib/conf/document.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_SEMICOLON,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_LIST_OPEN,
    TOKEN_LIST_CLOSE,
    TOKEN_STRING, /* quoted */
};

struct token {
    enum token_kind kind;
    struct location location, end; /* END is where the next character stands */
    bool begins_line;              /* only space stands before it on its line */
    const char *text;              /* of a word or string, unquoted */
};

struct lexer {
    struct document *document;
    struct cursor cursor;
    struct token next, second; /* those to be taken: the second is the one after the next */
    struct location taken_end; /* of the token taken last */
};

void lexer_open(struct lexer *lexer, struct document *document, const struct source *source);

/* Takes the next token. At the end it is TOKEN_END, however often it is taken. */
struct token lexer_take(struct lexer *lexer);

#endif
