/*
 * Aligned text: tables of many entries, and pages that show one. On a terminal it fits: a table's cells are cut, a
 * page's values go on below. Into a file or a pipe a row is one line and whole. What is shown is stated as rows of
 * columns and fields; there is one renderer for all of them.
 */
#ifndef VIPGATE_CTL_TABLE_H
#define VIPGATE_CTL_TABLE_H

#include "ctl/cell.h"

#include <stdbool.h>

enum { TABLE_COLUMNS_MAX = 12, TABLE_ROWS_KEPT = 256 };

struct column {
    const char *title;
    const char *path;
    cell_format *format;
    bool right; /* numbers */
    bool free;  /* free text: the first to be cut where the terminal is too narrow */
};

/* How to draw. */
struct style {
    FILE *file;
    unsigned width, height; /* of the terminal, in characters; 0: it is none */
    bool color;
    uint64_t now_us; /* real time, for ages */
};

/* A row that was formatted. */
struct table_row {
    char *cells; /* each ends with NUL */
    uint8_t colors[TABLE_COLUMNS_MAX];
};

/* A table being written. The widths come from the first TABLE_ROWS_KEPT rows; those after them are printed as they
 * come, so that a long list needs no memory, and may make a column wider from there on. */
struct table {
    struct style style;
    const struct column *columns;
    size_t column_count;
    size_t wanted[TABLE_COLUMNS_MAX]; /* by the cells, */
    size_t widths[TABLE_COLUMNS_MAX]; /* and on this terminal */
    struct table_row *kept;           /* rows that wait for the widths */
    size_t kept_count;
    bool flowing; /* the widths are fixed, the header is printed */
};

struct table table_begin(const struct style *style, const struct column *columns, size_t column_count);
void table_add(struct table *table, const struct json_node *entry);

/* The same in two steps. The row's cells, which table_format allocates, pass over to table_add_row. */
struct table_row table_format(const struct table *table, const struct json_node *entry);
void table_add_row(struct table *table, const struct table_row *row);

/* Makes the columns as wide as WIDTHS at least, for rows that come one by one. */
void table_expect(struct table *table, const unsigned char *widths);

/* Prints what is kept, for a reader who waits (--follow). */
void table_flush(struct table *table);

/* Prints what is kept and frees it. A table without rows prints nothing. */
void table_end(struct table *table);

/* One line of a page: a label and a value. A field whose value is unknown is left out. */
struct field {
    const char *label;
    const char *path;
    cell_format *format;
};

void page_write(const struct style *style, const struct field *fields, size_t count, const struct json_node *entry);

/* Writes TEXT, breaking it into lines of WIDTH columns (0: one line) that begin at column INDENT; no newline at the
 * end. */
void text_write_wrapped(FILE *file, const char *text, size_t width, size_t indent);

#endif
