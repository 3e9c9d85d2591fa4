/*
 * The diagnostics of a document, kept in the order of their locations. Each is kept once (a statement of a group breaks
 * the same rule for each of its neighbors), and of each severity no more than the bound below: the rest is counted.
 */
#ifndef VIPGATE_LIB_CONF_DIAGNOSTICS_H
#define VIPGATE_LIB_CONF_DIAGNOSTICS_H

#include "lib/conf/conf.h"

enum { DIAGNOSTICS_ERRORS_MAX = 200, DIAGNOSTICS_WARNINGS_MAX = 100 };

/* FILE is a number from diagnostics_file; LINE and COLUMN start at 1; 0: unknown. */
struct location {
    unsigned file, line, column;
};

/* The location of NODE, or of its nearest ancestor that has one. A reader leaves that of each node in its priv. */
struct location location_of(const struct lyd_node *node);

/* Registers a file in reading order and returns its number. */
unsigned diagnostics_file(struct conf *conf, const char *name);

/* As conf_report, at LOCATION. */
void diagnostics_report(struct conf *conf, enum conf_severity severity, struct location location, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));
#define diagnostics_error(conf, location, ...) diagnostics_report(conf, CONF_ERROR, location, __VA_ARGS__)

/* Whether as many errors as are shown were reported: what follows from a later one is not worth a search. */
bool diagnostics_are_full(const struct conf *conf);

/* "at LINE:COLUMN", with the file before it where it is not that of FROM: a diagnostic's second location. */
const char *diagnostics_where(const struct conf *conf, struct location location, struct location from, char *buffer,
                              size_t size);

#endif
