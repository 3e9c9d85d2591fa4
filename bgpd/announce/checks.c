#include "bgpd/announce/checks.h"

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
    bool awaited;
    bool overdue; /* awaited for longer than patience_ms: lost */
    uint64_t awaited_since_ms, patience_ms;
};

struct checks {
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
static size_t position_of(const struct checks *checks, const char *name, bool *found)
{
    size_t low = 0, high = checks->count;

    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(checks->entries[middle]->name, name);
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

static struct entry *find(const struct checks *checks, const char *name)
{
    bool found;
    size_t position = position_of(checks, name, &found);

    return found ? checks->entries[position] : NULL;
}

static bool grow(struct checks *checks)
{
    if (checks->count < checks->capacity)
        return true;
    size_t capacity = checks->capacity ? checks->capacity * 2 : 16;
    struct entry **entries = reallocarray(checks->entries, capacity, sizeof(struct entry *));
    if (!entries)
        return false;
    checks->entries = entries;
    checks->capacity = capacity;
    return true;
}

/* The entry of NAME, made where it is missing; NULL when out of memory, or of room. */
static struct entry *obtain(struct checks *checks, const char *name, uint64_t now_ms)
{
    bool found;
    size_t position = position_of(checks, name, &found);

    if (found)
        return checks->entries[position];
    if (checks->count == CHECKS_MAX || !grow(checks))
        return NULL;
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    strlcpy(entry->name, name, sizeof entry->name);
    entry->awaited = true;
    entry->awaited_since_ms = now_ms;
    memmove(&checks->entries[position + 1], &checks->entries[position],
            (checks->count - position) * sizeof *checks->entries);
    checks->entries[position] = entry;
    checks->count++;
    return entry;
}

/* Forgets what neither a gate nor the health daemon knows. */
static void prune(struct checks *checks)
{
    size_t kept = 0;

    for (size_t i = 0; i < checks->count; i++) {
        struct entry *entry = checks->entries[i];
        if (entry->expected || entry->present || (checks->in_snapshot && entry->is_staged))
            checks->entries[kept++] = entry;
        else
            free(entry);
    }
    checks->count = kept;
}

struct checks *checks_new(uint64_t lease_ms, uint64_t now_ms)
{
    struct checks *checks = calloc(1, sizeof *checks);

    if (!checks)
        return NULL;
    checks->lease_ms = lease_ms;
    checks->last_life_ms = now_ms;
    checks->link = HEALTH_LOST;
    return checks;
}

void checks_free(struct checks *checks)
{
    if (!checks)
        return;
    for (size_t i = 0; i < checks->count; i++)
        free(checks->entries[i]);
    free(checks->entries);
    free(checks);
}

void checks_set_lease(struct checks *checks, uint64_t lease_ms)
{
    checks->lease_ms = lease_ms;
}

bool checks_expect(struct checks *checks, const struct gate_check *expected, size_t count, uint64_t now_ms)
{
    bool ok = true;

    for (size_t i = 0; i < checks->count; i++)
        checks->entries[i]->expected = false;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = obtain(checks, expected[i].name, now_ms);
        ok &= entry != NULL;
        if (!entry)
            continue;
        if (!entry->expected)
            entry->patience_ms = 0;
        entry->expected = true;
        if (entry->patience_ms < expected[i].first_verdict_ms)
            entry->patience_ms = expected[i].first_verdict_ms;
    }
    prune(checks);
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

static void begin_snapshot(struct checks *checks)
{
    checks->in_snapshot = true;
    for (size_t i = 0; i < checks->count; i++)
        checks->entries[i]->is_staged = false;
}

/* After a silence for longer than the lease, whatever is awaited is awaited anew: the daemon has only just begun. */
static void restart_waiting(struct checks *checks, uint64_t now_ms)
{
    for (size_t i = 0; i < checks->count; i++) {
        checks->entries[i]->overdue = false;
        checks->entries[i]->awaited_since_ms = now_ms;
    }
}

static bool sign_of_life(struct checks *checks, uint64_t now_ms)
{
    bool changed = checks->link != HEALTH_CONNECTED;

    if (!checks->heard || checks->link == HEALTH_EXPIRED)
        restart_waiting(checks, now_ms);
    checks->heard = true;
    checks->link = HEALTH_CONNECTED;
    checks->last_life_ms = now_ms;
    return changed;
}

static bool end_snapshot(struct checks *checks, uint64_t now_ms)
{
    bool changed = sign_of_life(checks, now_ms);

    for (size_t i = 0; i < checks->count; i++) {
        struct entry *entry = checks->entries[i];
        changed |= entry->is_staged ? apply(entry, &entry->staged, now_ms) : apply_absence(entry, now_ms);
    }
    checks->in_snapshot = false;
    prune(checks);
    return changed;
}

static bool take_change(struct checks *checks, const struct verdict_message *message, uint64_t now_ms)
{
    struct entry *entry = obtain(checks, message->name, now_ms);

    if (!entry)
        return false;
    if (!checks->in_snapshot)
        return apply(entry, message, now_ms);
    entry->staged = *message;
    entry->is_staged = true;
    return false;
}

static bool take_removal(struct checks *checks, const char *name, uint64_t now_ms)
{
    struct entry *entry = find(checks, name);
    bool changed = entry && apply_absence(entry, now_ms);

    prune(checks);
    return changed;
}

bool checks_message(struct checks *checks, const struct verdict_message *message, uint64_t now_ms)
{
    bool changed = false;

    if (message->type == VERDICT_HELLO) {
        begin_snapshot(checks);
        return false;
    }
    /* Half a snapshot is no sign of life yet: it could bring back verdicts that were forgotten. */
    if (!checks->in_snapshot)
        changed = sign_of_life(checks, now_ms);
    switch (message->type) {
    case VERDICT_CHANGE:
        return take_change(checks, message, now_ms) || changed;
    case VERDICT_SNAPSHOT_END:
        return checks->in_snapshot ? end_snapshot(checks, now_ms) : changed;
    case VERDICT_REMOVED:
        return (!checks->in_snapshot && take_removal(checks, message->name, now_ms)) || changed;
    case VERDICT_HELLO:
    case VERDICT_ALIVE:
        break;
    }
    return changed;
}

bool checks_disconnected(struct checks *checks)
{
    checks->in_snapshot = false;
    prune(checks);
    if (checks->link != HEALTH_CONNECTED)
        return false;
    checks->link = HEALTH_LOST;
    return true;
}

/* ---- time ---- */

static void expire(struct checks *checks)
{
    char lease[CLOCK_TEXT_SIZE];

    checks->link = HEALTH_EXPIRED;
    snprintf(checks->silence, sizeof checks->silence, "%s for %s",
             checks->heard ? "no sign of life from the health daemon" : "no health daemon was reached",
             duration_format(checks->lease_ms, lease));
    for (size_t i = 0; i < checks->count; i++) {
        checks->entries[i]->has_verdict = false;
        checks->entries[i]->awaited = true;
    }
}

bool checks_time(struct checks *checks, uint64_t now_ms)
{
    bool changed = false;

    if (checks->link == HEALTH_EXPIRED)
        return false;
    if (now_ms >= checks->last_life_ms + checks->lease_ms) {
        expire(checks);
        return true;
    }
    for (size_t i = 0; i < checks->count; i++) {
        struct entry *entry = checks->entries[i];
        bool overdue = entry->awaited && now_ms >= entry->awaited_since_ms + entry->patience_ms;
        changed |= entry->expected && overdue != entry->overdue;
        entry->overdue = overdue;
    }
    return changed;
}

uint64_t checks_next_ms(const struct checks *checks)
{
    if (checks->link == HEALTH_EXPIRED)
        return UINT64_MAX;
    uint64_t next = checks->last_life_ms + checks->lease_ms;
    for (size_t i = 0; i < checks->count; i++) {
        const struct entry *entry = checks->entries[i];
        uint64_t due = entry->awaited_since_ms + entry->patience_ms;
        if (entry->expected && entry->awaited && !entry->overdue && due < next)
            next = due;
    }
    return next;
}

/* ---- what is known ---- */

enum health_link checks_link(const struct checks *checks)
{
    return checks->link;
}

static void view_lost(struct check_view *view, const char *reason)
{
    view->standing = CHECK_LOST;
    view->reason = reason;
}

void checks_view(const struct checks *checks, const char *name, struct check_view *view)
{
    static const enum check_standing standings[] = {CHECK_LOST, CHECK_UP, CHECK_DOWN};
    const struct entry *entry = find(checks, name);

    *view = (struct check_view){.name = name, .standing = CHECK_PENDING, .reason = ""};
    if (checks->link == HEALTH_EXPIRED) {
        view_lost(view, checks->silence);
    } else if (entry && entry->overdue) {
        view_lost(view, entry->present ? "its first verdict is overdue" : "the health daemon does not have it");
    } else if (entry && entry->has_verdict) {
        view->standing = standings[entry->said.verdict];
        view->healthy_percent = entry->said.healthy_percent;
        view->reason = entry->said.reason;
    }
}

uint64_t checks_since_us(const struct checks *checks, const char *name)
{
    const struct entry *entry = find(checks, name);

    return entry && entry->has_verdict ? entry->said.since_us : 0;
}
