#include "ctl/table.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, WRAP_MIN = 26, COLUMN_MIN = 6 };

static const char unknown[] = "-";

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

/* Characters in the first OCTETS of TEXT. */
static size_t width_of(const char *text, size_t octets)
{
    size_t width = 0;

    for (size_t i = 0; i < octets; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
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
        size_t octets = line_octets(text, width);
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
        table.widths[i] = strlen(columns[i].title);
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
        if (table->columns[i].free && table->widths[i] > WRAP_MIN)
            return i;
        if (!table->columns[i].free && table->widths[i] > table->widths[widest])
            widest = i;
    }
    return widest;
}

/* Room for what the rows still to come may hold, where there are more than are kept: the longest IPv4 prefix where only
 * the shortest was seen. */
static void widen(struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].free)
            table->widths[i] += table->columns[i].right ? 3 : sizeof "203.0.113.128/32" - sizeof "9.0.0.0/8";
    }
}

static void fit_widths(struct table *table)
{
    for (size_t row = 0; row < table->kept_count; row++) {
        for (size_t i = 0; i < table->column_count; i++) {
            size_t width = text_width(table->kept[row * table->column_count + i].text);
            if (width > table->widths[i])
                table->widths[i] = width;
        }
    }
    if (table->kept_count == TABLE_ROWS_KEPT)
        widen(table);
    while (total_width(table) > PAGE_WIDTH) {
        size_t *width = &table->widths[column_to_narrow(table)];
        if (*width <= COLUMN_MIN)
            return;
        --*width;
    }
}

/* A row takes as many lines as its longest cell; nothing is cut off. */
static void write_row(const struct table *table, const struct table_cell *cells)
{
    const struct style *style = &table->style;
    const char *rest[TABLE_COLUMNS_MAX] = {0};
    bool more;

    for (size_t i = 0; i < table->column_count; i++)
        rest[i] = cells[i].text;
    do {
        size_t at = 0, start = 0;
        more = false;
        for (size_t i = 0; i < table->column_count; i++) {
            size_t octets = line_octets(rest[i], table->widths[i]), width = width_of(rest[i], octets);
            size_t begin = start + (table->columns[i].right ? table->widths[i] - width : 0);
            if (octets > 0) {
                fprintf(style->file, "%*s%s%.*s%s", (int)(begin - at), "", color_begin(style, cells[i].color),
                        (int)octets, rest[i], color_end(style, cells[i].color));
                at = begin + width;
            }
            rest[i] += octets;
            rest[i] += strspn(rest[i], " ");
            more |= *rest[i] != '\0';
            start += table->widths[i] + GAP;
        }
        fputc('\n', style->file);
    } while (more);
}

static void write_header(const struct table *table)
{
    struct table_cell titles[TABLE_COLUMNS_MAX] = {0};

    for (size_t i = 0; i < table->column_count; i++)
        titles[i].text = (char *)table->columns[i].title;
    write_row(table, titles);
}

static void free_row(const struct table *table, struct table_cell *cells)
{
    for (size_t i = 0; i < table->column_count; i++)
        free(cells[i].text);
}

void table_flush(struct table *table)
{
    if (!table->flowing && table->kept_count > 0) {
        fit_widths(table);
        write_header(table);
        table->flowing = true;
    }
    for (size_t row = 0; row < table->kept_count; row++) {
        struct table_cell *cells = table->kept + row * table->column_count;
        write_row(table, cells);
        free_row(table, cells);
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

void table_add(struct table *table, const struct lyd_node *entry)
{
    struct table_cell row[TABLE_COLUMNS_MAX] = {0};

    for (size_t i = 0; i < table->column_count; i++) {
        struct cell cell = {0};
        table->columns[i].format(&cell, entry, table->columns[i].path, table->style.now_us);
        row[i].text = strdup(cell.text[0] ? cell.text : unknown);
        row[i].color = cell.color;
        if (!row[i].text)
            abort();
    }
    if (table->flowing) {
        write_row(table, row);
        free_row(table, row);
        return;
    }
    if (!table->kept)
        table->kept = calloc(TABLE_ROWS_KEPT * table->column_count, sizeof *table->kept);
    if (!table->kept)
        abort();
    memcpy(table->kept + table->kept_count * table->column_count, row, table->column_count * sizeof *row);
    if (++table->kept_count == TABLE_ROWS_KEPT)
        table_flush(table);
}

/* ---- pages ---- */

void page_write(const struct style *style, const struct field *fields, size_t count, const struct lyd_node *entry)
{
    size_t widest = 0;

    for (size_t i = 0; i < count; i++)
        widest = strlen(fields[i].label) > widest ? strlen(fields[i].label) : widest;
    for (size_t i = 0; i < count; i++) {
        struct cell cell = {0};
        fields[i].format(&cell, entry, fields[i].path, style->now_us);
        if (cell.text[0] == '\0')
            continue;
        fprintf(style->file, "%-*s%s", (int)(widest + GAP), fields[i].label, color_begin(style, cell.color));
        text_write_wrapped(style->file, cell.text, PAGE_WIDTH - widest - GAP, widest + GAP);
        fprintf(style->file, "%s\n", color_end(style, cell.color));
    }
}
