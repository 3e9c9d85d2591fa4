/* status: one screen of everything, from both daemons. */
#include "ctl/status.h"

#include "ctl/handlers.h"
#include "ctl/show.h"
#include "ctl/status_check.h"
#include "lib/text.h"

#include <string.h>

enum { ROWS_MIN = 3, ROWS_MAX = 10, STATES_MAX = 16 };

/* The lines of the screen that are no rows of the three lists. */
enum { OTHER_LINES = 22, LISTS = 3 };

static const struct part {
    const struct view *view;
    const char *noun, *state, *command;
} parts[LISTS] = {
    {&view_neighbors, "neighbor", "session-state", "show neighbors"},
    {&view_vips, "VIP", "state", "show vips"},
    {&view_checks, "check", "verdict", "show checks"},
};

/* How many rows of a list there is room for. */
static size_t rows_of(const struct style *style)
{
    size_t free = style->height > OTHER_LINES ? (style->height - OTHER_LINES) / LISTS : 0;

    return style->height == 0 || free > ROWS_MAX ? ROWS_MAX : free < ROWS_MIN ? ROWS_MIN : free;
}

/* ---- one list ---- */

/* The next entry after AFTER, all that are wrong first, then those that somebody has put where they are. */
static const struct json_node *next_by_condition(const struct collection *answers, const struct view *view,
                                                 const struct json_node *after, enum condition *condition)
{
    const struct json_node *entry = after;

    for (;;) {
        while ((entry = collection_next(answers, view->list, entry))) {
            if (status_condition(entry) == *condition)
                return entry;
        }
        if (*condition == CONDITION_RIGHT)
            return NULL;
        --*condition;
    }
}

/* How many are in each state, in the order in which the states come first. */
struct totals {
    size_t all, states;
    struct {
        const char *name;
        size_t count;
    } of[STATES_MAX];
};

static void count_state(struct totals *totals, const char *name)
{
    size_t i = 0;

    totals->all++;
    while (name && i < totals->states && strcmp(totals->of[i].name, name) != 0)
        i++;
    if (!name || i == STATES_MAX)
        return;
    totals->of[i].name = name;
    totals->of[i].count++;
    totals->states += i == totals->states;
}

/* "200 VIPs: 3 withdrawn, 197 announced" */
static size_t write_totals(FILE *file, const struct part *part, const struct collection *answers)
{
    enum condition condition = CONDITION_WRONG;
    struct totals totals = {0};

    for (const struct json_node *entry = NULL; (entry = next_by_condition(answers, part->view, entry, &condition));)
        count_state(&totals, node_text(entry, part->state));
    if (totals.all == 0)
        return 0;
    fprintf(file, "%zu %s%s", totals.all, part->noun, text_plural(totals.all));
    for (size_t i = 0; i < totals.states; i++)
        fprintf(file, "%s %zu %s", i ? "," : ":", totals.of[i].count, totals.of[i].name);
    fputc('\n', file);
    return totals.all;
}

static void write_part(struct writer *writer, const struct part *part, const struct collection *answers)
{
    enum condition condition = CONDITION_WRONG;
    size_t room = rows_of(&writer->style);
    const struct json_node *entry = NULL;

    writer_list(writer, part->view);
    size_t all = write_totals(writer->style.file, part, answers);
    if (all == room + 1) /* as long as the line that would say so */
        room = all;
    for (size_t row = 0; row < room && (entry = next_by_condition(answers, part->view, entry, &condition)); row++)
        writer_entry(writer, entry);
    writer_list_end(writer);
    if (all > room)
        fprintf(writer->style.file, "… and %zu more: vipgate %s\n", all - room, part->command);
}

/* ---- all of it ---- */

static void write_lists(struct writer *writer, const struct collection *answers, bool bgp, bool health)
{
    for (size_t i = 0; i < LISTS; i++) {
        bool known = parts[i].view == &view_checks ? health : bgp;
        if (known && writer->json)
            show_list(writer, parts[i].view, answers);
        else if (known)
            write_part(writer, &parts[i], answers);
    }
}

void status_write(struct writer *writer, const struct collection *answers, bool bgp, bool health)
{
    const struct json_node *site = collection_next(answers, "site", NULL);

    if (site && !writer->json)
        fprintf(writer->style.file, "site %s\n\n", site->text);
    else if (site)
        writer_json(writer, "site", site);
    show_list(writer, &view_daemons, answers);
    write_lists(writer, answers, bgp, health);
    show_events(writer, answers, rows_of(&writer->style));
    writer_end(writer);
}

/* The exit status of --check: of all that is there, or that nothing is wrong. */
static int check(struct writer *writer, const struct collection *answers, bool complete)
{
    bool right = !status_check(writer, answers) && complete;

    if (right && !writer->json)
        fputs("nothing is wrong\n", writer->style.file);
    writer_end(writer);
    return right ? STATUS_DONE : STATUS_REFUSED;
}

int handle_status(const struct invocation *invocation)
{
    bool checks = command_argument(invocation, "--check");
    char last[16];
    const struct member members[] = {{"last", last, true}};
    struct collection answers = {0};

    snprintf(last, sizeof last, "%d", checks ? 0 : ROWS_MAX);
    int health = query(invocation, "healthd", request_get("daemon,check,event", members, 1), ANSWER_TIMEOUT_MS,
                       collection_add, &answers);
    int bgp = query(invocation, "bgpd", request_get("daemon,neighbor,vip,event", members, 1), ANSWER_TIMEOUT_MS,
                    collection_add, &answers);
    int status = checks ? STATUS_UNREACHABLE : health > bgp ? health : bgp;
    if (answers.first) {
        struct writer writer = show_writer(invocation);
        if (checks)
            status = check(&writer, &answers, bgp == STATUS_DONE && health == STATUS_DONE);
        else
            status_write(&writer, &answers, bgp == STATUS_DONE, health == STATUS_DONE);
    }
    collection_free(&answers);
    return status;
}
