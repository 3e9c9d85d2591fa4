#include "lib/conf/text_read.h"

#include "lib/conf/include.h"
#include "lib/conf/text_lex.h"

#include <string.h>

struct reader {
    struct lexer lexer;
    struct document *document;
    const struct include_origin *origin;
};

static bool is_text(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
}

static struct diagnostics *diagnostics_of(struct reader *reader)
{
    return &reader->document->diagnostics;
}

/* Passes over a block whose '{' is next, with all that it holds. */
static void skip_block(struct reader *reader)
{
    unsigned depth = 0;

    do {
        struct token token = lexer_take(&reader->lexer);
        if (token.kind == TOKEN_END)
            return;
        depth += token.kind == TOKEN_OPEN;
        depth -= token.kind == TOKEN_CLOSE;
    } while (depth > 0);
}

static bool take_argument(struct reader *reader, struct argument ***tail)
{
    struct token token = lexer_take(&reader->lexer);
    struct argument *argument = argument_new(reader->document, token.text, token.place);

    if (argument)
        argument_append(tail, argument);
    return argument != NULL;
}

/* False: the list is not closed, which was reported, and its statement ends where it is. */
static bool read_list(struct reader *reader, struct statement *statement)
{
    struct argument **tail = &statement->arguments;
    struct token open = lexer_take(&reader->lexer);

    statement->is_list = true;
    while (is_text(lexer_peek(&reader->lexer))) {
        if (!take_argument(reader, &tail))
            return false;
    }
    if (lexer_peek(&reader->lexer)->kind == TOKEN_LIST_CLOSE) {
        lexer_take(&reader->lexer);
        return true;
    }
    diagnostics_error(diagnostics_of(reader), open.place, "the list of '%.60s' is not closed: expected ']'",
                      statement->name);
    return false;
}

/* Whether what is next looks like a statement of its own on a new line, after one whose ';' was forgotten: two words
 * and the first begins the line. */
static bool begins_statement(const struct reader *reader)
{
    const struct token *first = lexer_peek(&reader->lexer), *second = lexer_peek_second(&reader->lexer);

    return first->begins_line && first->kind == TOKEN_WORD && !second->begins_line &&
           (is_text(second) || second->kind == TOKEN_LIST_OPEN);
}

/* Reads the one argument; a second on the same line is reported, with those after it. */
static void read_argument(struct reader *reader, struct statement *statement)
{
    struct argument **tail = &statement->arguments;

    if (!is_text(lexer_peek(&reader->lexer)) || begins_statement(reader) || !take_argument(reader, &tail))
        return;
    const struct token *next = lexer_peek(&reader->lexer);
    if (!is_text(next) || next->begins_line)
        return;
    diagnostics_error(
        diagnostics_of(reader), next->place,
        "'%.60s' takes one argument, and this is one more: put text with spaces in \"quotes\", several values in [ ]",
        statement->name);
    while (is_text(lexer_peek(&reader->lexer)) && !lexer_peek(&reader->lexer)->begins_line)
        lexer_take(&reader->lexer);
}

static void read_statements(struct reader *reader, struct statement ***tail, const struct statement *parent,
                            unsigned depth);

static void read_block(struct reader *reader, struct statement *statement, unsigned depth)
{
    struct statement **tail = &statement->children;

    statement->has_block = true;
    if (depth >= DOCUMENT_DEPTH_MAX) {
        diagnostics_error(diagnostics_of(reader), lexer_peek(&reader->lexer)->place,
                          "blocks are nested more than %d deep", DOCUMENT_DEPTH_MAX);
        skip_block(reader);
        return;
    }
    lexer_take(&reader->lexer);
    read_statements(reader, &tail, statement, depth);
}

/* Reads what follows the name and argument: ';' or a block. */
static void read_rest(struct reader *reader, struct statement *statement, unsigned depth)
{
    switch (lexer_peek(&reader->lexer)->kind) {
    case TOKEN_SEMICOLON:
        lexer_take(&reader->lexer);
        break;
    case TOKEN_OPEN:
        read_block(reader, statement, depth + 1);
        break;
    default:
        diagnostics_error(diagnostics_of(reader), reader->lexer.taken_end, "expected ';' after '%.60s'",
                          statement->name);
    }
}

static void read_statement(struct reader *reader, struct statement ***tail, unsigned depth)
{
    struct token name = lexer_take(&reader->lexer);
    struct statement *statement = statement_new(reader->document, name.text, name.place);

    if (!statement)
        return;
    bool whole = true;
    if (lexer_peek(&reader->lexer)->kind == TOKEN_LIST_OPEN)
        whole = read_list(reader, statement);
    else
        read_argument(reader, statement);
    if (whole || lexer_peek(&reader->lexer)->kind == TOKEN_SEMICOLON)
        read_rest(reader, statement, depth);
    if (strcmp(statement->name, "include") != 0)
        statement_append(tail, statement);
    else if (depth > 0)
        diagnostics_error(diagnostics_of(reader), name.place, "'include' stands at the top level only");
    else
        include_read(reader->document, reader->origin, statement, tail);
}

static void report_stray(struct reader *reader, const struct token *token)
{
    static const char *const messages[] = {
        [TOKEN_STRING] = "a string without a statement: expected the name of a statement before it",
        [TOKEN_SEMICOLON] = "';' without a statement: none is needed after '}'",
        [TOKEN_OPEN] = "a block without a statement: expected the name of a statement before '{'",
        [TOKEN_CLOSE] = "'}' closes nothing: there is one too many, or a '{' is missing above",
        [TOKEN_LIST_OPEN] = "a list without a statement: expected the name of a statement before '['",
        [TOKEN_LIST_CLOSE] = "']' closes nothing",
    };

    diagnostics_error(diagnostics_of(reader), token->place, "%s", messages[token->kind]);
    if (token->kind == TOKEN_OPEN)
        skip_block(reader);
    else
        lexer_take(&reader->lexer);
}

/* Reads statements to the end of the file, or to the '}' of PARENT's block (NULL: of none). */
static void read_statements(struct reader *reader, struct statement ***tail, const struct statement *parent,
                            unsigned depth)
{
    for (;;) {
        const struct token *token = lexer_peek(&reader->lexer);
        if (token->kind == TOKEN_WORD) {
            read_statement(reader, tail, depth);
        } else if (token->kind == TOKEN_END) {
            if (parent)
                diagnostics_error(diagnostics_of(reader), parent->place,
                                  "the block of '%.60s' is not closed: expected '}' before the end of the file",
                                  parent->name);
            return;
        } else if (token->kind == TOKEN_CLOSE && parent) {
            lexer_take(&reader->lexer);
            return;
        } else {
            report_stray(reader, token);
        }
    }
}

/* No text holds a NUL byte: what else could be said of a binary file would not help. */
static bool refuse_nul(struct document *document, unsigned file, const char *text, size_t size)
{
    struct cursor cursor = cursor_of(text, size, file);

    if (!memchr(text, '\0', size))
        return false;
    while (cursor_peek(&cursor, 0) > 0)
        cursor_take(&cursor);
    diagnostics_error(&document->diagnostics, cursor.place, "a NUL byte: this is not a text file");
    document->incomplete = true;
    return true;
}

void text_read(struct document *document, const struct include_origin *origin, const char *text, size_t size,
               struct statement ***tail)
{
    struct reader reader = {.document = document, .origin = origin};

    if (size == 0 || refuse_nul(document, origin->file, text, size))
        return;
    lexer_open(&reader.lexer, document, origin->file, text, size);
    read_statements(&reader, tail, NULL, 0);
}
