/*
 * why PREFIX: bgpd says what it announces and the chain of causes behind it; for each check in that chain healthd is
 * asked what its last probe saw. Together they answer down to the errno of a probe.
 */
#include "ctl/handlers.h"
#include "ctl/show.h"

#include "lib/model.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 10 };

/* Asks healthd for the checks that the chain of VIP names. */
static void ask_checks(const struct invocation *invocation, const struct lyd_node *vip, struct collection *answers)
{
    const struct lyd_node *cause;

    LY_LIST_FOR(lyd_child(vip), cause)
    {
        const char *kind = model_text(cause, "kind"), *name = model_text(cause, "subject");
        if (strcmp(cause->schema->name, "cause") != 0 || !kind || !name || strcmp(kind, "check") != 0)
            continue;
        const struct member members[] = {{"check", name, false}};
        if (query(invocation, "healthd", request_get("check", members, 1), ANSWER_TIMEOUT_MS, collection_add,
                  answers) == STATUS_UNREACHABLE)
            return; /* told once; the chain itself is bgpd's */
    }
}

static void write_causes(struct writer *writer, const struct lyd_node *vip)
{
    const struct lyd_node *cause;

    writer_list(writer, &view_causes, false);
    LY_LIST_FOR(lyd_child(vip), cause)
    {
        if (strcmp(cause->schema->name, "cause") == 0)
            writer_entry(writer, cause);
    }
}

static void write_why(struct writer *writer, const struct lyd_node *vip, const struct collection *answers)
{
    writer_page(writer, &view_vips, vip);
    if (!writer->json) /* there the chain is part of the VIP */
        write_causes(writer, vip);
    if (collection_next(answers, "check", NULL))
        show_list(writer, &view_checks, false, answers);
    if (collection_next(answers, "event", NULL))
        show_events(writer, false, answers, EVENTS_SHOWN);
    writer_end(writer);
}

/* What healthd says of the checks in the chain of VIP, in front of what bgpd, which gave ANSWERS, knows of them. */
static void add_checks(const struct invocation *invocation, const struct lyd_node *vip, struct collection *answers)
{
    struct collection all = {0};

    ask_checks(invocation, vip, &all);
    for (size_t i = 0; i < answers->count; i++)
        collection_add(answers->documents[i], &all);
    free(answers->documents);
    *answers = all;
}

int handle_why(const struct invocation *invocation)
{
    const char *prefix = command_argument(invocation, "PREFIX");
    const struct member members[] = {{"prefix", prefix, false}};
    struct collection answers = {0};

    int status = query(invocation, "bgpd", request_get("why", members, 1), ANSWER_TIMEOUT_MS, collection_add, &answers);
    const struct lyd_node *vip = collection_find(&answers, "vip", prefix);
    if (status == STATUS_DONE && !vip) {
        complain("there is no vip %s; 'vipgate show vips' lists them", prefix);
        status = STATUS_REFUSED;
    } else if (status == STATUS_DONE) {
        struct writer writer = show_writer(invocation);
        add_checks(invocation, vip, &answers);
        write_why(&writer, vip, &answers);
    }
    collection_free(&answers);
    return status;
}
