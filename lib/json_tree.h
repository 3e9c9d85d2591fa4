/*
 * JSON that was read, as a small tree: what a client asks, and what a daemon answers. There is no schema; whoever takes
 * a value judges it. It is of the shape that RFC 7951 has: the elements of an array are nodes of the same name, one
 * after another, and an array holds no array.
 */
#ifndef VIPGATE_LIB_JSON_TREE_H
#define VIPGATE_LIB_JSON_TREE_H

#include "lib/arena.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_node {
    const char *name;
    const char *text;        /* of a string, a number or a literal; of an object "" */
    struct json_node *child; /* of an object: its first member */
    struct json_node *next;
    const char *name_at, *at; /* where in the text read its name and its value stand */
    bool object, quoted;      /* it is an object, a string */
    bool listed;              /* an element of the array NAME; AT is NULL where that is empty */
};

/* What is wrong with a text, and where. */
struct json_fault {
    const char *message; /* a constant; NULL: nothing */
    const char *at;
};

/* Reads the SIZE octets at TEXT, which are one object, into ARENA. NULL: they are not, or memory is out. For a text to
 * be judged *FAULT, where not NULL, says what is wrong: then what there is before it is returned, and an empty array is
 * one node. */
struct json_node *json_parse(struct arena *arena, const char *text, size_t size, struct json_fault *fault);

/* The first node NAME from NODE on; the first member NAME of PARENT. NULL: none. */
struct json_node *node_from(const struct json_node *node, const char *name);
struct json_node *node_child(const struct json_node *parent, const char *name);

/* The value of the first member of ENTRY, which is a list's key; "" where it has none. */
const char *node_key(const struct json_node *entry);

/* The value of the member NAME of PARENT, or NULL / FALLBACK where it is absent or PARENT is NULL. */
const char *node_text(const struct json_node *parent, const char *name);
uint64_t node_number(const struct json_node *parent, const char *name, uint64_t fallback);
bool node_boolean(const struct json_node *parent, const char *name);

/* Writes NODE as NAME, which is its own, but outlives the object that JSON has open. */
void node_write(struct json *json, const char *name, const struct json_node *node);

/* Goes through the nodes NAME, a list or leaf-list, of PARENT. */
/* NOLINTBEGIN(bugprone-macro-parentheses): NODE is declared here */
#define NODE_FOR_EACH(node, parent, name)                                                                              \
    for (const struct json_node *node = node_child(parent, name); node; node = node_from(node->next, name))
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
