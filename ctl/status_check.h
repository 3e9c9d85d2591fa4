/* status --check: what is wrong, for monitoring and for whoever was called out of bed. */
#ifndef VIPGATE_CTL_STATUS_CHECK_H
#define VIPGATE_CTL_STATUS_CHECK_H

#include "ctl/query.h"
#include "ctl/writer.h"

#include <stdbool.h>
#include <stdio.h>

/* STEERED: not as usual, and somebody wants it so; it is printed and does not count. */
enum condition { CONDITION_RIGHT, CONDITION_STEERED, CONDITION_WRONG };

/* The condition of ENTRY, of a list of the container 'state'. */
enum condition status_condition(const struct json_node *entry);

/* Writes ENTRY, of the list of VIEW, in one line: "check backend is down: connection refused". */
void status_line(FILE *file, const struct view *view, const struct json_node *entry, uint64_t now_us);

/* ---- whether the daemons run what their configuration file holds now ---- */

enum { DRIFT_DAEMONS_MAX = 4 };

/* What one daemon runs. */
struct drift {
    const char *daemon, *file, *digest;
    const char *from; /* the file, or the daemon, whose configuration it should run and does not; NULL: none */
};

/* All of them; the texts are those of the answers. */
struct drifts {
    struct drift of[DRIFT_DAEMONS_MAX];
    size_t count;
};

/* Reads the files of the daemons in ANSWERS and compares. A file that cannot be read here, by this user or at all, is
 * told on standard error and is no drift: nothing is known to be wrong, and whoever only watches need not be allowed to
 * read passwords. */
struct drifts drift_find(const struct collection *answers);

/* What the daemon NAME should run, for "the running configuration of NAME is not that of …"; NULL where it does. */
const char *drift_from(const struct drifts *drifts, const char *name);

/* Writes what is not as usual in ANSWERS, in lists and in what runs; whether some of it is wrong. */
bool status_check(struct writer *writer, const struct collection *answers);

#endif
