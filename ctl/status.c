/* status: one screen of everything, from both daemons. */
#include "ctl/handlers.h"
#include "ctl/show.h"
#include "ctl/status_check.h"

enum { EVENTS_SHOWN = 10 };

static const struct lyd_node *site_of(const struct collection *answers)
{
    return collection_next(answers, "site", NULL);
}

/* What a daemon that does not answer would have said is left out: "none" would be wrong. */
static void write_status(struct writer *writer, const struct collection *answers, bool bgp, bool health)
{
    const struct lyd_node *site = site_of(answers);

    if (site && !writer->json)
        fprintf(writer->style.file, "site %s\n\n", lyd_get_value(site));
    else if (site)
        writer_leaf(writer, site);
    show_list(writer, &view_daemons, false, answers);
    if (bgp) {
        show_list(writer, &view_neighbors, false, answers);
        show_list(writer, &view_vips, false, answers);
    }
    if (health)
        show_list(writer, &view_checks, false, answers);
    show_events(writer, false, answers, EVENTS_SHOWN);
    writer_end(writer);
}

int handle_status(const struct invocation *invocation)
{
    if (command_argument(invocation, "--check"))
        return status_check(invocation);
    char last[16];
    const struct member members[] = {{"last", last, true}};
    struct collection answers = {0};

    snprintf(last, sizeof last, "%d", EVENTS_SHOWN);
    int health = query(invocation, "healthd", request_get("daemon,check,event", members, 1), ANSWER_TIMEOUT_MS,
                       collection_add, &answers);
    int bgp = query(invocation, "bgpd", request_get("daemon,neighbor,vip,event", members, 1), ANSWER_TIMEOUT_MS,
                    collection_add, &answers);
    if (answers.state) {
        struct writer writer = show_writer(invocation);
        write_status(&writer, &answers, bgp == STATUS_DONE, health == STATUS_DONE);
    }
    collection_free(&answers);
    return health > bgp ? health : bgp;
}
