/*
 * The tree of a document while it is built, and what the checks ask of it besides: which values stand where, which list
 * entries stand outside it because their key is wrong or given twice (their bodies are judged all the same, so that
 * what is wrong there is not found one reading later), and what the operator wrote and got wrong, which is reported
 * once and not once more as missing.
 */
#ifndef VIPGATE_LIB_CONF_TREE_H
#define VIPGATE_LIB_CONF_TREE_H

#include "lib/arena.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stdint.h>

/* Zero-initialised. */
struct tree {
    struct lyd_node *first; /* at the top; NULL: empty */
    struct value **values;  /* list entries and leaf-list values by the hash of their values, in chains */
    struct ly_set detached; /* list entries that stand outside */
    struct rejected *rejected;
};

/* The node of the list or leaf-list SCHEMA under PARENT (NULL: at the top) with the key or value VALUE, in its
 * canonical form; or NULL. */
const struct lyd_node *tree_find(const struct tree *tree, const struct lyd_node *parent, const struct lysc_node *schema,
                                 const char *value);

/* Adds the list entry or leaf-list value NODE to what tree_find finds. The node with the same key or value that was
 * added before it, which stays; or NULL. Where memory ran out, which ARENA tells, it is missing. */
const struct lyd_node *tree_index(struct tree *tree, struct arena *arena, const struct lyd_node *node);

/* Takes the list entry NODE out. NULL when out of memory, and NODE is freed then. */
struct lyd_node *tree_detach(struct tree *tree, struct lyd_node *node);

/* A new entry of the list SCHEMA under PARENT (NULL: in no tree yet) with some key. NULL when out of memory. */
struct lyd_node *tree_nameless_entry(struct lyd_node *parent, const struct lysc_node *schema);

bool tree_is_detached(const struct tree *tree, const struct lyd_node *node);

/* The detached entries of the list NAME, one after the other: *INDEX starts at 0. NULL: no more. */
const struct lyd_node *tree_next_detached(const struct tree *tree, const char *name, uint32_t *index);

/* Remembers that SCHEMA (NULL: unknown; that of PARENT: whatever it lacks) was written under PARENT and
 * reported. */
void tree_reject(struct tree *tree, struct arena *arena, const struct lyd_node *parent, const struct lysc_node *schema);

/* Whether SCHEMA, or a case of it where it is a choice, was written under NODE and reported. */
bool tree_was_rejected(const struct tree *tree, const struct lyd_node *node, const struct lysc_node *schema);

/* Frees all but the nodes at the top and theirs. */
void tree_finish(struct tree *tree);

#endif
