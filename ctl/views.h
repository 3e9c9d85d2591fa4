/* How each list of the state document is shown: its columns as a table, its fields as a page. */
#ifndef VIPGATE_CTL_VIEWS_H
#define VIPGATE_CTL_VIEWS_H

#include "ctl/table.h"

struct view {
    const char *list;   /* its name in the schema */
    const char *daemon; /* whose it is; NULL: of both, or a part of another list */
    struct {
        const char *argument, *member; /* of the command, and of 'get' */
    } key;                             /* of an entry that a page shows */
    const char *empty;                 /* in place of a table without rows */
    const struct column *columns;
    size_t column_count;
    const unsigned char *typical; /* widths of the columns, for a list that is followed; NULL: it is not */
    const struct field *fields;   /* of the page of one entry; NULL: it has none */
    size_t field_count;
};

extern const struct view view_daemons, view_neighbors, view_vips, view_checks, view_advertised, view_received,
    view_events, view_causes;

#endif
