/*
 * why PREFIX: bgpd says what it announces and the chain of causes behind it; healthd is asked what the last probe of
 * each check in that chain saw. Together they answer down to the errno of a probe. The last events about whatever is in
 * the chain tell how it came to be so.
 */
#include "ctl/handlers.h"
#include "ctl/show.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 10 };

/* Of how many events a daemon is asked for: those about one VIP are among many others. */
static const struct member last_events = {"last", "300", true};

static bool has_kind(const struct json_node *cause, const char *kind)
{
    const char *text = node_text(cause, "kind");

    return text && node_text(cause, "subject") && strcmp(text, kind) == 0;
}

/* Asks healthd for the checks that the chain of VIP names, and for its events. */
static void ask_healthd(const struct invocation *invocation, const struct json_node *vip, struct collection *answers)
{
    int status = STATUS_DONE;
    bool any = false;

    NODE_FOR_EACH(cause, vip, "cause")
    {
        const struct member members[] = {{"check", node_text(cause, "subject"), false}};
        if (!has_kind(cause, "check") || status == STATUS_UNREACHABLE)
            continue;
        status =
            query(invocation, "healthd", request_get("check", members, 1), ANSWER_TIMEOUT_MS, collection_add, answers);
        any = true;
    }
    /* That it is not there was told once; the chain itself is bgpd's. */
    if (any && status != STATUS_UNREACHABLE)
        query(invocation, "healthd", request_get("event", &last_events, 1), ANSWER_TIMEOUT_MS, collection_add, answers);
}

static void write_causes(struct writer *writer, const struct json_node *vip)
{
    writer_list(writer, &view_causes);
    NODE_FOR_EACH(cause, vip, "cause")
    {
        writer_entry(writer, cause);
    }
}

/* Whether EVENT is about something in the chain of VIP. */
static bool is_about(const struct json_node *event, const struct json_node *vip)
{
    const char *subject = node_text(event, "subject");

    if (!subject)
        return false;
    NODE_FOR_EACH(cause, vip, "cause")
    {
        const char *named = node_text(cause, "subject");
        if (named && strcmp(named, subject) == 0)
            return true;
    }
    return strcmp(subject, node_key(vip)) == 0;
}

static void write_events(struct writer *writer, const struct json_node *vip, const struct collection *answers)
{
    size_t count, kept = 0;
    const struct json_node **events = show_events_sorted(answers, UINT32_MAX, &count);

    for (size_t i = 0; i < count; i++) {
        if (is_about(events[i], vip))
            events[kept++] = events[i];
    }
    if (kept > 0)
        writer_list(writer, &view_events);
    for (size_t i = kept > EVENTS_SHOWN ? kept - EVENTS_SHOWN : 0; i < kept; i++)
        writer_entry(writer, events[i]);
    free(events);
}

static void write_why(struct writer *writer, const struct json_node *vip, const struct collection *answers)
{
    writer_page(writer, &view_vips, vip);
    if (!writer->json) /* there the chain is part of the VIP */
        write_causes(writer, vip);
    if (collection_next(answers, "check", NULL))
        show_list(writer, &view_checks, answers);
    write_events(writer, vip, answers);
    writer_end(writer);
}

int handle_why(const struct invocation *invocation)
{
    const char *prefix = command_argument(invocation, "PREFIX");
    const struct member members[] = {{"prefix", prefix, false}, last_events};
    struct collection answers = {0};

    int status =
        query(invocation, "bgpd", request_get("why,event", members, 2), ANSWER_TIMEOUT_MS, collection_add, &answers);
    const struct json_node *vip = collection_find(&answers, "vip", prefix);
    if (status == STATUS_DONE && !vip) {
        complain("no vip %s is configured; see 'vipgate show vips'", prefix);
        status = STATUS_REFUSED;
    } else if (status == STATUS_DONE) {
        struct writer writer = show_writer(invocation);
        ask_healthd(invocation, vip, &answers);
        write_why(&writer, vip, &answers);
    }
    collection_free(&answers);
    return status;
}
