#include "ctl/status.h"

#include "ctl/drift.h"
#include "ctl/show.h"

#include <string.h>

/* By list: the leaf that tells, and its values that are right (NULL: all but the wrong ones) or somebody's wish. */
static const struct rule {
    const struct view *view;
    const char *leaf, *verb;
    const char *right, *wrong;
    const char *steered[2];
} rules[] = {
    {&view_daemons, "health-link", "'s health link is", NULL, "expired", {NULL}},
    {&view_neighbors, "session-state", " is", "established", NULL, {NULL}},
    {&view_vips, "state", " is", "announced", NULL, {"draining", "drained"}},
    {&view_checks, "verdict", " is", "up", NULL, {NULL}},
};

enum { RULES = sizeof rules / sizeof *rules };

static bool is(const char *value, const char *word)
{
    return word && strcmp(value, word) == 0;
}

static const struct rule *rule_of(const struct json_node *entry)
{
    for (size_t i = 0; i < RULES; i++) {
        if (is(entry->name, rules[i].view->list))
            return &rules[i];
    }
    return NULL;
}

/* Whether an operator has put ENTRY, a neighbor or a VIP, where it is. */
static bool is_steered(const struct rule *rule, const struct json_node *entry, const char *value)
{
    const char *override = node_text(entry, "override");

    return is(value, rule->steered[0]) || is(value, rule->steered[1]) || node_boolean(entry, "admin-down") ||
           (override && !is(override, "auto"));
}

enum condition status_condition(const struct json_node *entry)
{
    const struct rule *rule = rule_of(entry);
    const char *value = rule ? node_text(entry, rule->leaf) : NULL;

    if (!value || is(value, rule->right) || (!rule->right && !is(value, rule->wrong)))
        return CONDITION_RIGHT;
    return is_steered(rule, entry, value) ? CONDITION_STEERED : CONDITION_WRONG;
}

void status_line(FILE *file, const struct view *view, const struct json_node *entry, uint64_t now_us)
{
    /* The last column of each table says why. */
    const struct column *why = &view->columns[view->column_count - 1];
    const struct rule *rule = rule_of(entry);
    struct cell cell = {0};

    if (why->free)
        why->format(&cell, entry, why->path, now_us);
    fprintf(file, "%s %s%s %s%s%s%s\n", view->list, node_key(entry), rule->verb, node_text(entry, rule->leaf),
            node_boolean(entry, "admin-down") ? ", administratively down" : "", cell.text[0] ? ": " : "", cell.text);
}

/* Writes ENTRY where it is not as usual, FROM being what it should run and does not; whether it is wrong. */
static bool write_entry(struct writer *writer, const struct view *view, const struct json_node *entry, const char *from)
{
    enum condition condition = status_condition(entry);

    if (writer->json && (condition != CONDITION_RIGHT || from))
        writer_json(writer, view->list, entry);
    if (!writer->json && condition != CONDITION_RIGHT)
        status_line(writer->style.file, view, entry, writer->style.now_us);
    if (!writer->json && from)
        fprintf(writer->style.file, "the running configuration of %s is not that of %s: vipgate reload\n",
                node_text(entry, "name"), from);
    return condition == CONDITION_WRONG || from;
}

/* Writes what is not as usual in the list of VIEW; how much of it is wrong. */
static size_t write_list(struct writer *writer, const struct view *view, const struct collection *answers,
                         const struct drifts *drifts)
{
    const struct json_node *entry = NULL;
    size_t wrong = 0;

    while ((entry = collection_next(answers, view->list, entry)))
        wrong += write_entry(writer, view, entry,
                             view == &view_daemons ? drift_from(drifts, node_text(entry, "name")) : NULL);
    return wrong;
}

static size_t write_all(struct writer *writer, const struct collection *answers)
{
    struct drifts drifts = drift_find(answers);
    size_t wrong = 0;

    for (size_t i = 0; i < RULES; i++)
        wrong += write_list(writer, rules[i].view, answers, &drifts);
    return wrong;
}

int status_check(const struct invocation *invocation)
{
    struct collection answers = {0};
    int health =
        query(invocation, "healthd", request_get("daemon,check", NULL, 0), ANSWER_TIMEOUT_MS, collection_add, &answers);
    int bgp = query(invocation, "bgpd", request_get("daemon,neighbor,vip", NULL, 0), ANSWER_TIMEOUT_MS, collection_add,
                    &answers);
    int status = STATUS_UNREACHABLE;

    if (answers.count > 0) {
        struct writer writer = show_writer(invocation);
        bool right = write_all(&writer, &answers) == 0 && health == STATUS_DONE && bgp == STATUS_DONE;
        if (right && !writer.json)
            fputs("nothing is wrong\n", stdout);
        writer_end(&writer);
        status = right ? STATUS_DONE : STATUS_REFUSED;
    }
    collection_free(&answers);
    return status;
}
