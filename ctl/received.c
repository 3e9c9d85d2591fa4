/*
 * show received-routes: by neighbor and prefix. The daemon has them in the order of a hash and may have a million, so
 * they are sorted here, each row packed. As JSON, where a list has no order, they are written as they come.
 */
#include "ctl/handlers.h"
#include "ctl/show.h"
#include "lib/prefix.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct row {
    uint64_t key; /* of the prefix: what comes before has a smaller one, or the same */
    char *cells;
};

/* The rows of one neighbor: the daemon lists its neighbors one after the other. */
struct block {
    struct prefix neighbor;
    size_t first, count; /* among the rows */
};

struct rows {
    struct writer writer;
    struct row *row;
    size_t count, size;
    struct block *block;
    size_t block_count;
};

/* IPv4 comes before IPv6, of which the first 63 bits are looked at. */
static uint64_t key_of(const struct prefix *prefix)
{
    uint64_t key = 0;

    for (size_t i = 0; i < sizeof key; i++)
        key = key << 8 | prefix->octets[i];
    return prefix->family == FAMILY_IPV4 ? key >> 32 << 8 | prefix->length : key >> 1 | UINT64_C(1) << 63;
}

static void *make_room(void *array, size_t count, size_t size)
{
    void *larger = reallocarray(array, count, size);

    if (!larger)
        abort();
    return larger;
}

static void keep(struct rows *rows, const struct json_node *entry)
{
    const char *neighbor_text = node_text(entry, "neighbor"), *prefix_text = node_text(entry, "prefix");
    struct prefix neighbor = {0}, prefix = {0};
    struct block *last = rows->block_count ? &rows->block[rows->block_count - 1] : NULL;

    if (!neighbor_text || !prefix_text || !prefix_parse(&prefix, prefix_text))
        return;
    prefix_parse(&neighbor, neighbor_text);
    if (!last || prefix_compare(&last->neighbor, &neighbor) != 0) {
        rows->block = make_room(rows->block, rows->block_count + 1, sizeof *rows->block);
        last = &rows->block[rows->block_count++];
        *last = (struct block){.neighbor = neighbor, .first = rows->count};
    }
    if (rows->count == rows->size) {
        rows->size = rows->size ? rows->size * 2 : TABLE_ROWS_KEPT;
        rows->row = make_room(rows->row, rows->size, sizeof *rows->row);
    }
    rows->row[rows->count++] = (struct row){key_of(&prefix), table_format(&rows->writer.table, entry).cells};
    last->count++;
}

static bool take(struct document *document, void *user)
{
    struct rows *rows = user;

    NODE_FOR_EACH(entry, document->state, view_received.list)
    {
        if (rows->writer.json)
            writer_entry(&rows->writer, entry);
        else
            keep(rows, entry);
    }
    return true;
}

/* ---- in their order ---- */

static struct prefix prefix_of(const struct row *row)
{
    struct prefix prefix = {0};

    prefix_parse(&prefix, row->cells + strlen(row->cells) + 1); /* the second column */
    return prefix;
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    const struct prefix one = prefix_of(a), other = prefix_of(b);
    return prefix_compare(&one, &other);
}

static int compare_blocks(const void *left, const void *right)
{
    const struct block *a = left, *b = right;

    return prefix_compare(&a->neighbor, &b->neighbor);
}

static void write_sorted(struct rows *rows)
{
    if (rows->block_count > 0)
        qsort(rows->block, rows->block_count, sizeof *rows->block, compare_blocks);
    for (size_t i = 0; i < rows->block_count; i++) {
        struct row *first = rows->row + rows->block[i].first;
        qsort(first, rows->block[i].count, sizeof *first, compare_rows);
        for (size_t j = 0; j < rows->block[i].count; j++)
            writer_row(&rows->writer, &(struct table_row){.cells = first[j].cells});
    }
    free(rows->row);
    free(rows->block);
}

int handle_show_received(const struct invocation *invocation)
{
    const char *which = command_argument(invocation, "ADDRESS|PREFIX");
    bool prefix = which && strchr(which, '/');
    const struct member members[] = {{"neighbor", command_argument(invocation, "neighbor"), false},
                                     {prefix ? "prefix" : "address", which, false}};
    struct rows rows = {.writer = show_writer(invocation)};

    writer_list(&rows.writer, &view_received);
    int status = query(invocation, "bgpd", request_get(view_received.list, members, COUNT(members)), ANSWER_TIMEOUT_MS,
                       take, &rows);
    write_sorted(&rows);
    show_end(&rows.writer, status);
    return status;
}
