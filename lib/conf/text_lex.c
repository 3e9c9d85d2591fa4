#include "lib/conf/text_lex.h"

#include <string.h>

static void lex_error(struct lexer *lexer, struct location location, const char *message)
{
    diagnostics_error(&lexer->document->conf, location, "%s", message);
}

static void skip_block_comment(struct lexer *lexer)
{
    struct cursor *cursor = &lexer->cursor;
    struct location location = cursor->location;

    cursor_take(cursor);
    cursor_take(cursor);
    if (!cursor_skip_to(cursor, "*/"))
        lex_error(lexer, location, "unterminated comment: expected '*/'");
    cursor_take(cursor);
    cursor_take(cursor);
}

static void skip_space_and_comments(struct lexer *lexer)
{
    struct cursor *cursor = &lexer->cursor;

    for (;;) {
        if (cursor_is_at_space(cursor))
            cursor_skip_space(cursor);
        else if (cursor_peek(cursor, 0) == '#')
            cursor_skip_to(cursor, "\n");
        else if (cursor_is_at(cursor, "/*"))
            skip_block_comment(lexer);
        else
            return;
    }
}

static char unescape(struct lexer *lexer, struct location location, int byte)
{
    static const char letters[] = "\"\\ntr", meanings[] = "\"\\\n\t\r";
    const char *letter = strchr(letters, byte);

    if (letter)
        return meanings[letter - letters];
    lex_error(lexer, location, "invalid escape sequence: expected \\\" \\\\ \\n \\r or \\t");
    return '?';
}

/* Continues after an unterminated string as if it ended at the first ';' of its line: that is where most do. */
static void recover_from_string(struct lexer *lexer, struct cursor start)
{
    const char *line_end = lexer->cursor.at;

    for (struct cursor cursor = start; cursor.at < line_end; cursor_take(&cursor)) {
        if (cursor_peek(&cursor, 0) == ';') {
            lexer->cursor = cursor;
            return;
        }
    }
}

/* Reads up to the closing quote into TOKEN. */
static void lex_string(struct lexer *lexer, struct token *token)
{
    struct cursor *cursor = &lexer->cursor;
    char *text = arena_alloc(&lexer->document->conf.arena, cursor_quoted_length(cursor) + 1);
    struct cursor start = *cursor;
    size_t length = 0;

    token->kind = TOKEN_STRING;
    token->text = text;
    cursor_take(cursor);
    while (text && cursor_peek(cursor, 0) >= 0 && cursor_peek(cursor, 0) != '\n') {
        struct location location = cursor->location;
        int byte = cursor_take(cursor);
        if (byte == '"')
            return;
        if (byte == '\\' && cursor_peek(cursor, 0) >= 0 && cursor_peek(cursor, 0) != '\n')
            text[length++] = unescape(lexer, location, cursor_take(cursor));
        else
            text[length++] = (char)byte;
    }
    lex_error(lexer, token->location, "unterminated string: expected '\"' on this line (write a line break as \\n)");
    recover_from_string(lexer, start);
}

static bool ends_word(const struct cursor *cursor, size_t offset)
{
    int byte = cursor_peek(cursor, offset);

    return byte <= 0 || strchr(" \t\n\r\f\v;{}[]\"", byte);
}

/* Length of "[2001:db8::1]" in "[2001:db8::1]:443" at the cursor, else 0. No list can be followed by a colon, so this
 * is an argument, written as everywhere else. */
static size_t bracketed_address_length(const struct cursor *cursor)
{
    size_t length = 1;

    if (cursor_peek(cursor, 0) != '[')
        return 0;
    while (!ends_word(cursor, length))
        length++;
    if (cursor_peek(cursor, length) != ']' || cursor_peek(cursor, length + 1) != ':')
        return 0;
    return ends_word(cursor, length + 2) ? 0 : length + 1;
}

static void lex_word(struct lexer *lexer, struct token *token)
{
    struct cursor *cursor = &lexer->cursor;
    const char *start = cursor->at;

    for (size_t bracketed = bracketed_address_length(cursor); bracketed > 0; bracketed--)
        cursor_take(cursor);
    while (!ends_word(cursor, 0))
        cursor_take(cursor);
    token->kind = TOKEN_WORD;
    token->text = arena_text(&lexer->document->conf.arena, start, (size_t)(cursor->at - start));
}

static enum token_kind mark_kind(int byte)
{
    static const char marks[] = ";{}[]\""; /* in the order of their kinds */
    const char *mark = strchr(marks, byte);

    return mark ? (enum token_kind)(TOKEN_SEMICOLON + (mark - marks)) : TOKEN_WORD;
}

static struct token lex(struct lexer *lexer)
{
    struct cursor *cursor = &lexer->cursor;
    unsigned last_line = lexer->second.end.line;

    skip_space_and_comments(lexer);
    struct token token = {.location = cursor->location, .begins_line = cursor->location.line != last_line};
    int byte = cursor_peek(cursor, 0);

    if (byte >= 0 && !lexer->document->conf.arena.failed) {
        token.kind = mark_kind(byte);
        if (token.kind == TOKEN_STRING)
            lex_string(lexer, &token);
        else if (token.kind == TOKEN_WORD || bracketed_address_length(cursor) > 0)
            lex_word(lexer, &token);
        else
            cursor_take(cursor);
        if (lexer->document->conf.arena.failed)
            token.kind = TOKEN_END;
    }
    token.end = cursor->location;
    return token;
}

void lexer_open(struct lexer *lexer, struct document *document, const struct source *source)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    *lexer = (struct lexer){.document = document, .cursor = cursor_of(source)};
    if (cursor_is_at(&lexer->cursor, byte_order_mark))
        lexer->cursor.at += strlen(byte_order_mark);
    lexer->next = lex(lexer);
    lexer->second = lexer->next;
    lexer->second = lex(lexer);
}

struct token lexer_take(struct lexer *lexer)
{
    struct token token = lexer->next;

    lexer->taken_end = token.end;
    lexer->next = lexer->second;
    if (lexer->second.kind != TOKEN_END)
        lexer->second = lex(lexer);
    return token;
}
