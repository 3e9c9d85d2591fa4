#include "ctl/writer.h"

#include <stdlib.h>

enum { DOCUMENT_KEPT = 64 * 1024 };

struct writer writer_to(const struct style *style, bool json)
{
    struct writer writer = {.style = *style, .json = json, .document = {.spaced = true}};

    json_begin(&writer.document, NULL);
    json_begin(&writer.document, "vipgate:state");
    return writer;
}

static void flush_document(struct writer *writer)
{
    if (writer->document.failed)
        abort();
    fwrite(writer->document.text, 1, writer->document.length, writer->style.file);
    writer->document.length = 0;
}

void writer_json(struct writer *writer, const char *name, const struct json_node *node)
{
    if (!writer->json)
        return;
    node_write(&writer->document, name, node);
    if (writer->document.length >= DOCUMENT_KEPT)
        flush_document(writer);
}

void writer_list_end(struct writer *writer)
{
    if (writer->view && !writer->json) {
        table_end(&writer->table);
        if (writer->rows == 0)
            fprintf(writer->style.file, "%s\n", writer->view->empty);
    }
    writer->view = NULL;
}

/* A blank line between sections. */
static void begin_section(struct writer *writer)
{
    writer_list_end(writer);
    if (writer->sections++ > 0 && !writer->json)
        fputc('\n', writer->style.file);
}

void writer_list(struct writer *writer, const struct view *view)
{
    begin_section(writer);
    writer->view = view;
    writer->rows = 0;
    if (writer->json)
        return;
    writer->table = table_begin(&writer->style, view->columns, view->column_count);
}

void writer_entry(struct writer *writer, const struct json_node *entry)
{
    writer->rows++;
    if (writer->json)
        writer_json(writer, writer->view->list, entry);
    else
        table_add(&writer->table, entry);
}

void writer_row(struct writer *writer, const struct table_row *row)
{
    writer->rows++;
    table_add_row(&writer->table, row);
}

void writer_page(struct writer *writer, const struct view *view, const struct json_node *entry)
{
    begin_section(writer);
    if (writer->json)
        writer_json(writer, view->list, entry);
    else
        page_write(&writer->style, view->fields, view->field_count, entry);
}

void writer_expect_more(struct writer *writer)
{
    if (writer->view && writer->view->typical && !writer->json)
        table_expect(&writer->table, writer->view->typical);
}

void writer_flush(struct writer *writer)
{
    if (writer->json)
        flush_document(writer);
    else if (writer->view)
        table_flush(&writer->table);
    fflush(writer->style.file);
}

void writer_end(struct writer *writer)
{
    writer_list_end(writer);
    json_finish(&writer->document);
    if (writer->json) {
        flush_document(writer);
        fputc('\n', writer->style.file);
    }
    fflush(writer->style.file);
    writer_drop(writer);
}

void writer_drop(struct writer *writer)
{
    free(writer->document.text);
    writer->document = (struct json){0};
}
