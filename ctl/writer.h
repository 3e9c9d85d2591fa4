/* Where a command's answer goes: one JSON document, or tables and pages. A command says what to show, not how. */
#ifndef VIPGATE_CTL_WRITER_H
#define VIPGATE_CTL_WRITER_H

#include "ctl/views.h"
#include "lib/json.h"

struct writer {
    struct style style;
    bool json;
    struct json document;
    const struct view *view; /* of the open section, or NULL */
    struct table table;
    size_t rows;
    size_t sections;
};

struct writer writer_to(const struct style *style, bool json);

/* Begins a list. An open list is ended. */
void writer_list(struct writer *writer, const struct view *view);

/* Adds an entry of the open list. */
void writer_entry(struct writer *writer, const struct json_node *entry);

/* The same of a table's row that was formatted before (table_format), and is taken over. */
void writer_row(struct writer *writer, const struct table_row *row);

/* Ends the open list. */
void writer_list_end(struct writer *writer);

/* Adds NODE to the document alone, as its member NAME, which outlives the writer. */
void writer_json(struct writer *writer, const char *name, const struct json_node *node);

/* One entry as a page. */
void writer_page(struct writer *writer, const struct view *view, const struct json_node *entry);

/* Entries of the open list will come one by one: the columns are made to fit what is usual. */
void writer_expect_more(struct writer *writer);

/* Prints what is still kept, for a reader who waits. */
void writer_flush(struct writer *writer);

/* Ends the open list and the document, and frees. */
void writer_end(struct writer *writer);

/* Frees a writer whose document is not to be seen, not even as an empty one. */
void writer_drop(struct writer *writer);

#endif
