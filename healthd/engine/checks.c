#include "healthd/engine/checks.h"

#include <stdlib.h>
#include <string.h>

enum { PREPARED_A_TURN = 256 };

/* The checks of one configuration. */
struct roll {
    struct config *config;
    size_t count;
    struct check **in_order;
    struct check **by_name; /* as in the configuration's own */
};

/* What is prepared, and not yet applied. */
struct plan {
    struct roll roll;
    struct probe **probes;  /* in order: another one for a check that goes on */
    struct check **dropped; /* those that go away */
    size_t dropped_count;
    size_t compared; /* of the checks there are, by name */
};

struct checks {
    struct check_room *room;
    struct roll roll;
    struct plan plan;
};

struct checks *checks_new(struct check_room *room)
{
    struct checks *checks = calloc(1, sizeof *checks);

    if (checks)
        checks->room = room;
    return checks;
}

static void roll_clear(struct roll *roll)
{
    free(roll->in_order);
    free(roll->by_name);
    *roll = (struct roll){0};
}

static void plan_clear(struct plan *plan)
{
    roll_clear(&plan->roll);
    free(plan->probes);
    free(plan->dropped);
    *plan = (struct plan){0};
}

void checks_free(struct checks *checks)
{
    if (!checks)
        return;
    checks_abandon(checks);
    for (size_t i = 0; i < checks->roll.count; i++)
        check_free(checks->roll.in_order[i]);
    config_free(checks->roll.config);
    roll_clear(&checks->roll);
    free(checks);
}

static int compare_name(const void *name, const void *element)
{
    const struct check *const *check = element;

    return strcmp(name, (*check)->config->name);
}

struct check *checks_find(const struct checks *checks, const char *name)
{
    const struct roll *roll = &checks->roll;
    struct check **found =
        roll->count ? bsearch(name, roll->by_name, roll->count, sizeof *roll->by_name, compare_name) : NULL;

    return found ? *found : NULL;
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

static bool make_room(struct plan *plan, const struct roll *old, struct config *config)
{
    size_t size = config->check_count + 1;

    plan->roll.config = config;
    plan->roll.in_order = calloc(size, sizeof *plan->roll.in_order);
    plan->roll.by_name = calloc(size, sizeof *plan->roll.by_name);
    plan->probes = calloc(size, sizeof *plan->probes);
    plan->dropped = calloc(old->count + 1, sizeof *plan->dropped);
    return plan->roll.in_order && plan->roll.by_name && plan->probes && plan->dropped;
}

/* Both are sorted: the check there is of NAME (NULL: of no further name), or NULL. Those before it are dropped. */
static struct check *next_of(struct plan *plan, const struct roll *old, const char *name)
{
    while (plan->compared < old->count) {
        struct check *check = old->by_name[plan->compared];
        int order = name ? strcmp(check->config->name, name) : -1;
        if (order > 0)
            break;
        plan->compared++;
        if (order == 0)
            return check;
        plan->dropped[plan->dropped_count++] = check;
    }
    return NULL;
}

/* The next one by name: a new check, or the probe of one that there is where that is another. False when out of memory.
 */
static bool prepare_check(struct checks *checks)
{
    struct plan *plan = &checks->plan;
    struct check_config *wanted = plan->roll.config->by_name[plan->roll.count];
    size_t place = (size_t)(wanted - plan->roll.config->checks);
    struct check *check = next_of(plan, &checks->roll, wanted->name);
    bool other_probe = check && !check_config_same_probe(check->config, wanted);

    if (other_probe)
        plan->probes[place] = check_probe_new(check, wanted);
    else if (!check)
        check = check_new(checks->room, wanted);
    if (!check)
        return false;
    plan->roll.in_order[place] = plan->roll.by_name[plan->roll.count++] = check;
    return !other_probe || plan->probes[place];
}

enum step checks_prepare(struct checks *checks, struct config *config)
{
    struct plan *plan = &checks->plan;
    bool ok = plan->roll.config || make_room(plan, &checks->roll, config);

    for (int i = 0; ok && i < PREPARED_A_TURN && plan->roll.count < config->check_count; i++)
        ok = prepare_check(checks);
    if (ok && plan->roll.count < config->check_count)
        return STEP_MORE;
    if (ok) {
        next_of(plan, &checks->roll, NULL);
        return STEP_DONE;
    }
    checks_abandon(checks);
    return STEP_FAILED;
}

/* Of a check that is new. */
static bool is_new(const struct plan *plan, size_t place)
{
    return plan->roll.in_order[place]->config == &plan->roll.config->checks[place];
}

void checks_abandon(struct checks *checks)
{
    struct plan *plan = &checks->plan;

    for (size_t i = 0; plan->roll.config && i < plan->roll.config->check_count; i++) {
        probe_free(plan->probes ? plan->probes[i] : NULL);
        if (plan->roll.in_order && plan->roll.in_order[i] && is_new(plan, i))
            check_free(plan->roll.in_order[i]);
    }
    plan_clear(plan);
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

static void apply_check(struct checks *checks, struct check *check, size_t place)
{
    struct config *config = checks->plan.roll.config;
    struct probe *probe = checks->plan.probes[place];

    if (is_new(&checks->plan, place)) {
        check_start(check, config->check_count);
        checks->room->changed(check, checks->room->user);
        return;
    }
    if (!probe)
        keep_settings(check->config, &config->checks[place]);
    check_reconfigure(check, &config->checks[place], probe);
}

struct config *checks_apply(struct checks *checks)
{
    struct plan *plan = &checks->plan;
    struct config *old = checks->roll.config;

    for (size_t i = 0; i < plan->dropped_count; i++) {
        checks->room->removed(plan->dropped[i]->config->name, checks->room->user);
        check_free(plan->dropped[i]);
    }
    for (size_t i = 0; i < plan->roll.count; i++)
        apply_check(checks, plan->roll.in_order[i], i);
    roll_clear(&checks->roll);
    checks->roll = plan->roll;
    plan->roll = (struct roll){0};
    plan_clear(plan);
    return old;
}
