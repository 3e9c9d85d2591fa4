/*
 * A daemon's journal as the control socket gives it out: the newest events in a document, and, for --follow, each new
 * one as it happens.
 */
#ifndef VIPGATE_LIB_CONTROL_EVENT_FEED_H
#define VIPGATE_LIB_CONTROL_EVENT_FEED_H

#include "lib/control/control.h"
#include "lib/journal.h"

#include <stdint.h>

struct event_feed;

/* Listens to JOURNAL, as its one listener; it outlives the feed. NULL when out of memory. */
struct event_feed *event_feed_new(struct journal *journal);

/* Before this the control server was closed: nobody follows. */
void event_feed_free(struct event_feed *feed);

/* The number of the event after which the newest LAST lie. */
uint64_t event_feed_begin(const struct event_feed *feed, uint32_t last);

/* Appends the events after number *AFTER, oldest first, to STATE, the document's top, and moves *AFTER on. What was
 * overwritten in between is said. False: the piece of REQUEST is full (NULL: never), and there are more. */
bool event_feed_append(const struct event_feed *feed, struct json *state, uint64_t *after,
                       const struct control_request *request);

/* Sends DOCUMENT, which is taken over, then a document without events, which says that this was what there is,
 * and then every event after number AFTER, until the client goes. */
void event_feed_follow(struct event_feed *feed, struct control_request *request, struct json *document, uint64_t after);

#endif
