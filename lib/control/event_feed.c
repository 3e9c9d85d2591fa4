#include "lib/control/event_feed.h"

#include "lib/model.h"

#include <stdlib.h>
#include <sys/queue.h>

struct follower {
    LIST_ENTRY(follower) entry;
    struct control_request *request;
};

struct event_feed {
    struct journal *journal;
    const struct ly_ctx *context;
    LIST_HEAD(, follower) followers;
};

static const char *or_absent(const char *text)
{
    return text[0] ? text : NULL;
}

static void append(const struct event_feed *feed, struct lyd_node *state, const struct event *event)
{
    struct lyd_node *node = model_list(state, "event", NULL, NULL);

    model_leaf_time(node, "time", event->time_us);
    model_leaf(node, "daemon", journal_daemon(feed->journal));
    model_leaf(node, "kind", or_absent(event->kind));
    model_leaf(node, "subject", or_absent(event->subject));
    model_leaf(node, "from", or_absent(event->from));
    model_leaf(node, "to", or_absent(event->to));
    model_leaf(node, "cause", or_absent(event->cause));
}

void event_feed_append(const struct event_feed *feed, struct lyd_node *state, uint32_t last)
{
    const struct event *event;
    uint64_t held = 0, newest = 0, skip;

    for (event = journal_next(feed->journal, 0); event; event = journal_next(feed->journal, newest), held++)
        newest = event->number;
    skip = held > last ? newest - last : 0;
    while ((event = journal_next(feed->journal, skip))) {
        append(feed, state, event);
        skip = event->number;
    }
}

static void drop(struct follower *follower)
{
    LIST_REMOVE(follower, entry);
    free(follower);
}

static void on_gone(struct control_request *request, void *user)
{
    (void)request;
    drop(user);
}

static void on_event(const struct event *event, void *user)
{
    struct event_feed *feed = user;
    struct follower *follower, *next;

    for (follower = LIST_FIRST(&feed->followers); follower; follower = next) {
        struct lyd_node *state = model_top(feed->context, "state");
        struct control_request *request = follower->request;
        next = LIST_NEXT(follower, entry);
        append(feed, state, event);
        if (control_reply_more(request, state))
            continue;
        drop(follower);
        control_refuse(request, "events came faster than they were read");
    }
}

void event_feed_follow(struct event_feed *feed, struct control_request *request, struct lyd_node *document)
{
    struct follower *follower = calloc(1, sizeof *follower);

    if (!follower) {
        lyd_free_all(document);
        control_refuse(request, "out of memory");
        return;
    }
    follower->request = request;
    LIST_INSERT_HEAD(&feed->followers, follower, entry);
    control_on_gone(request, on_gone, follower);
    control_reply_more(request, document);
}

struct event_feed *event_feed_new(struct journal *journal, const struct ly_ctx *context)
{
    struct event_feed *feed = calloc(1, sizeof *feed);

    if (!feed)
        return NULL;
    feed->journal = journal;
    feed->context = context;
    LIST_INIT(&feed->followers);
    journal_listen(journal, on_event, feed);
    return feed;
}

void event_feed_free(struct event_feed *feed)
{
    if (!feed)
        return;
    journal_listen(feed->journal, NULL, NULL);
    free(feed);
}
