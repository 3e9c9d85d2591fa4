/*
 * What the three encodings have in common: statements with arguments and blocks, each with its place, and nothing known
 * yet of what they mean. A reader of an encoding makes them; build.c turns them into a tree of the schema.
 *
 *     local-as 65010;      a statement with one argument        <local-as>65010</local-as>      "local-as": 65010
 *     family [ a b ];      one with several                     twice the element               "family": ["a", "b"]
 *     neighbor X { … }     one with an argument and a block     the key lies inside the block, in XML and JSON
 */
#ifndef VIPGATE_LIB_CONF_STATEMENT_H
#define VIPGATE_LIB_CONF_STATEMENT_H

#include "lib/arena.h"
#include "lib/conf/diagnostics.h"

#include <libyang/libyang.h>
#include <sha2.h>

enum { DOCUMENT_DEPTH_MAX = 32, DOCUMENT_SIZE_MAX = 4 * 1024 * 1024, DOCUMENT_FILES_MAX = 256 };

/* Statements at the top level, whose number costs libyang its square. */
enum { DOCUMENT_TOP_MAX = 32 * 1024 };

/* How JSON wrote a value; RFC 7951 has a rule for each type. The other encodings do not tell. */
enum argument_kind { ARGUMENT_TEXT, ARGUMENT_JSON_STRING, ARGUMENT_JSON_NUMBER, ARGUMENT_JSON_LITERAL };

struct argument {
    struct argument *next;
    struct place place;
    enum argument_kind kind;
    const char *text;
};

struct statement {
    struct statement *next;
    struct statement *children;
    struct argument *arguments;
    struct argument *blank; /* XML: white space alone, which is a value where a leaf takes text, and else nothing */
    struct place place;     /* of its name */
    const char *name;
    bool is_list;   /* arguments stood in brackets */
    bool has_block; /* a block was written, even an empty one */
};

/* What the operator tried to write and got wrong: reported once, not once more as missing. TEXT is the key of a list
 * entry, else NULL. */
struct attempt {
    struct attempt *next;
    const struct lyd_node *parent;
    const struct lysc_node *schema;
    const char *text;
};

/* A document under way. */
struct document {
    enum conf_encoding encoding;
    struct arena arena;
    struct diagnostics diagnostics;
    struct statement *statements;
    struct attempt *attempts;
    struct ly_set aside; /* list entries outside the tree; see aside.h */
    size_t size;         /* of all its files, bounded by DOCUMENT_SIZE_MAX */
    SHA2_CTX digest;     /* of their bytes */
    int unread;          /* errno of a file that could not be read, if possible one that is there; 0: none */
    bool incomplete;     /* a file is missing from it: what seems absent may be there */
};

/* New ones; NULL when out of memory. */
struct statement *statement_new(struct document *document, const char *name, struct place place);
struct argument *argument_new(struct document *document, const char *text, struct place place);

/* Appends in order: TAIL is kept by the caller and starts as the address of an empty list. */
void statement_append(struct statement ***tail, struct statement *statement);
void argument_append(struct argument ***tail, struct argument *argument);

#endif
