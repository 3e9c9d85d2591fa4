/*
 * How a command is written. A row of the command table says it once, in the words of its usage line, and this grammar
 * reads that line: arguments, help, errors and completion all come from it.
 *
 *     element  = VALUE              a positional argument: "ADDRESS", or a choice: "up|down|reset", "PREFIX|all"
 *              | keyword VALUE      "neighbor ADDRESS"; only within brackets
 *              | -option [VALUE]    "--follow", "--last N", "-c FILE"; in brackets the VALUE may be left out: "--watch
 * [DURATION]" | "[" element "]"    may be left out
 */
#ifndef VIPGATE_CTL_SYNTAX_H
#define VIPGATE_CTL_SYNTAX_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>

enum { SYNTAX_ELEMENTS_MAX = 8, SYNTAX_WORD_SIZE = 48 };

enum element_kind { ELEMENT_POSITIONAL, ELEMENT_KEYWORD, ELEMENT_OPTION };

struct element {
    enum element_kind kind;
    bool optional;
    char name[SYNTAX_WORD_SIZE];  /* "ADDRESS", "neighbor", "--last" */
    char value[SYNTAX_WORD_SIZE]; /* what it takes: "ADDRESS", "up|down"; empty: nothing */
    bool value_optional;
};

/* Reads SYNTAX, one of our own, into ELEMENTS and returns how many there are. */
size_t syntax_read(const char *syntax, struct element elements[static SYNTAX_ELEMENTS_MAX]);

/* One value that was given. */
struct argument {
    char name[SYNTAX_WORD_SIZE];      /* of the element */
    const char *value;                /* as it was typed, or CANONICAL; "" for an option without value */
    char canonical[PREFIX_TEXT_SIZE]; /* of an address or a prefix */
};

struct arguments {
    struct argument items[SYNTAX_ELEMENTS_MAX];
    size_t count;
};

/* The value given for the element NAME, or NULL. Valid as long as ARGUMENTS. */
const char *arguments_get(const struct arguments *arguments, const char *name);

/* Whether TEXT fits as the value of ELEMENT. */
bool element_fits(const struct element *element, const char *text);

/* Takes TEXT as the value of ELEMENT; "" where none was given. False, with why in ERROR, where it does not fit. */
bool arguments_take(struct arguments *arguments, const struct element *element, const char *text, char *error,
                    size_t size);

/* The daemon's list that holds possible values of the placeholder NAME, such as "vip" for "PREFIX", or NULL. */
const char *placeholder_list(const char *name);

#endif
