#include "ctl/table.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, FREE_MIN = 8, COLUMN_MIN = 6 };

static const char unknown[] = "-", ellipsis[] = "…";

/* ---- pieces of text ---- */

/* Octets of the first WIDTH characters of TEXT. */
static size_t octets_of_width(const char *text, size_t width)
{
    size_t at = 0;

    for (; text[at]; at++) {
        if (((unsigned char)text[at] & 0xc0) != 0x80 && width-- == 0)
            break;
    }
    return at;
}

/* Octets of TEXT that go on a line of WIDTH: up to a space where there is one, else up to the end of a part of an
 * address or a path. */
static size_t line_octets(const char *text, size_t width)
{
    size_t most = octets_of_width(text, width);

    if (text[most] == '\0' || text[most] == ' ')
        return most;
    for (size_t at = most; at > 0; at--) {
        if (text[at - 1] == ' ')
            return at - 1;
    }
    for (size_t at = most; at > 0; at--) {
        if (strchr(":/", text[at - 1]))
            return at;
    }
    return most;
}

void text_write_wrapped(FILE *file, const char *text, size_t width, size_t indent)
{
    for (;;) {
        size_t octets = width ? line_octets(text, width) : strlen(text);
        fprintf(file, "%.*s", (int)octets, text);
        text += octets;
        text += strspn(text, " ");
        if (*text == '\0')
            return;
        fprintf(file, "\n%*s", (int)indent, "");
    }
}

static const char *color_begin(const struct style *style, enum cell_color color)
{
    static const char *const codes[] = {"", "\033[32m", "\033[31m", "\033[33m"};

    return style->color ? codes[color] : "";
}

static const char *color_end(const struct style *style, enum cell_color color)
{
    return style->color && color != COLOR_NONE ? "\033[0m" : "";
}

/* ---- tables ---- */

struct table table_begin(const struct style *style, const struct column *columns, size_t column_count)
{
    struct table table = {.style = *style, .columns = columns, .column_count = column_count};

    for (size_t i = 0; i < column_count; i++)
        table.wanted[i] = table.widths[i] = strlen(columns[i].title);
    return table;
}

static size_t total_width(const struct table *table)
{
    size_t total = GAP * (table->column_count - 1);

    for (size_t i = 0; i < table->column_count; i++)
        total += table->widths[i];
    return total;
}

/* The column to narrow: free text while it is wide enough, then the widest. */
static size_t column_to_narrow(const struct table *table)
{
    size_t widest = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].free && table->widths[i] > FREE_MIN)
            return i;
        if (table->widths[i] > table->widths[widest])
            widest = i;
    }
    return widest;
}

/* Each column gets what it wants, or less of it where the terminal is narrower than that. */
static void fit(struct table *table)
{
    memcpy(table->widths, table->wanted, sizeof table->widths);
    while (table->style.width > 0 && total_width(table) > table->style.width) {
        size_t *width = &table->widths[column_to_narrow(table)];
        if (*width <= COLUMN_MIN)
            return;
        --*width;
    }
}

/* Makes the columns wide enough for a row. */
static void grow(struct table *table, const struct table_row *row)
{
    const char *cell = row->cells;
    bool wider = false;

    for (size_t i = 0, octets; i < table->column_count; i++, cell += octets + 1) {
        octets = strlen(cell);
        size_t width = octets > table->wanted[i] ? text_width(cell) : 0; /* it takes no more columns than octets */
        wider = wider || width > table->wanted[i];
        table->wanted[i] = width > table->wanted[i] ? width : table->wanted[i];
    }
    if (wider)
        fit(table);
}

void table_expect(struct table *table, const unsigned char *widths)
{
    for (size_t i = 0; i < table->column_count; i++)
        table->wanted[i] = widths[i] > table->wanted[i] ? widths[i] : table->wanted[i];
    fit(table);
}

/* Room for what the rows still to come may hold, where there are more than are kept: the longest IPv4 prefix where only
 * the shortest was seen. */
static void widen(struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].free)
            table->wanted[i] += table->columns[i].right ? 3 : sizeof "203.0.113.128/32" - sizeof "9.0.0.0/8";
    }
    fit(table);
}

static void write_blanks(FILE *file, size_t count)
{
    while (count-- > 0)
        putc_unlocked(' ', file);
}

/* A cell, cut where a terminal's line has no more room; into a file it goes whole. How many columns it took. */
static size_t write_cell(const struct table *table, size_t column, const char *text, enum cell_color color,
                         size_t indent)
{
    const struct style *style = &table->style;
    size_t width = text_width(text), room = table->widths[column];
    bool cut = style->width > 0 && width > room, colored = style->color && color != COLOR_NONE;
    size_t octets = cut ? octets_of_width(text, room - 1) : strlen(text), shown = cut ? room : width;

    if (table->columns[column].right && shown < room)
        indent += room - shown;
    write_blanks(style->file, indent);
    if (colored)
        fputs_unlocked(color_begin(style, color), style->file);
    fwrite_unlocked(text, 1, octets, style->file);
    if (cut)
        fputs_unlocked(ellipsis, style->file);
    if (colored)
        fputs_unlocked(color_end(style, color), style->file);
    return indent + shown;
}

/* A row is a line. */
static void write_row(const struct table *table, const struct table_row *row)
{
    const char *cell = row->cells;
    size_t at = 0, start = 0;

    for (size_t i = 0; i < table->column_count; i++, cell += strlen(cell) + 1) {
        if (cell[0] != '\0')
            at += write_cell(table, i, cell, row->colors[i], start > at ? start - at : i > 0 ? GAP : 0);
        start += table->widths[i] + GAP;
    }
    putc_unlocked('\n', table->style.file);
}

static void write_header(const struct table *table)
{
    char titles[TABLE_COLUMNS_MAX * 32], *end = titles;

    for (size_t i = 0; i < table->column_count; i++)
        end = stpcpy(end, table->columns[i].title) + 1;
    write_row(table, &(struct table_row){.cells = titles});
}

void table_flush(struct table *table)
{
    if (!table->flowing && table->kept_count == TABLE_ROWS_KEPT)
        widen(table);
    if (!table->flowing && table->kept_count > 0) {
        write_header(table);
        table->flowing = true;
    }
    for (size_t row = 0; row < table->kept_count; row++) {
        write_row(table, &table->kept[row]);
        free(table->kept[row].cells);
    }
    table->kept_count = 0;
    fflush(table->style.file);
}

void table_end(struct table *table)
{
    table_flush(table);
    free(table->kept);
    table->kept = NULL;
}

struct table_row table_format(const struct table *table, const struct json_node *entry)
{
    static char packed[TABLE_COLUMNS_MAX * CELL_SIZE];
    struct table_row row = {0};
    struct cell cell;
    char *end = packed;

    cell.now_us = table->style.now_us;
    for (size_t i = 0; i < table->column_count; i++) {
        cell.text[0] = '\0';
        cell.color = COLOR_NONE;
        table->columns[i].format(&cell, entry, table->columns[i].path);
        end = stpcpy(end, cell.text[0] ? cell.text : unknown) + 1;
        row.colors[i] = (uint8_t)cell.color;
    }
    row.cells = malloc((size_t)(end - packed));
    if (!row.cells)
        abort();
    memcpy(row.cells, packed, (size_t)(end - packed));
    return row;
}

void table_add_row(struct table *table, const struct table_row *row)
{
    grow(table, row);
    if (table->flowing) {
        write_row(table, row);
        free(row->cells);
        return;
    }
    if (!table->kept)
        table->kept = calloc(TABLE_ROWS_KEPT, sizeof *table->kept);
    if (!table->kept)
        abort();
    table->kept[table->kept_count] = *row;
    if (++table->kept_count == TABLE_ROWS_KEPT)
        table_flush(table);
}

void table_add(struct table *table, const struct json_node *entry)
{
    const struct table_row row = table_format(table, entry);

    table_add_row(table, &row);
}

/* ---- pages ---- */

void page_write(const struct style *style, const struct field *fields, size_t count, const struct json_node *entry)
{
    size_t widest = 0;

    for (size_t i = 0; i < count; i++)
        widest = strlen(fields[i].label) > widest ? strlen(fields[i].label) : widest;
    size_t room = style->width == 0                          ? 0
                  : style->width > widest + GAP + COLUMN_MIN ? style->width - widest - GAP
                                                             : COLUMN_MIN;
    for (size_t i = 0; i < count; i++) {
        struct cell cell = {.now_us = style->now_us};
        fields[i].format(&cell, entry, fields[i].path);
        if (cell.text[0] == '\0')
            continue;
        fprintf(style->file, "%-*s%s", (int)(widest + GAP), fields[i].label, color_begin(style, cell.color));
        text_write_wrapped(style->file, cell.text, room, widest + GAP);
        fprintf(style->file, "%s\n", color_end(style, cell.color));
    }
}
