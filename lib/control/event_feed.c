#include "lib/control/event_feed.h"

#include "lib/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

struct follower {
    LIST_ENTRY(follower) entry;
    struct event_feed *feed;
    struct control_request *request;
    uint64_t after; /* number of the last event that it was sent */
};

struct event_feed {
    struct journal *journal;
    LIST_HEAD(, follower) followers;
};

static void append(const struct event_feed *feed, struct json *state, const struct event *event)
{
    json_entry(state, "event");
    json_time(state, "time", event->time_us);
    json_text(state, "daemon", journal_daemon(feed->journal));
    json_text_if_any(state, "kind", event->kind);
    json_text_if_any(state, "subject", event->subject);
    json_text_if_any(state, "from", event->from);
    json_text_if_any(state, "to", event->to);
    json_text_if_any(state, "cause", event->cause);
    json_end(state);
}

/* In the place of COUNT events that the journal holds no more. */
static void append_gap(const struct event_feed *feed, struct json *state, uint64_t count)
{
    char cause[96];

    snprintf(cause, sizeof cause, "%" PRIu64 " events lost: they came faster than they were read", count);
    json_entry(state, "event");
    json_time(state, "time", clock_real_us());
    json_text(state, "daemon", journal_daemon(feed->journal));
    json_text(state, "kind", "daemon");
    json_text(state, "cause", cause);
    json_end(state);
}

uint64_t event_feed_begin(const struct event_feed *feed, uint32_t last)
{
    const struct event *event = journal_next(feed->journal, 0);
    uint64_t before = event ? event->number - 1 : 0, newest = journal_newest(feed->journal);

    return newest - before > last ? newest - last : before;
}

bool event_feed_append(const struct event_feed *feed, struct json *state, uint64_t *after,
                       const struct control_request *request)
{
    const struct event *event;

    while ((event = journal_next(feed->journal, *after))) {
        if (event->number != *after + 1)
            append_gap(feed, state, event->number - *after - 1);
        append(feed, state, event);
        *after = event->number;
        if (request && control_piece_is_full(request))
            return !journal_next(feed->journal, *after);
    }
    return true;
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

static void send_events(struct control_request *request, void *user)
{
    struct follower *follower = user;
    struct json state = control_state();

    bool all = event_feed_append(follower->feed, &state, &follower->after, request);
    control_reply_more(request, &state);
    if (!all)
        control_on_ready(request, send_events, follower);
}

static void on_event(const struct event *event, void *user)
{
    struct event_feed *feed = user;
    struct follower *follower;

    (void)event;
    LIST_FOREACH(follower, &feed->followers, entry)
    {
        control_on_ready(follower->request, send_events, follower);
    }
}

void event_feed_follow(struct event_feed *feed, struct control_request *request, struct json *document, uint64_t after)
{
    struct follower *follower = calloc(1, sizeof *follower);
    struct json end = control_state();

    if (!follower) {
        free(end.text);
        free(document->text);
        control_refuse(request, "out of memory");
        return;
    }
    *follower = (struct follower){.feed = feed, .request = request, .after = after};
    LIST_INSERT_HEAD(&feed->followers, follower, entry);
    control_on_gone(request, on_gone, follower);
    control_reply_more(request, document);
    control_reply_more(request, &end);
}

struct event_feed *event_feed_new(struct journal *journal)
{
    struct event_feed *feed = calloc(1, sizeof *feed);

    if (!feed)
        return NULL;
    feed->journal = journal;
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
