/*
 * RFC 7951 JSON as it is printed: one document, {"vipgate:state": {...}}, written member by member, so that a list of a
 * million entries needs the memory of one. libyang prints whole trees only.
 */
#ifndef VIPGATE_CTL_JSON_H
#define VIPGATE_CTL_JSON_H

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stdio.h>

/* The members of one object as they are written. */
struct json_members {
    FILE *file;
    int depth;                    /* of the members, for indentation */
    const struct lysc_node *list; /* whose array is open, or NULL */
    size_t count;
};

struct json_document {
    struct json_members state;
    bool begun;
};

struct json_document json_document_to(FILE *file);

/* Adds a child of the container 'state'. The entries of one list must be added one after another. */
void json_document_add(struct json_document *document, const struct lyd_node *child);

/* Completes the document. */
void json_document_end(struct json_document *document);

/* Writes TEXT as a JSON string with its quotes. */
void json_write_string(FILE *file, const char *text);

#endif
