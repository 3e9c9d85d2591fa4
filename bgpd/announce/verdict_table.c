#include "bgpd/announce/verdict_table.h"

#include "lib/clock.h"

#include <bsd/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One check. SAID is its last verdict; while AWAITED a new one is to come, and SAID holds where has_verdict. */
struct entry {
    char name[VERDICT_NAME_SIZE];
    struct verdict_message said, staged;
    bool has_verdict;
    bool is_staged; /* by the snapshot under way */
    bool present;   /* the health daemon has this check */
    bool expected;  /* a gate names it */
    bool was_expected;
    bool reserved; /* a gate may soon name it */
    bool awaited;
    bool overdue; /* awaited for longer than patience_ms: lost */
    uint64_t awaited_since_ms, patience_ms;
};

struct verdict_table {
    struct entry **entries; /* by name */
    size_t count, capacity;
    uint64_t lease_ms, last_life_ms;
    enum health_link link;
    bool in_snapshot;
    bool heard; /* the health daemon was heard since the start */
    char silence[POLICY_REASON_SIZE];
};

const char *health_link_name(enum health_link link)
{
    static const char *const names[] = {"connected", "lost", "expired"};

    return names[link];
}

/* ---- the table ---- */

/* Where NAME is, or belongs. */
static size_t position_of(const struct verdict_table *table, const char *name, bool *found)
{
    size_t low = 0, high = table->count;

    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(table->entries[middle]->name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry *find(const struct verdict_table *table, const char *name)
{
    bool found;
    size_t position = position_of(table, name, &found);

    return found ? table->entries[position] : NULL;
}

static bool grow(struct verdict_table *table)
{
    if (table->count < table->capacity)
        return true;
    size_t capacity = table->capacity ? table->capacity * 2 : 16;
    struct entry **entries = reallocarray(table->entries, capacity, sizeof(struct entry *));
    if (!entries)
        return false;
    table->entries = entries;
    table->capacity = capacity;
    return true;
}

/* The entry of NAME, made where it is missing; NULL when out of memory, or of room. */
static struct entry *obtain(struct verdict_table *table, const char *name, uint64_t now_ms)
{
    bool found;
    size_t position = position_of(table, name, &found);

    if (found)
        return table->entries[position];
    if (table->count == VERDICT_TABLE_MAX || !grow(table))
        return NULL;
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    strlcpy(entry->name, name, sizeof entry->name);
    entry->awaited = true;
    entry->awaited_since_ms = now_ms;
    memmove(&table->entries[position + 1], &table->entries[position],
            (table->count - position) * sizeof(struct entry *));
    table->entries[position] = entry;
    table->count++;
    return entry;
}

/* Forgets what neither a gate nor the health daemon knows. */
static void prune(struct verdict_table *table)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct entry *entry = table->entries[i];
        if (entry->expected || entry->reserved || entry->present || (table->in_snapshot && entry->is_staged))
            table->entries[kept++] = entry;
        else
            free(entry);
    }
    table->count = kept;
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
    for (size_t i = 0; i < table->count; i++)
        free(table->entries[i]);
    free(table->entries);
    free(table);
}

void verdict_table_set_lease(struct verdict_table *table, uint64_t lease_ms)
{
    table->lease_ms = lease_ms;
}

/* Several gates may name the same check. */
static void expect(struct entry *entry, uint64_t patience_ms, uint64_t now_ms)
{
    if (!entry->expected)
        entry->patience_ms = 0;
    if (!entry->was_expected) {
        entry->overdue = false;
        entry->awaited_since_ms = now_ms;
    }
    entry->expected = true;
    if (entry->patience_ms < patience_ms)
        entry->patience_ms = patience_ms;
}

bool verdict_table_reserve(struct verdict_table *table, const struct gate_check *expected, size_t count,
                           uint64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = obtain(table, expected[i].name, now_ms);
        if (!entry) {
            verdict_table_release(table);
            return false;
        }
        entry->reserved = true;
    }
    return true;
}

void verdict_table_release(struct verdict_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        table->entries[i]->reserved = false;
    prune(table);
}

bool verdict_table_expect(struct verdict_table *table, const struct gate_check *expected, size_t count, uint64_t now_ms)
{
    bool ok = true;

    for (size_t i = 0; i < table->count; i++) {
        table->entries[i]->was_expected = table->entries[i]->expected;
        table->entries[i]->expected = false;
    }
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = obtain(table, expected[i].name, now_ms);
        ok &= entry != NULL;
        if (entry)
            expect(entry, expected[i].first_verdict_ms, now_ms);
    }
    verdict_table_release(table);
    return ok;
}

/* ---- what is said ---- */

static void await(struct entry *entry, uint64_t now_ms)
{
    if (entry->awaited)
        return;
    entry->awaited = true;
    entry->overdue = false;
    entry->awaited_since_ms = now_ms;
}

/* Whether a gate may see the difference. */
static bool apply(struct entry *entry, const struct verdict_message *said, uint64_t now_ms)
{
    bool was_awaited = entry->awaited;

    entry->present = true;
    if (said->first_pending) {
        await(entry, now_ms);
        return !was_awaited;
    }
    bool changed = was_awaited || !entry->has_verdict || entry->said.verdict != said->verdict ||
                   entry->said.healthy_percent != said->healthy_percent ||
                   strcmp(entry->said.reason, said->reason) != 0;
    entry->said = *said;
    entry->has_verdict = true;
    entry->awaited = entry->overdue = false;
    return changed;
}

/* The health daemon does not have the check, or no longer. */
static bool apply_absence(struct entry *entry, uint64_t now_ms)
{
    bool was_present = entry->present;

    entry->present = false;
    await(entry, now_ms);
    return was_present;
}

static void begin_snapshot(struct verdict_table *table)
{
    table->in_snapshot = true;
    for (size_t i = 0; i < table->count; i++)
        table->entries[i]->is_staged = false;
}

/* After a silence for longer than the lease, whatever is awaited is awaited anew: the daemon has only just begun. */
static void restart_waiting(struct verdict_table *table, uint64_t now_ms)
{
    for (size_t i = 0; i < table->count; i++) {
        table->entries[i]->overdue = false;
        table->entries[i]->awaited_since_ms = now_ms;
    }
}

static bool sign_of_life(struct verdict_table *table, uint64_t now_ms)
{
    bool changed = table->link != HEALTH_CONNECTED;

    if (!table->heard || table->link == HEALTH_EXPIRED)
        restart_waiting(table, now_ms);
    table->heard = true;
    table->link = HEALTH_CONNECTED;
    table->last_life_ms = now_ms;
    return changed;
}

static bool end_snapshot(struct verdict_table *table, uint64_t now_ms)
{
    bool changed = sign_of_life(table, now_ms);

    for (size_t i = 0; i < table->count; i++) {
        struct entry *entry = table->entries[i];
        changed |= entry->is_staged ? apply(entry, &entry->staged, now_ms) : apply_absence(entry, now_ms);
    }
    table->in_snapshot = false;
    prune(table);
    return changed;
}

static bool take_change(struct verdict_table *table, const struct verdict_message *message, uint64_t now_ms)
{
    struct entry *entry = obtain(table, message->name, now_ms);

    if (!entry)
        return false;
    if (!table->in_snapshot)
        return apply(entry, message, now_ms);
    entry->staged = *message;
    entry->is_staged = true;
    return false;
}

static bool take_removal(struct verdict_table *table, const char *name, uint64_t now_ms)
{
    struct entry *entry = find(table, name);
    bool changed = entry && apply_absence(entry, now_ms);

    prune(table);
    return changed;
}

bool verdict_table_message(struct verdict_table *table, const struct verdict_message *message, uint64_t now_ms)
{
    bool changed = false;

    if (message->type == VERDICT_HELLO) {
        begin_snapshot(table);
        return false;
    }
    /* Half a snapshot is no sign of life yet: it could bring back verdicts that were forgotten. */
    if (!table->in_snapshot)
        changed = sign_of_life(table, now_ms);
    switch (message->type) {
    case VERDICT_CHANGE:
        return take_change(table, message, now_ms) || changed;
    case VERDICT_SNAPSHOT_END:
        return table->in_snapshot ? end_snapshot(table, now_ms) : changed;
    case VERDICT_REMOVED:
        return (!table->in_snapshot && take_removal(table, message->name, now_ms)) || changed;
    case VERDICT_HELLO:
    case VERDICT_ALIVE:
        break;
    }
    return changed;
}

bool verdict_table_disconnected(struct verdict_table *table)
{
    table->in_snapshot = false;
    prune(table);
    if (table->link != HEALTH_CONNECTED)
        return false;
    table->link = HEALTH_LOST;
    return true;
}

/* ---- time ---- */

static void expire(struct verdict_table *table)
{
    char lease[CLOCK_TEXT_SIZE];

    table->link = HEALTH_EXPIRED;
    snprintf(table->silence, sizeof table->silence, "%s for %s",
             table->heard ? "no sign of life from the health daemon" : "no health daemon was reached",
             duration_format(table->lease_ms, lease));
    for (size_t i = 0; i < table->count; i++) {
        table->entries[i]->has_verdict = false;
        table->entries[i]->awaited = true;
    }
}

bool verdict_table_time(struct verdict_table *table, uint64_t now_ms)
{
    bool changed = false;

    if (table->link == HEALTH_EXPIRED)
        return false;
    if (now_ms >= table->last_life_ms + table->lease_ms) {
        expire(table);
        return true;
    }
    for (size_t i = 0; i < table->count; i++) {
        struct entry *entry = table->entries[i];
        bool overdue = entry->expected && entry->awaited && now_ms >= entry->awaited_since_ms + entry->patience_ms;
        changed |= overdue != entry->overdue;
        entry->overdue = overdue;
    }
    return changed;
}

uint64_t verdict_table_next_ms(const struct verdict_table *table)
{
    if (table->link == HEALTH_EXPIRED)
        return UINT64_MAX;
    uint64_t next = table->last_life_ms + table->lease_ms;
    for (size_t i = 0; i < table->count; i++) {
        const struct entry *entry = table->entries[i];
        uint64_t due = entry->awaited_since_ms + entry->patience_ms;
        if (entry->expected && entry->awaited && !entry->overdue && due < next)
            next = due;
    }
    return next;
}

/* ---- what is known ---- */

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
        return "the health daemon was not reached yet";
    return entry && entry->present ? "" : "the health daemon does not have it";
}

void verdict_table_view(const struct verdict_table *table, const char *name, struct check_view *view)
{
    static const enum check_standing standings[] = {CHECK_LOST, CHECK_UP, CHECK_DOWN};
    const struct entry *entry = find(table, name);

    *view = (struct check_view){.name = name, .standing = CHECK_PENDING, .reason = pending_reason(table, entry)};
    if (table->link == HEALTH_EXPIRED) {
        view_lost(view, table->silence);
    } else if (entry && entry->overdue) {
        view_lost(view, entry->present ? "its first verdict is overdue" : "the health daemon does not have it");
    } else if (entry && entry->has_verdict) {
        view->standing = standings[entry->said.verdict];
        view->healthy_percent = entry->said.healthy_percent;
        view->reason = entry->said.reason;
    }
}

uint64_t verdict_table_since_us(const struct verdict_table *table, const char *name)
{
    const struct entry *entry = find(table, name);

    return entry && entry->has_verdict ? entry->said.since_us : 0;
}
