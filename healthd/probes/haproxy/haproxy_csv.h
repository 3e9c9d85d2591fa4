/*
 * What HAProxy answers to `show stat`, and to `show info` where that was asked for after it, read as it comes and in
 * whatever pieces it comes. Pure. Columns are found by their names in the first line, because each version of HAProxy
 * has more of them. Only the rows of one backend count. An empty line ends them; then come lines "Name: value".
 */
#ifndef VIPGATE_HEALTHD_PROBES_HAPROXY_HAPROXY_CSV_H
#define VIPGATE_HEALTHD_PROBES_HAPROXY_HAPROXY_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { HAPROXY_CSV_ROW_MAX = 64 * 1024, HAPROXY_CSV_FIELD_SIZE = 256 };

/* The columns that matter. */
enum haproxy_csv_column {
    HAPROXY_CSV_PXNAME,
    HAPROXY_CSV_SVNAME,
    HAPROXY_CSV_STATUS,
    HAPROXY_CSV_TYPE,
    HAPROXY_CSV_WEIGHT,
    HAPROXY_CSV_BACKUP,
    HAPROXY_CSV_COLUMNS
};

/* Servers of one kind, by what HAProxy thinks of them. */
struct haproxy_csv_tally {
    unsigned usable;      /* UP, going down but not yet, or not checked, and of some weight */
    unsigned down;        /* DOWN, or a status that we do not know */
    unsigned draining;    /* DRAIN, NOLB and weight 0: alive, but no new connections */
    unsigned maintenance; /* MAINT */
};

struct haproxy_csv {
    /* the answer */
    const char *error; /* what is wrong with it, a constant; NULL: nothing */
    bool backend_seen;
    bool backend_down; /* as HAProxy says of the whole */
    struct haproxy_csv_tally active, backup;
    char said[64];     /* the beginning of a first line that does not name the columns */
    char backends[96]; /* for an error message: the other backends' names, as many as fit */
    char servers[96];  /* and those of the backend's servers */
    pid_t pid;         /* of `show info`; 0: it did not say */
    /* the reader's own */
    const char *backend, *server;
    unsigned long backend_weight, backup_weight; /* in use, and of all usable backup servers */
    int column_of[HAPROXY_CSV_COLUMNS];
    bool header_read;
    bool rows_ended;
    int column;
    unsigned found; /* columns that matter, as bits, in this row */
    size_t row_size;
    enum { CSV_FIELD_START, CSV_BARE, CSV_QUOTED, CSV_QUOTE_IN_QUOTED } state;
    size_t length;
    char field[HAPROXY_CSV_FIELD_SIZE];
    char wanted[HAPROXY_CSV_COLUMNS][HAPROXY_CSV_FIELD_SIZE];
};

/* Begins to read for BACKEND, and SERVER or NULL for all of its servers; both outlive CSV. */
void haproxy_csv_begin(struct haproxy_csv *csv, const char *backend, const char *server);

/* Takes the next SIZE bytes. False once there is an error: more is not worth reading. */
bool haproxy_csv_feed(struct haproxy_csv *csv, const char *bytes, size_t size);

/* The answer has ended. False where it is not sound. */
bool haproxy_csv_end(struct haproxy_csv *csv);

/*
 * Servers that HAProxy sends new connections to. Backup servers are used while no active one is usable: the first of
 * them, or all with `option allbackups`, which the weight of the backend tells. A backup server that was asked for by
 * its name counts where it is usable.
 */
unsigned haproxy_csv_up(const struct haproxy_csv *csv);

/* Of so many: the active servers, or the backup servers where there are no others. */
unsigned haproxy_csv_servers(const struct haproxy_csv *csv);

/* The backup servers among haproxy_csv_up that stand in for active ones. */
unsigned haproxy_csv_standing_in(const struct haproxy_csv *csv);

#endif
