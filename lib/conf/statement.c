#include "lib/conf/statement.h"

struct statement *statement_new(struct document *document, const char *name, struct place place)
{
    struct statement *statement = arena_alloc(&document->arena, sizeof *statement);

    if (statement) {
        statement->name = name;
        statement->place = place;
    }
    return statement;
}

struct argument *argument_new(struct document *document, const char *text, struct place place)
{
    struct argument *argument = arena_alloc(&document->arena, sizeof *argument);

    if (argument) {
        argument->text = text;
        argument->place = place;
    }
    return argument;
}

void statement_append(struct statement ***tail, struct statement *statement)
{
    **tail = statement;
    while (**tail)
        *tail = &(**tail)->next;
}

void argument_append(struct argument ***tail, struct argument *argument)
{
    **tail = argument;
    while (**tail)
        *tail = &(**tail)->next;
}
