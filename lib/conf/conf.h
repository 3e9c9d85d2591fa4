/*
 * A configuration document: read from a file in one of its three encodings, validated, with every error of the file
 * located. The result is a value: a libyang tree that the daemons turn into structs of their own.
 *
 *   file -> text_lex -> text_read  \
 *   file             -> json_read   >  statements -> build, builder -> tree -> rules -> lint -> struct conf
 *   file -> libyang  -> xml_read   /
 *
 * libyang stops at the first error and knows no column. So the readers keep the location of each statement, build walks
 * the schema and reports all that does not fit it, rules reports what is missing in the tree as a whole and lint what
 * the schema cannot say. libyang holds the tree, judges each value and adds the defaults; it validates the tree once
 * more where the schema has a rule that rules does not know.
 */
#ifndef VIPGATE_LIB_CONF_CONF_H
#define VIPGATE_LIB_CONF_CONF_H

#include "lib/arena.h"

#include <libyang/libyang.h>
#include <sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum conf_encoding { CONF_TEXT, CONF_JSON, CONF_XML };
enum conf_severity { CONF_ERROR, CONF_WARNING };

/* COLUMN and LINE start at 1; 0: it concerns none. What is wrong with the file as a whole, such as that it cannot be
 * read, is at 1:1. */
struct conf_diagnostic {
    enum conf_severity severity;
    const char *file;     /* lives as long as the struct conf */
    unsigned file_number; /* in the order of reading */
    unsigned line, column;
    char *message; /* what is wrong and the remedy, one line */
};

/* The names of the files that a document is made of. */
struct conf_files {
    char **names;
    unsigned count;
};

enum { CONF_DIGEST_SIZE = SHA256_DIGEST_STRING_LENGTH };

struct conf {
    struct lyd_node *tree; /* NULL where there were errors; else validated, with schema defaults in place */
    struct conf_diagnostic *diagnostics; /* in the order of their locations */
    size_t diagnostic_count;
    size_t error_count, warning_count; /* of all that were reported; not all are kept */
    struct conf_files files;
    struct arena arena; /* the statements, with the locations of the nodes of TREE */

    /* SHA-256 of the bytes of all files, in the order in which they were read: it is shown, and the files hold secrets.
     */
    char digest[CONF_DIGEST_SIZE];
};

/* The encoding by the ending of PATH: .json, .xml, anything else is text. */
enum conf_encoding conf_encoding_of(const char *path);

/* Reads and validates the file at PATH against CONTEXT (model_open). Never fails outright: what is wrong, the file's
 * absence included, is in the diagnostics. Release with conf_clear. */
struct conf conf_load(const struct ly_ctx *context, const char *path);

/* The same for TEXT; NAME is that of the file in diagnostics; includes are relative to the working directory. */
struct conf conf_parse(const struct ly_ctx *context, const char *name, const char *text, size_t size,
                       enum conf_encoding encoding);

/* The digest alone: the same as that of conf_load, errors in the document or not. 0, or a negative errno where not all
 * of it can be read, so that DIGEST is not that of all. */
int conf_digest(const char *path, char digest[static CONF_DIGEST_SIZE]);

void conf_clear(struct conf *conf);

/* Frees the tree and the statements; the diagnostics stay. */
void conf_drop_tree(struct conf *conf);

/* Add a diagnostic, also once the document is read: a daemon finds more when it turns the tree into structs of its own.
 * NODE is of the tree; NULL: the file as a whole. */
void conf_report(struct conf *conf, enum conf_severity severity, const struct lyd_node *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define conf_error(conf, node, ...)   conf_report(conf, CONF_ERROR, node, __VA_ARGS__)
#define conf_warning(conf, node, ...) conf_report(conf, CONF_WARNING, node, __VA_ARGS__)

/* DIAGNOSTIC as a line, "FILE:LINE:COLUMN: message", a warning with "warning: " before the message; without control
 * characters. The caller frees it; NULL when out of memory. */
char *conf_diagnostic_text(const struct conf_diagnostic *diagnostic);

/* Writes each diagnostic as such a line. */
void conf_write_diagnostics(const struct conf *conf, FILE *stream);

/* Adds a warning to CONF for each thing that its tree names and this machine lacks: files, programs, sockets,
 * interfaces, users. Which leaf names one, the schema says with the extension vg:here. Returns how many. This may wait
 * for a file system or a name service: it is for the command line, not for a daemon's loop. */
size_t conf_look_here(struct conf *conf);

/* TREE in ENCODING, without schema defaults. SECRETS false: leafs that hold a secret are left out. The caller frees the
 * text; NULL when out of memory. */
char *conf_print(const struct lyd_node *tree, enum conf_encoding encoding, bool secrets);

#endif
