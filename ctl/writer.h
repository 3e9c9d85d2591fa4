/* Where a command's answer goes: one JSON document, or tables and pages. A command says what to show, not how. */
#ifndef VIPGATE_CTL_WRITER_H
#define VIPGATE_CTL_WRITER_H

#include "ctl/json.h"
#include "ctl/views.h"

struct writer {
    struct style style;
    bool json;
    struct json_document document;
    const struct view *view; /* of the open section, or NULL */
    struct table table;
    size_t rows;
    size_t sections;
};

struct writer writer_to(const struct style *style, bool json);

/* Begins a list. TITLED: its title stands above the table. An open list is ended. */
void writer_list(struct writer *writer, const struct view *view, bool titled);

/* Adds an entry of the open list. */
void writer_entry(struct writer *writer, const struct lyd_node *entry);

/* The same of a table's row that was formatted before (table_format); its texts pass over. */
void writer_row(struct writer *writer, const struct table_cell *row);

/* Ends the open list. */
void writer_list_end(struct writer *writer);

/* Adds a leaf of the container 'state' to the document; tables leave it out. */
void writer_leaf(struct writer *writer, const struct lyd_node *leaf);

/* One entry as a page. */
void writer_page(struct writer *writer, const struct view *view, const struct lyd_node *entry);

/* Entries of the open list will come one by one: the columns are made to fit what is usual. */
void writer_expect_more(struct writer *writer);

/* Prints what is still kept, for a reader who waits. */
void writer_flush(struct writer *writer);

/* Ends the open list and the document. */
void writer_end(struct writer *writer);

#endif
