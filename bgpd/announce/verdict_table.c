#include "bgpd/announce/verdict_table.h"

#include "bgpd/announce/agenda.h"
#include "lib/clock.h"
#include "lib/container.h"

#include <bsd/string.h>
#include <bsd/sys/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One check. SAID is its last verdict; while AWAITED a new one is to come, and SAID holds where has_verdict. */
struct entry {
    RB_ENTRY(entry) by_name;
    char name[VERDICT_NAME_SIZE];
    struct agenda_item deadline, change;
    struct verdict_message said, staged;
    bool has_verdict;
    bool present;  /* the health daemon has this check */
    bool expected; /* a gate names it */
    bool reserved; /* a gate may soon name it */
    bool awaited;
    bool overdue; /* awaited until the deadline: lost */
    uint64_t awaited_since_ms, patience_ms;
    uint64_t staged_by; /* number of the snapshot */
};

RB_HEAD(name_tree, entry);

struct verdict_table {
    struct name_tree entries;
    struct agenda deadlines; /* of those that are expected, awaited and not overdue */
    struct agenda changed;   /* a gate may see it, and nobody was told yet */
    size_t count;
    uint64_t lease_ms, last_life_ms;
    enum health_link link;
    uint64_t snapshot; /* number of the last one that was begun */
    bool in_snapshot;
    bool heard; /* the health daemon was heard since the start */
    char silence[REASON_SIZE];
};

static int compare_names(const struct entry *a, const struct entry *b)
{
    return strcmp(a->name, b->name);
}

RB_GENERATE_INTERNAL(name_tree, entry, by_name, compare_names, __attribute__((unused)) static)

const char *health_link_name(enum health_link link)
{
    static const char *const names[] = {"connected", "lost", "expired"};

    return names[link];
}

/* ---- the table ---- */

static struct entry *find(const struct verdict_table *table, const char *name)
{
    struct entry wanted;

    strlcpy(wanted.name, name, sizeof wanted.name);
    return RB_FIND(name_tree, (struct name_tree *)&table->entries, &wanted);
}

/* The entry of NAME, made where it is missing; NULL when out of memory, or of room. */
static struct entry *obtain(struct verdict_table *table, const char *name, uint64_t now_ms)
{
    struct entry *entry = find(table, name);

    if (entry)
        return entry;
    entry = table->count < VERDICT_TABLE_MAX ? calloc(1, sizeof *entry) : NULL;
    if (!entry)
        return NULL;
    strlcpy(entry->name, name, sizeof entry->name);
    entry->awaited = true;
    entry->awaited_since_ms = now_ms;
    RB_INSERT(name_tree, &table->entries, entry);
    table->count++;
    return entry;
}

/* Whoever waits for its verdict waits until then, or no longer. */
static void schedule(struct verdict_table *table, struct entry *entry)
{
    bool waits = entry->expected && entry->awaited && !entry->overdue;

    agenda_set_due(&table->deadlines, &entry->deadline,
                   waits ? entry->awaited_since_ms + entry->patience_ms : AGENDA_NEVER);
}

/* A gate may see it otherwise than before. */
static void note_change(struct verdict_table *table, struct entry *entry)
{
    agenda_mark(&table->changed, &entry->change);
}

/* Forgets it where neither a gate nor the health daemon knows it. */
static void prune(struct verdict_table *table, struct entry *entry)
{
    if (entry->expected || entry->reserved || entry->present ||
        (table->in_snapshot && entry->staged_by == table->snapshot))
        return;
    agenda_forget(&table->changed, &entry->change);
    RB_REMOVE(name_tree, &table->entries, entry);
    table->count--;
    free(entry);
}

struct verdict_table *verdict_table_new(uint64_t lease_ms, uint64_t now_ms)
{
    struct verdict_table *table = calloc(1, sizeof *table);

    if (!table)
        return NULL;
    table->lease_ms = lease_ms;
    table->last_life_ms = now_ms;
    table->link = HEALTH_LOST;
    return table;
}

void verdict_table_free(struct verdict_table *table)
{
    if (!table)
        return;
    while (!RB_EMPTY(&table->entries)) {
        struct entry *entry = RB_ROOT(&table->entries);
        RB_REMOVE(name_tree, &table->entries, entry);
        free(entry);
    }
    free(table);
}

void verdict_table_set_lease(struct verdict_table *table, uint64_t lease_ms)
{
    table->lease_ms = lease_ms;
}

bool verdict_table_reserve(struct verdict_table *table, const char *name, uint64_t now_ms)
{
    struct entry *entry = obtain(table, name, now_ms);

    if (entry)
        entry->reserved = true;
    return entry != NULL;
}

void verdict_table_release(struct verdict_table *table, const char *name)
{
    struct entry *entry = find(table, name);

    if (!entry)
        return;
    entry->reserved = false;
    prune(table, entry);
}

bool verdict_table_expect(struct verdict_table *table, const char *name, uint64_t patience_ms, uint64_t now_ms)
{
    struct entry *entry = obtain(table, name, now_ms);

    if (!entry)
        return false;
    if (!entry->expected)
        entry->awaited_since_ms = now_ms;
    entry->expected = true;
    entry->reserved = false;
    entry->patience_ms = patience_ms;
    if (entry->overdue && now_ms < entry->awaited_since_ms + patience_ms) {
        entry->overdue = false;
        note_change(table, entry);
    }
    schedule(table, entry);
    return true;
}

void verdict_table_unexpect(struct verdict_table *table, const char *name)
{
    struct entry *entry = find(table, name);

    if (!entry)
        return;
    entry->expected = entry->overdue = false;
    schedule(table, entry);
    prune(table, entry);
}

/* ---- what is said ---- */

static void await(struct verdict_table *table, struct entry *entry, uint64_t now_ms)
{
    if (entry->awaited)
        return;
    entry->awaited = true;
    entry->overdue = false;
    entry->awaited_since_ms = now_ms;
    schedule(table, entry);
}

/* Whether a gate may see the difference. */
static bool is_otherwise(const struct entry *entry, const struct verdict_message *said)
{
    if (said->first_pending)
        return !entry->awaited || !entry->present;
    return entry->awaited || !entry->has_verdict || entry->said.verdict != said->verdict ||
           entry->said.healthy_percent != said->healthy_percent || strcmp(entry->said.reason, said->reason) != 0;
}

static void apply(struct verdict_table *table, struct entry *entry, const struct verdict_message *said, uint64_t now_ms)
{
    if (is_otherwise(entry, said))
        note_change(table, entry);
    entry->present = true;
    if (said->first_pending) {
        await(table, entry, now_ms);
        return;
    }
    entry->said = *said;
    entry->has_verdict = true;
    entry->awaited = entry->overdue = false;
    schedule(table, entry);
}

/* The health daemon does not have the check, or no longer. */
static void apply_absence(struct verdict_table *table, struct entry *entry, uint64_t now_ms)
{
    if (entry->present)
        note_change(table, entry);
    entry->present = false;
    await(table, entry, now_ms);
}

/* After a silence longer than the lease, waiting begins again: the daemon has only just started. */
static void restart_waiting(struct verdict_table *table, uint64_t now_ms)
{
    struct entry *entry;

    RB_FOREACH(entry, name_tree, &table->entries)
    {
        entry->overdue = false;
        entry->awaited_since_ms = now_ms;
        schedule(table, entry);
        note_change(table, entry);
    }
}

static void sign_of_life(struct verdict_table *table, uint64_t now_ms)
{
    if (!table->heard || table->link == HEALTH_EXPIRED)
        restart_waiting(table, now_ms);
    table->heard = true;
    table->link = HEALTH_CONNECTED;
    table->last_life_ms = now_ms;
}

static void end_snapshot(struct verdict_table *table, uint64_t now_ms)
{
    struct entry *entry, *next;

    sign_of_life(table, now_ms);
    table->in_snapshot = false;
    RB_FOREACH_SAFE(entry, name_tree, &table->entries, next)
    {
        if (entry->staged_by == table->snapshot)
            apply(table, entry, &entry->staged, now_ms);
        else
            apply_absence(table, entry, now_ms);
        prune(table, entry);
    }
}

static void take_change(struct verdict_table *table, const struct verdict_message *message, uint64_t now_ms)
{
    struct entry *entry = obtain(table, message->name, now_ms);

    if (!entry)
        return;
    if (!table->in_snapshot) {
        apply(table, entry, message, now_ms);
        return;
    }
    entry->staged = *message;
    entry->staged_by = table->snapshot;
}

static void take_removal(struct verdict_table *table, const char *name, uint64_t now_ms)
{
    struct entry *entry = table->in_snapshot ? NULL : find(table, name);

    if (!entry)
        return;
    apply_absence(table, entry, now_ms);
    prune(table, entry);
}

static bool has_changes(const struct verdict_table *table)
{
    return agenda_next_ms(&table->changed) != AGENDA_NEVER;
}

bool verdict_table_message(struct verdict_table *table, const struct verdict_message *message, uint64_t now_ms)
{
    enum health_link before = table->link;

    /* Half a snapshot is no sign of life yet: it could bring back verdicts that were forgotten. */
    if (!table->in_snapshot && message->type != VERDICT_HELLO)
        sign_of_life(table, now_ms);
    switch (message->type) {
    case VERDICT_HELLO:
        table->in_snapshot = true;
        table->snapshot++;
        break;
    case VERDICT_CHANGE:
        take_change(table, message, now_ms);
        break;
    case VERDICT_SNAPSHOT_END:
        if (table->in_snapshot)
            end_snapshot(table, now_ms);
        break;
    case VERDICT_REMOVED:
        take_removal(table, message->name, now_ms);
        break;
    case VERDICT_ALIVE:
        break;
    }
    return table->link != before || has_changes(table);
}

bool verdict_table_disconnected(struct verdict_table *table)
{
    struct entry *entry, *next;

    table->in_snapshot = false;
    RB_FOREACH_SAFE(entry, name_tree, &table->entries, next)
    {
        prune(table, entry);
    }
    if (table->link != HEALTH_CONNECTED)
        return false;
    table->link = HEALTH_LOST;
    return true;
}

/* ---- time ---- */

static void expire(struct verdict_table *table)
{
    char lease[CLOCK_TEXT_SIZE];
    struct entry *entry;

    table->link = HEALTH_EXPIRED;
    snprintf(table->silence, sizeof table->silence, "%s for %s",
             table->heard ? "no sign of life from the health daemon" : "no connection to the health daemon",
             duration_format(table->lease_ms, lease));
    RB_FOREACH(entry, name_tree, &table->entries)
    {
        entry->has_verdict = false;
        entry->awaited = true;
        note_change(table, entry);
    }
}

bool verdict_table_time(struct verdict_table *table, uint64_t now_ms)
{
    struct agenda_item *item;

    if (table->link == HEALTH_EXPIRED)
        return false;
    if (now_ms >= table->last_life_ms + table->lease_ms)
        expire(table);
    while (table->link != HEALTH_EXPIRED && (item = agenda_take(&table->deadlines, now_ms, &(unsigned){0}))) {
        struct entry *entry = CONTAINER_OF(item, struct entry, deadline);
        entry->overdue = true;
        note_change(table, entry);
    }
    return has_changes(table);
}

uint64_t verdict_table_next_ms(const struct verdict_table *table)
{
    uint64_t lease_end_ms = table->last_life_ms + table->lease_ms, deadline_ms = agenda_next_ms(&table->deadlines);

    if (table->link == HEALTH_EXPIRED)
        return UINT64_MAX;
    return deadline_ms < lease_end_ms ? deadline_ms : lease_end_ms;
}

/* ---- what is known ---- */

const char *verdict_table_take_changed(struct verdict_table *table)
{
    struct agenda_item *item = agenda_take(&table->changed, 0, &(unsigned){0});

    return item ? CONTAINER_OF(item, struct entry, change)->name : NULL;
}

enum health_link verdict_table_link(const struct verdict_table *table)
{
    return table->link;
}

static void view_lost(struct check_view *view, const char *reason)
{
    view->standing = CHECK_LOST;
    view->reason = reason;
}

static const char *pending_reason(const struct verdict_table *table, const struct entry *entry)
{
    if (!table->heard)
        return "not yet connected to the health daemon";
    return entry && entry->present ? "" : "not known to the health daemon";
}

void verdict_table_view(const struct verdict_table *table, const char *name, struct check_view *view)
{
    static const enum check_standing standings[] = {CHECK_LOST, CHECK_UP, CHECK_DOWN};
    const struct entry *entry = find(table, name);

    *view = (struct check_view){.name = name, .standing = CHECK_PENDING, .reason = pending_reason(table, entry)};
    if (entry && entry->has_verdict)
        view->since_us = entry->said.since_us;
    if (table->link == HEALTH_EXPIRED) {
        view_lost(view, table->silence);
    } else if (entry && entry->overdue) {
        view_lost(view, entry->present ? "first verdict overdue" : "not known to the health daemon");
    } else if (entry && entry->has_verdict) {
        view->standing = standings[entry->said.verdict];
        view->healthy_percent = entry->said.healthy_percent;
        view->reason = entry->said.reason;
    }
}
