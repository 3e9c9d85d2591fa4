#include "healthd/engine/checks.h"

#include <stdlib.h>
#include <string.h>

/* The checks of one configuration. */
struct roll {
    struct config *config;
    size_t count;
    struct check **in_order;
    struct check **by_name; /* sorted */
    struct probe **probes;  /* while it is prepared, in order: another one for a check that goes on */
};

struct checks {
    struct check_room *room;
    checks_removed *removed;
    void *user;
    struct roll roll, next; /* next: prepared, not yet applied; without its configuration */
};

struct checks *checks_new(struct check_room *room, checks_removed *removed, void *user)
{
    struct checks *checks = calloc(1, sizeof *checks);

    if (checks)
        *checks = (struct checks){.room = room, .removed = removed, .user = user};
    return checks;
}

static void roll_clear(struct roll *roll)
{
    free(roll->in_order);
    free(roll->by_name);
    free(roll->probes);
    config_free(roll->config);
    *roll = (struct roll){0};
}

void checks_free(struct checks *checks)
{
    if (!checks)
        return;
    checks_abandon(checks);
    for (size_t i = 0; i < checks->roll.count; i++)
        check_free(checks->roll.in_order[i]);
    roll_clear(&checks->roll);
    free(checks);
}

static int compare_names(const void *a, const void *b)
{
    const struct check *const *one = a, *const *other = b;

    return strcmp((*one)->config->name, (*other)->config->name);
}

static int compare_name(const void *name, const void *element)
{
    const struct check *const *check = element;

    return strcmp(name, (*check)->config->name);
}

static struct check *find(const struct roll *roll, const char *name)
{
    struct check **found =
        roll->count ? bsearch(name, roll->by_name, roll->count, sizeof *roll->by_name, compare_name) : NULL;

    return found ? *found : NULL;
}

struct check *checks_find(const struct checks *checks, const char *name)
{
    return find(&checks->roll, name);
}

size_t checks_count(const struct checks *checks)
{
    return checks->roll.count;
}

struct check *checks_at(const struct checks *checks, size_t index)
{
    return checks->roll.in_order[index];
}

const struct config *checks_config(const struct checks *checks)
{
    return checks->roll.config;
}

/* ---- from one configuration to the next ---- */

/* What is new in the place INDEX: a check, or the probe of one that there is. False when out of memory. */
static bool prepare_check(struct checks *checks, struct check_config *wanted, size_t index)
{
    struct roll *next = &checks->next;
    struct check *check = checks_find(checks, wanted->name);
    bool same_probe = check && check_config_same_probe(check->config, wanted);

    if (check && !same_probe)
        next->probes[index] = check_probe_new(check, wanted);
    next->in_order[index] = check ? check : check_new(checks->room, wanted);
    return next->in_order[index] && (!check || same_probe || next->probes[index]);
}

bool checks_prepare(struct checks *checks, struct config *config)
{
    struct roll *next = &checks->next;
    size_t size = config->check_count + 1;

    next->in_order = calloc(size, sizeof *next->in_order);
    next->by_name = calloc(size, sizeof *next->by_name);
    next->probes = calloc(size, sizeof *next->probes);
    bool ok = next->in_order && next->by_name && next->probes;
    while (ok && next->count < config->check_count) {
        ok = prepare_check(checks, &config->checks[next->count], next->count);
        next->count++;
    }
    if (!ok) {
        checks_abandon(checks);
        return false;
    }
    memcpy(next->by_name, next->in_order, next->count * sizeof *next->by_name);
    qsort(next->by_name, next->count, sizeof *next->by_name, compare_names);
    return true;
}

void checks_abandon(struct checks *checks)
{
    struct roll *next = &checks->next;

    for (size_t i = 0; i < next->count; i++) {
        struct check *check = next->in_order[i];
        probe_free(next->probes[i]);
        if (check && checks_find(checks, check->config->name) != check)
            check_free(check);
    }
    roll_clear(next);
}

/* A check that goes on with the probe it has goes on with the settings that the probe was made with: they change places
 * with their equals in the new configuration, and are freed with it. */
static void keep_settings(struct check_config *old, struct check_config *new)
{
    void *settings = old->settings;
    struct arena arena = old->arena;

    old->settings = new->settings;
    old->arena = new->arena;
    new->settings = settings;
    new->arena = arena;
}

static void take_over(struct check *check, struct check_config *wanted, struct probe *probe)
{
    if (!probe)
        keep_settings(check->config, wanted);
    check_reconfigure(check, wanted, probe);
}

static void begin(struct checks *checks, struct check *check, size_t count)
{
    check_start(check, count);
    checks->room->changed(check, checks->room->user);
}

/* Ends those that NEXT has no place for. */
static void drop_absent(struct checks *checks, const struct roll *next)
{
    for (size_t i = 0; i < checks->roll.count; i++) {
        struct check *check = checks->roll.in_order[i];
        if (find(next, check->config->name))
            continue;
        checks->removed(check->config->name, checks->user);
        check_free(check);
    }
}

void checks_apply(struct checks *checks, struct config *config)
{
    struct roll next = checks->next;

    checks->next = (struct roll){0};
    next.config = config;
    drop_absent(checks, &next);
    for (size_t i = 0; i < next.count; i++) {
        struct check *check = next.in_order[i];
        if (check->config == &config->checks[i])
            begin(checks, check, next.count);
        else
            take_over(check, &config->checks[i], next.probes[i]);
    }
    free(next.probes);
    next.probes = NULL;
    roll_clear(&checks->roll);
    checks->roll = next;
}
