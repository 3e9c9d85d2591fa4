#include "healthd/checks.h"

#include "healthd/settings.h"

#include <stdlib.h>
#include <string.h>

struct checks {
    struct check_room *room;
    checks_removed *removed;
    void *user;
    struct config *config;
    size_t count;
    struct check **in_order;
    struct check **by_name; /* sorted */
};

struct checks *checks_new(struct check_room *room, checks_removed *removed, void *user)
{
    struct checks *checks = settings_new(sizeof *checks);

    *checks = (struct checks){.room = room, .removed = removed, .user = user};
    return checks;
}

void checks_free(struct checks *checks)
{
    if (!checks)
        return;
    for (size_t i = 0; i < checks->count; i++)
        check_free(checks->in_order[i]);
    free(checks->in_order);
    free(checks->by_name);
    config_free(checks->config);
    free(checks);
}

static int compare_names(const void *a, const void *b)
{
    const struct check *const *one = a, *const *other = b;

    return strcmp((*one)->config->name, (*other)->config->name);
}

struct check *checks_find(const struct checks *checks, const char *name)
{
    size_t low = 0, high = checks->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, checks->by_name[middle]->config->name);
        if (order == 0)
            return checks->by_name[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

size_t checks_count(const struct checks *checks)
{
    return checks->count;
}

struct check *checks_at(const struct checks *checks, size_t index)
{
    return checks->in_order[index];
}

const struct config *checks_config(const struct checks *checks)
{
    return checks->config;
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

static void take_over(struct check *check, struct check_config *wanted)
{
    bool same_probe = check_config_same_probe(check->config, wanted);

    if (same_probe)
        keep_settings(check->config, wanted);
    check_reconfigure(check, wanted, same_probe);
}

/* Ends those that NEXT has no place for. */
static void drop_absent(struct checks *checks, const struct checks *next)
{
    for (size_t i = 0; i < checks->count; i++) {
        struct check *check = checks->in_order[i];
        if (checks_find(next, check->config->name))
            continue;
        checks->removed(check->config->name, checks->user);
        check_free(check);
    }
}

static struct check *begin(struct checks *checks, const struct config *config, struct check_config *wanted)
{
    struct check *check = check_new(checks->room, wanted, config->check_count);

    checks->room->changed(check, checks->room->user);
    return check;
}

void checks_apply(struct checks *checks, struct config *config)
{
    struct checks next = *checks;
    size_t size = (config->check_count + 1) * sizeof(struct check *);

    next.config = config;
    next.count = config->check_count;
    next.in_order = settings_new(size);
    next.by_name = settings_new(size);
    for (size_t i = 0; i < next.count; i++) {
        struct check_config *wanted = &config->checks[i];
        struct check *check = checks_find(checks, wanted->name);
        if (check)
            take_over(check, wanted);
        else
            check = begin(checks, config, wanted);
        next.in_order[i] = next.by_name[i] = check;
    }
    qsort(next.by_name, next.count, sizeof(void *), compare_names);
    drop_absent(checks, &next);
    free(checks->in_order);
    free(checks->by_name);
    config_free(checks->config);
    *checks = next;
}
