/*
 * show received-routes: by neighbor and prefix. The daemon has them in the order of a hash and may have a million, so
 * they are sorted here, each row packed. As JSON, where a list has no order, they are written as they come.
 */
#include "ctl/handlers.h"
#include "ctl/show.h"

#include "lib/model.h"
#include "lib/prefix.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct row {
    struct prefix neighbor, prefix;
    char *cells; /* each ends with NUL */
};

struct rows {
    struct writer writer;
    struct row *row;
    size_t count, size;
};

/* ---- a row, packed ---- */

static char *pack(const struct table_cell *cells, size_t count)
{
    char *text = NULL;
    size_t size;

    FILE *file = open_memstream(&text, &size);
    if (!file)
        abort();
    for (size_t i = 0; i < count; i++) {
        fwrite(cells[i].text, strlen(cells[i].text) + 1, 1, file);
        free(cells[i].text);
    }
    fclose(file);
    return text;
}

static void unpack(const char *text, struct table_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cells[i] = (struct table_cell){.text = strdup(text)};
        if (!cells[i].text)
            abort();
        text += strlen(text) + 1;
    }
}

static void keep(struct rows *rows, const struct lyd_node *entry)
{
    const struct table *table = &rows->writer.table;
    struct table_cell cells[TABLE_COLUMNS_MAX];
    struct row row = {0};

    if (rows->count == rows->size) {
        rows->size = rows->size ? rows->size * 2 : TABLE_ROWS_KEPT;
        rows->row = reallocarray(rows->row, rows->size, sizeof *rows->row);
        if (!rows->row)
            abort();
    }
    prefix_parse(&row.neighbor, model_text(entry, "neighbor"));
    prefix_parse(&row.prefix, model_text(entry, "prefix"));
    table_format(table, entry, cells);
    row.cells = pack(cells, table->column_count);
    rows->row[rows->count++] = row;
}

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = prefix_compare(&a->neighbor, &b->neighbor);

    return order ? order : prefix_compare(&a->prefix, &b->prefix);
}

/* ---- all of them ---- */

static bool take(struct lyd_node *document, void *user)
{
    struct rows *rows = user;
    const struct lyd_node *state = model_sibling(document, "state"), *entry;

    LY_LIST_FOR(state ? lyd_child(state) : NULL, entry)
    {
        if (strcmp(entry->schema->name, view_received.list) != 0)
            continue;
        if (rows->writer.json)
            writer_entry(&rows->writer, entry);
        else
            keep(rows, entry);
    }
    lyd_free_all(document);
    return true;
}

static void write_sorted(struct rows *rows)
{
    struct table_cell cells[TABLE_COLUMNS_MAX];

    if (rows->count > 0)
        qsort(rows->row, rows->count, sizeof *rows->row, compare);
    for (size_t i = 0; i < rows->count; i++) {
        unpack(rows->row[i].cells, cells, rows->writer.table.column_count);
        free(rows->row[i].cells);
        writer_row(&rows->writer, cells);
    }
    free(rows->row);
}

int handle_show_received(const struct invocation *invocation)
{
    const char *which = command_argument(invocation, "ADDRESS|PREFIX");
    bool prefix = which && strchr(which, '/');
    const struct member members[] = {{"neighbor", command_argument(invocation, "neighbor"), false},
                                     {prefix ? "prefix" : "address", which, false}};
    struct rows rows = {.writer = show_writer(invocation)};

    writer_list(&rows.writer, &view_received, false);
    int status = query(invocation, "bgpd", request_get(view_received.list, members, COUNT(members)), ANSWER_TIMEOUT_MS,
                       take, &rows);
    write_sorted(&rows);
    /* Half a list is still shown, and is still one document; where nothing came nothing is printed. */
    if (status == STATUS_DONE || rows.writer.rows > 0)
        writer_end(&rows.writer);
    return status;
}
