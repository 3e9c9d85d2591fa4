/* Tokens of the text form, each with its place. What cannot be a token is reported here, and reading goes on. */
#ifndef VIPGATE_LIB_CONF_TEXT_LEX_H
#define VIPGATE_LIB_CONF_TEXT_LEX_H

#include "lib/conf/cursor.h"
#include "lib/conf/statement.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_STRING, /* quoted */
    TOKEN_SEMICOLON,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_LIST_OPEN,
    TOKEN_LIST_CLOSE,
};

struct token {
    enum token_kind kind;
    struct place place, end; /* END is where the next character stands */
    bool begins_line;        /* nothing but space stands before it on its line */
    const char *text;        /* of a word or string, unquoted */
};

/* Looks one token further than the one to be taken. */
struct lexer {
    struct document *document;
    struct cursor cursor;
    struct token ahead[2];
    struct place taken_end; /* of the token taken last */
};

void lexer_open(struct lexer *lexer, struct document *document, unsigned file, const char *text, size_t size);

/* The next token, and the one after it, both left in place. */
const struct token *lexer_peek(const struct lexer *lexer);
const struct token *lexer_peek_second(const struct lexer *lexer);

/* Takes the next token. At the end it answers TOKEN_END, as often as asked. */
struct token lexer_take(struct lexer *lexer);

#endif
