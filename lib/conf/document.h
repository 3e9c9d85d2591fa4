/*
 * A document under way. What the three encodings have in common is statements with arguments and blocks, each with its
 * location, and nothing known yet of what they mean. The reader of an encoding makes them; build.c turns them into a
 * tree of the schema.
 *
 *     local-as 65010;      a statement with one argument        <local-as>65010</local-as>      "local-as": 65010
 *     family [ a b ];      one with several                     twice the element               "family": ["a", "b"]
 *     neighbor X { … }     one with an argument and a block     the key lies inside the block, in XML and JSON
 */
#ifndef VIPGATE_LIB_CONF_DOCUMENT_H
#define VIPGATE_LIB_CONF_DOCUMENT_H

#include "lib/conf/diagnostics.h"
#include "lib/conf/tree.h"

#include <sha2.h>
#include <sys/types.h>

enum { DOCUMENT_DEPTH_MAX = 32, DOCUMENT_FILES_MAX = 256, DOCUMENT_SIZE_MAX = 16 * 1024 * 1024 };

/* How JSON wrote a value; RFC 7951 has a rule for each type. The other encodings do not tell, but that XML's white
 * space alone is a value where a leaf takes text, and else nothing. */
enum argument_kind { ARGUMENT_TEXT, ARGUMENT_BLANK, ARGUMENT_JSON_STRING, ARGUMENT_JSON_NUMBER, ARGUMENT_JSON_LITERAL };

struct argument {
    struct argument *next;
    const char *text;
    struct location location;
    enum argument_kind kind;
};

struct statements {
    struct statement *first, *last;
};

struct statement {
    struct statement *next;
    struct statements children;
    struct argument *arguments, *last_argument;
    const char *name;
    struct location location; /* of its name */
    bool is_list;             /* arguments stood in brackets */
    bool has_block;           /* a block was written, even an empty one */
};

/* A file that is being read. */
struct source {
    const struct source *includer; /* NULL: the document itself */
    const char *path;              /* empty: none */
    unsigned depth;                /* of its includers */
    unsigned file;                 /* its number in the diagnostics */
    const char *text;              /* in the document's arena */
    size_t size;
    dev_t device;
    ino_t inode;
};

struct document {
    enum conf_encoding encoding;
    struct conf conf; /* what comes of it */
    struct statements statements;
    struct tree tree;
    size_t size;     /* of all its files, bounded by DOCUMENT_SIZE_MAX */
    SHA2_CTX digest; /* of their bytes */
    int unread;      /* errno of a file that could not be read, preferably of one that exists; 0: none */
    bool incomplete; /* a part could not be read: what seems absent may be in it */
};

/* Appends one; NULL when out of memory. */
struct statement *statement_append(struct document *document, struct statements *statements, const char *name,
                                   struct location location);
struct argument *argument_append(struct document *document, struct statement *statement, const char *text,
                                 struct location location);

/* Reads the file at SOURCE's path into it. False: it cannot be read or is too large, which is reported at LOCATION. */
bool source_read(struct document *document, struct location location, struct source *source);

/* The location of SOURCE as a whole. */
struct location source_start(const struct source *source);

/* The readers, one for each encoding. Each appends the statements of SOURCE to DOCUMENT. */
void text_read(struct document *document, const struct source *source);
void json_read(struct document *document, const struct source *source);
void xml_read(struct document *document, const struct source *source);

/* Builds the tree of DOCUMENT's statements. The schema is walked, so there is no table of keywords: a new leaf in the
 * module is a new statement. It is not validated, and lacks what was reported: each statement that fits nowhere, with
 * what was expected. */
void document_build(struct document *document, const struct ly_ctx *context);

/* Reports every breach of the schema's rules that concern DOCUMENT's tree as a whole: what is mandatory, what must
 * exist because it is referred to. libyang's validation checks the former too, but stops at the first, and takes as
 * long as all else together. */
void document_check_rules(struct document *document, const struct ly_ctx *context);

/* Whether the schema has a rule that neither of the two checks: 'must', 'when', 'unique', a mandatory node at the top.
 * libyang must then validate the tree. */
bool rules_are_incomplete(const struct ly_ctx *context);

#endif
