/*
 * The findings of one document while it is read: collected in the order they are found, handed out in the order of
 * their places. A file with an endless row of errors costs no more than the bound below.
 */
#ifndef VIPGATE_LIB_CONF_DIAGNOSTICS_H
#define VIPGATE_LIB_CONF_DIAGNOSTICS_H

#include "lib/conf/conf.h"

enum { DIAGNOSTICS_ERRORS_MAX = 200, DIAGNOSTICS_WARNINGS_MAX = 100 };

/* Where something stands. FILE is a number from diagnostics_file; LINE and COLUMN start at 1; 0: unknown. */
struct place {
    unsigned file, line, column;
};

struct diagnostics {
    struct conf_files files;
    struct finding *findings;
    size_t count, capacity;
    size_t errors, warnings; /* all that were reported, those past the bound included */
};

/* The name of the file with that number. */
const char *diagnostics_file_name(const struct conf_files *files, unsigned file);

/* Registers a file in reading order and returns its number. */
unsigned diagnostics_file(struct diagnostics *diagnostics, const char *name);

void diagnostics_error(struct diagnostics *diagnostics, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diagnostics_warning(struct diagnostics *diagnostics, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "LINE:COLUMN", with the file before it where it is not that of FROM: how one finding points at a second place. */
const char *diagnostics_where(const struct diagnostics *diagnostics, struct place place, struct place from,
                              char *buffer, size_t size);

/* Sorts the findings by place and moves them into CONF, with the names of the files. */
void diagnostics_finish(struct diagnostics *diagnostics, struct conf *conf);

#endif
