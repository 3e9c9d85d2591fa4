/*
 * A configuration file as a value: what a daemon makes of it, and what is told of it afterwards. Nothing of libyang is
 * left in it, so that it may be made in another thread, with a context of its own, and handed over.
 */
#ifndef VIPGATE_LIB_DAEMON_LOAD_H
#define VIPGATE_LIB_DAEMON_LOAD_H

#include "lib/arena.h"
#include "lib/conf/changes.h"
#include "lib/conf/conf.h"
#include "lib/conf/shared_config.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stdio.h>

/* What a daemon makes of a document. Both may be called in another thread, and touch nothing that runs. */
struct load_kind {
    /* The value of CONF, which was found sound. NULL after an error was added to CONF. Nothing in it points into CONF.
     */
    void *(*build)(struct conf *conf);
    void (*discard)(void *value);
};

enum { LOAD_CHANGES_MAX = 200 };

/* How far work has come that is done in pieces, a piece in one turn of the loop. */
enum step { STEP_DONE, STEP_MORE, STEP_FAILED };

struct load {
    void *value;          /* NULL where there were errors; whoever takes it over sets this to NULL */
    struct conf findings; /* without a tree */
    char *document;       /* for get-config: JSON without secrets */
    struct shared_config shared;
    const char *changes[LOAD_CHANGES_MAX]; /* from what ran before: the first of them, as lines */
    size_t changes_kept, change_count;
    struct arena arena; /* of these texts */
    struct conf_lines lines;
};

/* Reads PATH with CONTEXT (model_open). What is wrong is in the findings. NULL when out of memory. */
struct load *load_file(const struct load_kind *kind, const struct ly_ctx *context, const char *path);

/* The same with a context of its own, of which nothing is left afterwards. */
struct load *load_file_apart(const struct load_kind *kind, const char *path);

/* Notes what LOAD changes where BEFORE runs. */
void load_compare(struct load *load, const struct load *before);

/* Frees CONTEXT, a struct ly_ctx (NULL: nothing), and gives the system back what reading took. */
void load_forget(void *context);

/* A line for each finding, errors and warnings. The caller frees it; NULL when out of memory. */
char *load_lines(const struct load *load);

/* NULL: nothing. */
void load_free(const struct load_kind *kind, struct load *load);

#endif
