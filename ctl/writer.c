#include "ctl/writer.h"

struct writer writer_to(const struct style *style, bool json)
{
    return (struct writer){.style = *style, .json = json, .document = json_document_to(style->file)};
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

void writer_list(struct writer *writer, const struct view *view, bool titled)
{
    begin_section(writer);
    writer->view = view;
    writer->rows = 0;
    if (writer->json)
        return;
    if (titled)
        fprintf(writer->style.file, "%s\n", view->title);
    writer->table = table_begin(&writer->style, view->columns, view->column_count);
}

void writer_entry(struct writer *writer, const struct lyd_node *entry)
{
    writer->rows++;
    if (writer->json)
        json_document_add(&writer->document, entry);
    else
        table_add(&writer->table, entry);
}

void writer_row(struct writer *writer, const struct table_cell *row)
{
    writer->rows++;
    table_add_row(&writer->table, row);
}

void writer_leaf(struct writer *writer, const struct lyd_node *leaf)
{
    if (writer->json)
        json_document_add(&writer->document, leaf);
}

void writer_page(struct writer *writer, const struct view *view, const struct lyd_node *entry)
{
    begin_section(writer);
    if (writer->json)
        json_document_add(&writer->document, entry);
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
        fflush(writer->style.file);
    else if (writer->view)
        table_flush(&writer->table);
}

void writer_end(struct writer *writer)
{
    writer_list_end(writer);
    if (writer->json)
        json_document_end(&writer->document);
    fflush(writer->style.file);
}
