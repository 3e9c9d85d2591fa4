/* The text form, read into statements, with the files that it includes. */
#include "lib/conf/text_lex.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { INCLUDE_DEPTH_MAX = 16 };

struct reader {
    struct lexer lexer;
    struct document *document;
    const struct source *source;
};

#define report(reader, location, ...) diagnostics_error(&(reader)->document->conf, location, __VA_ARGS__)

/* Reports what leaves out a part of the document. */
static void refuse(struct reader *reader, struct location location, const char *message)
{
    report(reader, location, "%s", message);
    reader->document->incomplete = true;
}

/* ---- include "path or glob": the statements of other files in the place of this one ---- */

/* The path that ARGUMENT means in the file ORIGIN. False: it is too long. */
static bool resolve(const char *origin, const char *argument, char path[static PATH_MAX])
{
    const char *slash = strrchr(origin, '/');
    int folder = argument[0] != '/' && slash ? (int)(slash - origin + 1) : 0;
    int length = snprintf(path, PATH_MAX, "%.*s%s", folder, origin, argument);

    return length >= 0 && length < PATH_MAX;
}

static bool is_being_read(const struct source *source)
{
    for (const struct source *outer = source->includer; outer; outer = outer->includer) {
        if (outer->device == source->device && outer->inode == source->inode)
            return true;
    }
    return false;
}

static void include_file(struct reader *reader, const char *path, struct location location)
{
    struct document *document = reader->document;
    struct source source = {.includer = reader->source, .path = path, .depth = reader->source->depth + 1};

    if (conf_encoding_of(path) != CONF_TEXT) {
        report(reader, location, "cannot include '%s': not in text form; convert it with 'vipgate config convert'",
               path);
        document->incomplete = true;
    } else if (document->conf.files.count >= DOCUMENT_FILES_MAX) {
        refuse(reader, location, "more than 256 files");
    } else if (source_read(document, location, &source)) {
        if (is_being_read(&source)) {
            report(reader, location, "'%s' includes itself", path);
            return;
        }
        source.file = diagnostics_file(&document->conf, path);
        text_read(document, &source);
    }
}

/* Glob takes a directory that it may not read for an empty one. */
static int ends_glob(const char *path, int error)
{
    (void)path;
    return error != ENOENT;
}

/* A pattern may match nothing; a plain path may not. */
static void include_matches(struct reader *reader, const char *path, struct location location)
{
    glob_t found;

    if (!strpbrk(path, "*?[")) {
        include_file(reader, path, location);
        return;
    }
    int result = glob(path, 0, ends_glob, &found);
    for (size_t i = 0; result == 0 && i < found.gl_pathc; i++)
        include_file(reader, found.gl_pathv[i], location);
    if (result == 0) {
        globfree(&found);
    } else if (result != GLOB_NOMATCH) {
        reader->document->unread = EACCES;
        refuse(reader, location, "cannot read the directory of this pattern");
    }
}

static void include(struct reader *reader, const struct statement *statement)
{
    const struct argument *argument = statement->arguments;
    char path[PATH_MAX];

    if (!argument || statement->is_list || statement->has_block || argument->text[0] == '\0')
        refuse(reader, statement->location, "'include' takes one path or pattern: include \"conf.d/*.conf\";");
    else if (reader->source->depth + 1 >= INCLUDE_DEPTH_MAX)
        refuse(reader, argument->location, "includes nested more than 16 deep");
    else if (!resolve(reader->source->path, argument->text, path))
        refuse(reader, argument->location, "path too long");
    else
        include_matches(reader, path, argument->location);
}

/* ---- statements ---- */

static bool is_text(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
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

/* False: out of memory. */
static bool take_argument(struct reader *reader, struct statement *statement)
{
    struct token token = lexer_take(&reader->lexer);

    return argument_append(reader->document, statement, token.text, token.location);
}

/* False: the list is not closed, which was reported, and its statement ends where it is. */
static bool read_list(struct reader *reader, struct statement *statement)
{
    struct token open = lexer_take(&reader->lexer);

    statement->is_list = true;
    while (is_text(&reader->lexer.next)) {
        if (!take_argument(reader, statement))
            return false;
    }
    if (reader->lexer.next.kind == TOKEN_LIST_CLOSE) {
        lexer_take(&reader->lexer);
        return true;
    }
    report(reader, open.location, "unterminated list of '%.60s': expected ']'", statement->name);
    return false;
}

/* Whether what is next looks like a statement of its own on a new line, after one whose ';' was forgotten: two words
 * and the first begins the line. */
static bool begins_statement(const struct reader *reader)
{
    const struct token *first = &reader->lexer.next, *second = &reader->lexer.second;

    return first->begins_line && first->kind == TOKEN_WORD && !second->begins_line &&
           (is_text(second) || second->kind == TOKEN_LIST_OPEN);
}

/* Reads the one argument; a second on the same line is reported, with those after it. */
static void read_argument(struct reader *reader, struct statement *statement)
{
    if (!is_text(&reader->lexer.next) || begins_statement(reader) || !take_argument(reader, statement))
        return;
    const struct token *next = &reader->lexer.next;
    if (!is_text(next) || next->begins_line)
        return;
    report(reader, next->location,
           "unexpected argument: '%.60s' takes one; write text with spaces in \"quotes\", several values "
           "in [ ]",
           statement->name);
    while (is_text(&reader->lexer.next) && !reader->lexer.next.begins_line)
        lexer_take(&reader->lexer);
}

static void read_statements(struct reader *reader, struct statements *statements, const struct statement *parent,
                            unsigned depth);

static void read_block(struct reader *reader, struct statement *statement, unsigned depth)
{
    statement->has_block = true;
    if (depth > DOCUMENT_DEPTH_MAX) {
        report(reader, reader->lexer.next.location, "blocks nested more than 32 deep");
        skip_block(reader);
        return;
    }
    lexer_take(&reader->lexer);
    read_statements(reader, &statement->children, statement, depth);
}

/* Reads what follows the name and argument: ';' or a block. */
static void read_rest(struct reader *reader, struct statement *statement, unsigned depth)
{
    switch (reader->lexer.next.kind) {
    case TOKEN_SEMICOLON:
        lexer_take(&reader->lexer);
        break;
    case TOKEN_OPEN:
        read_block(reader, statement, depth + 1);
        break;
    default:
        report(reader, reader->lexer.taken_end, "expected ';' after '%.60s'", statement->name);
    }
}

static void read_statement(struct reader *reader, struct statements *statements, unsigned depth)
{
    struct token name = lexer_take(&reader->lexer);
    bool is_include = strcmp(name.text, "include") == 0;
    struct statements includes = {0};
    struct statement *statement =
        statement_append(reader->document, is_include ? &includes : statements, name.text, name.location);
    bool whole = true;

    if (!statement)
        return;
    if (reader->lexer.next.kind == TOKEN_LIST_OPEN)
        whole = read_list(reader, statement);
    else
        read_argument(reader, statement);
    if (whole || reader->lexer.next.kind == TOKEN_SEMICOLON)
        read_rest(reader, statement, depth);
    if (is_include && depth > 0)
        report(reader, name.location, "'include' is allowed only at the top level");
    else if (is_include)
        include(reader, statement);
}

static void report_stray(struct reader *reader, const struct token *token)
{
    static const char *const messages[] = {
        [TOKEN_STRING] = "unexpected string: expected a statement",
        [TOKEN_SEMICOLON] = "unexpected ';': expected a statement; none is needed after '}'",
        [TOKEN_OPEN] = "unexpected '{': expected a statement",
        [TOKEN_CLOSE] = "unmatched '}'",
        [TOKEN_LIST_OPEN] = "unexpected '[': expected a statement",
        [TOKEN_LIST_CLOSE] = "unmatched ']'",
    };

    report(reader, token->location, "%s", messages[token->kind]);
    if (token->kind == TOKEN_OPEN)
        skip_block(reader);
    else
        lexer_take(&reader->lexer);
}

/* Reads statements to the end of the file, or to the '}' of PARENT's block (NULL: of none). */
static void read_statements(struct reader *reader, struct statements *statements, const struct statement *parent,
                            unsigned depth)
{
    for (;;) {
        const struct token *token = &reader->lexer.next;
        if (token->kind == TOKEN_WORD) {
            read_statement(reader, statements, depth);
        } else if (token->kind == TOKEN_END) {
            if (parent)
                report(reader, parent->location, "unterminated block of '%.60s': expected '}'", parent->name);
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
static bool refuse_nul(struct reader *reader)
{
    struct cursor cursor = cursor_of(reader->source);

    while (cursor_peek(&cursor, 0) > 0)
        cursor_take(&cursor);
    if (cursor_peek(&cursor, 0) < 0)
        return false;
    refuse(reader, cursor.location, "NUL byte: not a text file");
    return true;
}

void text_read(struct document *document, const struct source *source)
{
    struct reader reader = {.document = document, .source = source};

    if (refuse_nul(&reader))
        return;
    lexer_open(&reader.lexer, document, source);
    read_statements(&reader, &document->statements, NULL, 0);
}
