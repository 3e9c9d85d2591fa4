/* Whether the daemons run what their configuration file holds now. */
#ifndef VIPGATE_CTL_DRIFT_H
#define VIPGATE_CTL_DRIFT_H

#include "ctl/query.h"

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

#endif
