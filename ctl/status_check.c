#include "ctl/status_check.h"

#include "ctl/show.h"
#include "lib/conf/conf.h"
#include "lib/text.h"

#include <string.h>
#include <sys/stat.h>

/* ---- what runs, and the file ---- */

/* The digest of the file at PATH, now. What is no file may never end, or be meant for somebody else. */
static bool digest_now(const char *path, char digest[static CONF_DIGEST_SIZE])
{
    struct stat status;
    const char *reason = "it is no regular file";

    if (stat(path, &status) < 0 || S_ISREG(status.st_mode)) {
        int error = conf_digest(path, digest);
        if (error == 0)
            return true;
        reason = strerror(-error);
    }
    complain("the running configuration is not compared with %s, which cannot be read in full: %s", path, reason);
    return false;
}

/* A daemon of an older version does not say what it runs; one of ours says nothing that a terminal obeys. */
static void append(struct drifts *drifts, const struct json_node *entry)
{
    struct drift *drift = &drifts->of[drifts->count];

    drift->daemon = node_text(entry, "name");
    drift->file = node_text(entry, "configuration-file");
    drift->digest = node_text(entry, "configuration-digest");
    drifts->count += drift->file && text_is_clean(drift->file) && drift->digest;
}

static void compare_with_file(struct drifts *drifts)
{
    char digest[CONF_DIGEST_SIZE];
    const char *file = NULL;
    bool known = false;

    for (struct drift *drift = drifts->of; drift < drifts->of + drifts->count; drift++) {
        if (!file || strcmp(file, drift->file) != 0)
            known = digest_now(drift->file, digest);
        file = drift->file;
        if (known && strcmp(digest, drift->digest) != 0)
            drift->from = file;
    }
}

/* Two that differ are wrong whatever the file holds. It is said where the file has not told which of them is. */
static void compare_with_each_other(struct drifts *drifts)
{
    struct drift *first = &drifts->of[0];

    for (size_t i = 1; i < drifts->count; i++) {
        struct drift *drift = &drifts->of[i];
        if (!first->from && !drift->from && strcmp(first->digest, drift->digest) != 0)
            drift->from = first->daemon;
    }
}

struct drifts drift_find(const struct collection *answers)
{
    struct drifts drifts = {.count = 0};
    const struct json_node *entry = NULL;

    while (drifts.count < DRIFT_DAEMONS_MAX && (entry = collection_next(answers, "daemon", entry)))
        append(&drifts, entry);
    compare_with_file(&drifts);
    compare_with_each_other(&drifts);
    return drifts;
}

const char *drift_from(const struct drifts *drifts, const char *name)
{
    for (size_t i = 0; i < drifts->count; i++) {
        if (strcmp(drifts->of[i].daemon, name) == 0)
            return drifts->of[i].from;
    }
    return NULL;
}

/* ---- each entry ---- */

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
    struct cell cell = {.now_us = now_us};

    if (why->free)
        why->format(&cell, entry, why->path);
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

bool status_check(struct writer *writer, const struct collection *answers)
{
    struct drifts drifts = drift_find(answers);
    size_t wrong = 0;

    for (size_t i = 0; i < RULES; i++)
        wrong += write_list(writer, rules[i].view, answers, &drifts);
    return wrong > 0;
}
