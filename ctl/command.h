/*
 * The command line: one table of commands (ctl/commands.c), from which parsing, usage, --help and completion derive.
 */
#ifndef VIPGATE_CTL_COMMAND_H
#define VIPGATE_CTL_COMMAND_H

#include "ctl/syntax.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit statuses, as documented: scripts rely on them. */
enum {
    STATUS_DONE = 0,
    STATUS_REFUSED = 1,     /* by the daemon, or the thing asked for does not exist */
    STATUS_USAGE = 2,       /* usage or configuration error */
    STATUS_UNREACHABLE = 3, /* a daemon that was needed */
};

struct invocation;
struct view;

struct command {
    const char *words;  /* "show neighbor" */
    const char *syntax; /* "ADDRESS"; see ctl/syntax.h */
    const char *help;   /* one line, for lists */
    const char *more;   /* further lines for --help, or NULL */
    int (*handler)(const struct invocation *invocation);
    const struct view *view; /* for a handler that shows whatever list; else NULL */
};

/* What was typed. */
struct invocation {
    const struct command *command; /* NULL: only words that begin one, or none */
    struct arguments arguments;    /* of the command */
    struct arguments options;      /* that every command has */
    char words[128];               /* of the command, as far as they go */
};

/* The table; it ends with a row without words. */
extern const struct command commands[];

/* The options that every command has, as syntax. */
extern const char command_options[];

/* Reads the COUNT words at WORDS. 0, or STATUS_USAGE with why and the remedy in ERROR. Incomplete input is no error
 * where --help is among it. */
int command_read(struct invocation *invocation, int count, char **words, char *error, size_t size);

/* The value of the element NAME of the command, or of the common option NAME; NULL where it was not given. */
static inline const char *command_argument(const struct invocation *invocation, const char *name)
{
    const char *value = arguments_get(&invocation->arguments, name);

    return value ? value : arguments_get(&invocation->options, name);
}

/* Writes the help for what was typed: one command, those that begin with the words typed, or all. */
void command_help(const struct invocation *invocation, FILE *file);

/* Writes, one a line, what may stand at the place of the last of the COUNT words at WORDS, which may be empty. A line
 * "@vip" stands for the names in that list of the daemons. */
void command_complete(int count, char **words, FILE *file);

#endif
