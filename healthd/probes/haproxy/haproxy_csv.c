#include "healthd/probes/haproxy/haproxy_csv.h"

#include <bsd/string.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char not_stats[] = "unexpected response to show stat: "; /* `said` follows */
static const char *const column_names[HAPROXY_CSV_COLUMNS] = {"pxname", "svname", "status", "type", "weight", "bck"};

void haproxy_csv_begin(struct haproxy_csv *csv, const char *backend, const char *server)
{
    *csv = (struct haproxy_csv){.backend = backend, .server = server, .column_of = {-1, -1, -1, -1, -1, -1}};
}

/* ---- rows ---- */

static bool begins_with(const char *text, const char *word)
{
    size_t length = strlen(word);

    return strncmp(text, word, length) == 0 && (text[length] == '\0' || text[length] == ' ');
}

/* HAProxy's words: "UP", "UP 1/3" (failing, still used), "DOWN", "DOWN 1/2", "DOWN (agent)", "NOLB", "NOLB 1/2",
 * "MAINT", "MAINT (via back/web1)", "MAINT (resolution)", "DRAIN", "DRAIN (agent)", "no check". */
static unsigned *count_of(struct haproxy_csv_tally *tally, const char *status, unsigned long weight)
{
    if (begins_with(status, "UP") || strcmp(status, "no check") == 0)
        return weight ? &tally->usable : &tally->draining;
    if (begins_with(status, "MAINT"))
        return &tally->maintenance;
    if (begins_with(status, "DRAIN") || begins_with(status, "NOLB"))
        return &tally->draining;
    return &tally->down;
}

static void add_name(char *names, size_t size, const char *name)
{
    if (names[0])
        strlcat(names, ", ", size);
    strlcat(names, name, size);
}

/* A `listen` section has the rows FRONTEND, BACKEND and, if asked for, one a socket (type 3), beside its servers. */
static bool is_server(const struct haproxy_csv *csv)
{
    const char *name = csv->wanted[HAPROXY_CSV_SVNAME];

    if (csv->found & 1u << HAPROXY_CSV_TYPE)
        return strcmp(csv->wanted[HAPROXY_CSV_TYPE], "2") == 0;
    return strcmp(name, "FRONTEND") != 0 && strcmp(name, "BACKEND") != 0;
}

/* A number of the row; OTHERWISE where there is no such column. */
static unsigned long number_of(const struct haproxy_csv *csv, enum haproxy_csv_column column, unsigned long otherwise)
{
    return csv->found & 1u << column ? strtoul(csv->wanted[column], NULL, 10) : otherwise;
}

static void take_server(struct haproxy_csv *csv)
{
    unsigned long weight = number_of(csv, HAPROXY_CSV_WEIGHT, 1);
    bool backup = number_of(csv, HAPROXY_CSV_BACKUP, 0) && !csv->server;
    struct haproxy_csv_tally *tally = backup ? &csv->backup : &csv->active;
    unsigned *count = count_of(tally, csv->wanted[HAPROXY_CSV_STATUS], weight);

    (*count)++;
    if (count == &csv->backup.usable)
        csv->backup_weight += weight;
}

static void take_backend(struct haproxy_csv *csv)
{
    csv->backend_seen = true;
    csv->backend_down = begins_with(csv->wanted[HAPROXY_CSV_STATUS], "DOWN");
    csv->backend_weight = number_of(csv, HAPROXY_CSV_WEIGHT, 0);
}

static void take_row(struct haproxy_csv *csv)
{
    const char *proxy = csv->wanted[HAPROXY_CSV_PXNAME], *server = csv->wanted[HAPROXY_CSV_SVNAME];
    bool is_backend = strcmp(server, "BACKEND") == 0;

    if (strcmp(proxy, csv->backend) != 0) {
        if (is_backend)
            add_name(csv->backends, sizeof csv->backends, proxy);
        return;
    }
    if (is_backend)
        return take_backend(csv);
    if (!is_server(csv))
        return;
    csv->backend_seen = true;
    add_name(csv->servers, sizeof csv->servers, server);
    if (!csv->server || strcmp(csv->server, server) == 0)
        take_server(csv);
}

enum { NEEDED = 1u << HAPROXY_CSV_PXNAME | 1u << HAPROXY_CSV_SVNAME | 1u << HAPROXY_CSV_STATUS };

/* ---- fields ---- */

static void end_header_field(struct haproxy_csv *csv)
{
    const char *name = csv->field;

    if (csv->column == 0 && strncmp(name, "# ", 2) == 0)
        name += 2;
    for (int i = 0; i < HAPROXY_CSV_COLUMNS; i++) {
        if (csv->column_of[i] < 0 && strcmp(column_names[i], name) == 0) {
            csv->column_of[i] = csv->column;
            csv->found |= 1u << i;
        }
    }
}

static void end_field(struct haproxy_csv *csv)
{
    csv->field[csv->length] = '\0';
    if (!csv->header_read)
        end_header_field(csv);
    for (int i = 0; csv->header_read && i < HAPROXY_CSV_COLUMNS; i++) {
        if (csv->column_of[i] != csv->column)
            continue;
        strlcpy(csv->wanted[i], csv->field, sizeof csv->wanted[i]);
        csv->found |= 1u << i;
    }
    csv->column++;
    csv->length = 0;
    csv->state = CSV_FIELD_START;
}

static void end_row(struct haproxy_csv *csv)
{
    bool blank = csv->column == 0 && csv->length == 0;

    end_field(csv);
    if (!csv->header_read && (csv->found & NEEDED) != NEEDED)
        csv->error = not_stats;
    else if (csv->header_read && !blank && (csv->found & NEEDED) != NEEDED)
        csv->error = "response line with too few fields";
    else if (csv->header_read && !blank)
        take_row(csv);
    csv->rows_ended = blank;
    if (!csv->error)
        csv->said[0] = '\0';
    csv->header_read = true;
    csv->column = 0;
    csv->found = 0;
    csv->row_size = 0;
}

/* A field that is too long to be a name we look for is cut: it cannot be equal to one either way. */
static void append(struct haproxy_csv *csv, char c)
{
    if (csv->length + 1 < sizeof csv->field)
        csv->field[csv->length++] = c;
}

/* Fields are quoted where they hold a comma, a quote or a line end, and a quote in them is doubled (RFC 4180). */
static void take(struct haproxy_csv *csv, char c)
{
    if (csv->state == CSV_QUOTED) {
        if (c == '"')
            csv->state = CSV_QUOTE_IN_QUOTED;
        else
            append(csv, c);
    } else if (c == '"' && csv->state == CSV_FIELD_START) {
        csv->state = CSV_QUOTED;
    } else if (c == '"' && csv->state == CSV_QUOTE_IN_QUOTED) {
        append(csv, c);
        csv->state = CSV_QUOTED;
    } else if (c == ',') {
        end_field(csv);
    } else if (c == '\n') {
        end_row(csv);
    } else {
        append(csv, c);
        csv->state = CSV_BARE;
    }
}

/* A line of `show info`. */
static void take_info(struct haproxy_csv *csv, char c)
{
    static const char name[] = "Pid: ";

    if (c != '\n') {
        append(csv, c);
        return;
    }
    csv->field[csv->length] = '\0';
    csv->length = 0;
    long pid = strncmp(csv->field, name, strlen(name)) == 0 ? strtol(csv->field + strlen(name), NULL, 10) : 0;
    if (pid > 0 && pid <= INT32_MAX)
        csv->pid = (pid_t)pid;
}

/* Keeps how an answer begins that is none: it is HAProxy's own explanation. */
static void keep_said(struct haproxy_csv *csv, char c)
{
    if (csv->header_read || c == '\n')
        return;
    size_t length = strlen(csv->said);

    if (length + 1 < sizeof csv->said)
        csv->said[length] = c;
}

bool haproxy_csv_feed(struct haproxy_csv *csv, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && !csv->error; i++) {
        if (csv->rows_ended) {
            take_info(csv, bytes[i]);
            continue;
        }
        keep_said(csv, bytes[i]);
        csv->row_size++;
        take(csv, bytes[i]);
        if (csv->row_size > HAPROXY_CSV_ROW_MAX)
            csv->error = csv->header_read ? "response line too long" : not_stats;
    }
    return !csv->error;
}

bool haproxy_csv_end(struct haproxy_csv *csv)
{
    if (csv->error)
        return false;
    if (csv->row_size > 0)
        csv->error = csv->header_read ? "response ends in the middle of a line" : not_stats;
    else if (!csv->header_read)
        csv->error = "HAProxy closed without a response";
    return !csv->error;
}

static unsigned total(const struct haproxy_csv_tally *tally)
{
    return tally->usable + tally->down + tally->draining + tally->maintenance;
}

unsigned haproxy_csv_servers(const struct haproxy_csv *csv)
{
    return total(&csv->active) ? total(&csv->active) : total(&csv->backup);
}

/* Of the usable backup servers, once they are all that is left. */
static unsigned backups_in_use(const struct haproxy_csv *csv)
{
    bool all = csv->backend_weight >= csv->backup_weight;

    return all || !csv->backup.usable ? csv->backup.usable : 1;
}

unsigned haproxy_csv_up(const struct haproxy_csv *csv)
{
    if (csv->backend_down)
        return 0;
    return csv->active.usable ? csv->active.usable : backups_in_use(csv);
}

unsigned haproxy_csv_standing_in(const struct haproxy_csv *csv)
{
    return csv->active.usable || !total(&csv->active) ? 0 : haproxy_csv_up(csv);
}
