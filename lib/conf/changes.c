#include "lib/conf/changes.h"

#include "lib/conf/secret.h"
#include "lib/model.h"
#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines under way: an array of struct conf_line in LINES, their texts in ARENA. */
struct writer {
    FILE *lines;
    struct arena *arena;
};

enum { SUBJECT_SIZE = 640, NAME_SIZE = 160, CHANGE_SIZE = 1024 };

/* ---- a tree as lines ---- */

/* Writes what of BEFORE and AFTER is not empty, with a blank between them. */
static void join(char *buffer, size_t size, const char *before, const char *after)
{
    snprintf(buffer, size, "%s%s%s", before, before[0] && after[0] ? " " : "", after);
}

static void add(struct writer *writer, const char *subject, const char *name, const struct lyd_node *leaf)
{
    const char *value = leaf ? lyd_get_value(leaf) : NULL;
    const struct conf_line line = {
        .subject = subject,
        .name = arena_copy(writer->arena, name),
        .value = arena_copy(writer->arena, value),
        .is_list = leaf && leaf->schema->nodetype == LYS_LEAFLIST,
        .is_secret = leaf && conf_is_secret(leaf->schema, value),
    };

    fwrite(&line, sizeof line, 1, writer->lines);
}

static void add_siblings(struct writer *writer, const struct lyd_node *first, const char *subject, const char *block);

/* NAME is the list's, with the blocks around it. */
static void add_entry(struct writer *writer, const struct lyd_node *node, const char *subject, const char *name)
{
    char entry[SUBJECT_SIZE], whole[SUBJECT_SIZE];

    join(entry, sizeof entry, name, lyd_child(node) ? lyd_get_value(lyd_child(node)) : "");
    join(whole, sizeof whole, subject, entry);
    const char *kept = arena_copy(writer->arena, whole);
    add(writer, kept, "", NULL);
    if (kept)
        add_siblings(writer, lyd_child(node), kept, "");
}

static void add_siblings(struct writer *writer, const struct lyd_node *first, const char *subject, const char *block)
{
    char name[NAME_SIZE];
    const struct lyd_node *node;

    LY_LIST_FOR(first, node)
    {
        if (!model_is_explicit(node) || lysc_is_key(node->schema))
            continue;
        join(name, sizeof name, block, node->schema->name);
        if (node->schema->nodetype == LYS_LIST) {
            add_entry(writer, node, subject, name);
        } else if (node->schema->nodetype == LYS_CONTAINER) {
            if (!lysc_is_np_cont(node->schema)) /* it means something by being there */
                add(writer, subject, name, NULL);
            add_siblings(writer, lyd_child(node), subject, name);
        } else {
            add(writer, subject, name, node);
        }
    }
}

/* By subject and name: two values of one statement are equal here. */
static int compare_statements(const struct conf_line *a, const struct conf_line *b)
{
    int order = strcmp(a->subject, b->subject);

    return order ? order : strcmp(a->name, b->name);
}

static int compare_values(const struct conf_line *a, const struct conf_line *b)
{
    return strcmp(a->value ? a->value : "", b->value ? b->value : "");
}

static int compare_lines(const void *left, const void *right)
{
    int order = compare_statements(left, right);

    return order ? order : compare_values(left, right);
}

bool conf_lines_of(struct conf_lines *lines, const struct lyd_node *tree)
{
    char *written = NULL;
    size_t size = 0;
    struct writer writer = {.lines = open_memstream(&written, &size), .arena = &lines->arena};

    *lines = (struct conf_lines){0};
    if (!writer.lines)
        return false;
    add_siblings(&writer, tree, "", "");
    bool done = fclose(writer.lines) == 0 && !lines->arena.failed;
    lines->lines = (struct conf_line *)(void *)written;
    lines->count = size / sizeof *lines->lines;
    if (done)
        qsort(lines->lines, lines->count, sizeof *lines->lines, compare_lines);
    return done;
}

void conf_lines_clear(struct conf_lines *lines)
{
    arena_free(&lines->arena);
    free(lines->lines);
    *lines = (struct conf_lines){0};
}

/* ---- two of them ---- */

struct comparison {
    conf_change *change;
    void *user;
};

/* "SUBJECT: NAME VALUE JOINT WORDS", of which SUBJECT or NAME may be missing; without VALUE and JOINT where it is not
 * SHOWN. */
static void say(const struct comparison *comparison, const struct conf_line *line, bool shown, const char *value,
                const char *joint, const char *words)
{
    char text[CHANGE_SIZE];

    snprintf(text, sizeof text, "%s%s%s %.200s%s%.200s", line->subject, line->subject[0] && line->name[0] ? ": " : "",
             line->name, shown ? value : "", shown ? joint : "", words);
    text_clean(text); /* it may have been cut */
    comparison->change(text, comparison->user);
}

static void say_changed(const struct comparison *comparison, const struct conf_line *before,
                        const struct conf_line *after)
{
    bool shown = before->value && after->value && !before->is_secret && !after->is_secret;

    say(comparison, after, shown, before->value, " -> ", shown ? after->value : "changed");
}

static bool is_within(const struct conf_line *line, const char *subject)
{
    size_t length = strlen(subject);

    return strncmp(line->subject, subject, length) == 0 &&
           (line->subject[length] == '\0' || line->subject[length] == ' ');
}

/* Says what the line at INDEX, which the other side lacks, is; the first line after what that stands for. */
static size_t pass_one_sided(const struct comparison *comparison, const struct conf_lines *lines, size_t index,
                             const char *what)
{
    const struct conf_line *line = &lines->lines[index];

    say(comparison, line, line->value && !line->is_secret, line->value, " ", what);
    index++;
    while (line->name[0] == '\0' && index < lines->count && is_within(&lines->lines[index], line->subject))
        index++;
    return index;
}

void conf_compare(const struct conf_lines *before, const struct conf_lines *after, conf_change *change, void *user)
{
    const struct comparison comparison = {.change = change, .user = user};
    size_t i = 0, j = 0;

    while (i < before->count || j < after->count) {
        const struct conf_line *old = i < before->count ? &before->lines[i] : NULL;
        const struct conf_line *new = j < after->count ? &after->lines[j] : NULL;
        int order = !old ? 1 : !new ? -1 : compare_statements(old, new);
        int values = order == 0 ? compare_values(old, new) : 0;
        if (order == 0 && old->is_list)
            order = values;
        if (order < 0) {
            i = pass_one_sided(&comparison, before, i, "removed");
        } else if (order > 0) {
            j = pass_one_sided(&comparison, after, j, "added");
        } else {
            if (values != 0)
                say_changed(&comparison, old, new);
            i++;
            j++;
        }
    }
}
