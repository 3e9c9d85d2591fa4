/* What the commands that show something have in common. */
#ifndef VIPGATE_CTL_SHOW_H
#define VIPGATE_CTL_SHOW_H

#include "ctl/query.h"
#include "ctl/writer.h"

/* A writer to standard output as the common options ask for. */
struct writer show_writer(const struct invocation *invocation);

/* Ends a list that was asked for with STATUS: half of one is still shown, and is still one document; where nothing came
 * nothing is printed. */
void show_end(struct writer *writer, int status);

/* Writes the list of VIEW over all answers in COLLECTION. */
void show_list(struct writer *writer, const struct view *view, const struct collection *collection);

/* The entries of the list 'event' of COLLECTION by time, at most LAST, the newest. The caller frees the array. */
const struct json_node **show_events_sorted(const struct collection *collection, uint64_t last, size_t *count);

/* The same as a list of WRITER. */
void show_events(struct writer *writer, const struct collection *collection, uint64_t last);

#endif
