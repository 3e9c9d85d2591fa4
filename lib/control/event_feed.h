/*
 * A daemon's journal as the control socket gives it out: the newest events in a document, and, for --follow, each new
 * one as it happens.
 */
#ifndef VIPGATE_LIB_CONTROL_EVENT_FEED_H
#define VIPGATE_LIB_CONTROL_EVENT_FEED_H

#include "lib/control/control.h"
#include "lib/journal.h"

#include <libyang/libyang.h>
#include <stdint.h>

struct event_feed;

/* Listens to JOURNAL, as its one listener. Both arguments outlive the feed. NULL when out of memory. */
struct event_feed *event_feed_new(struct journal *journal, const struct ly_ctx *context);

/* Before this the control server was closed: nobody follows. */
void event_feed_free(struct event_feed *feed);

/* Appends the newest LAST events, oldest first, to STATE, the document's top. */
void event_feed_append(const struct event_feed *feed, struct lyd_node *state, uint32_t last);

/* Sends DOCUMENT, whose ownership passes here, and after it every new event, until the client goes. */
void event_feed_follow(struct event_feed *feed, struct control_request *request, struct lyd_node *document);

#endif
