#include "bgpd/announce/roll.h"

#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

void roll_clear(struct roll *roll)
{
    free(roll->vips);
    free(roll->by_prefix);
    free(roll->work);
    free(roll->views);
    *roll = (struct roll){0};
}

static bool allocate(struct roll *roll, const struct bgpd_config *config, size_t room)
{
    size_t largest = 0;

    for (size_t i = 0; i < config->vip_count; i++) {
        if (config->vips[i].gate.check_count > largest)
            largest = config->vips[i].gate.check_count;
    }
    roll->index = config->vip_index;
    roll->configured = config->vip_count;
    roll->vips = calloc(room + 1, sizeof(struct vip *));
    roll->by_prefix = calloc(room + 1, sizeof(struct vip *));
    roll->work = calloc(room + 1, sizeof(struct vip *));
    roll->views = calloc(largest + 1, sizeof *roll->views);
    return roll->vips && roll->by_prefix && roll->work && roll->views;
}

/* Goes through both rolls in order of prefix. */
static bool merge(struct roll *next, const struct roll *current)
{
    const struct vip_index *index = &next->index;
    size_t leaving = next->configured, at = 0;

    for (size_t i = 0; i < next->configured || at < current->count;) {
        struct vip *known = at < current->count ? current->by_prefix[at] : NULL;
        int order = i == next->configured ? 1 : !known ? -1 : prefix_compare(&index->prefixes[i], &known->prefix);
        struct vip *vip = order < 0 ? vip_new(&index->prefixes[i]) : known;
        if (!vip)
            return false;
        next->by_prefix[next->count++] = vip;
        next->vips[order > 0 ? leaving++ : index->positions[i]] = vip;
        i += order <= 0;
        at += order >= 0;
    }
    return true;
}

enum act { RESERVE, RELEASE, EXPECT };

/* Tells VERDICTS of the checks in which the rolls differ. False when out of memory, which only RESERVE can be. */
static bool tell_checks(const struct roll *next, const struct roll *current, struct verdict_table *verdicts,
                        enum act act)
{
    struct vip_index_diff diff = {.old = &current->index, .new = &next->index};
    uint64_t now_ms = clock_monotonic_ms();
    bool ok = true;

    while (ok && vip_index_diff_next(&diff)) {
        if (act == EXPECT && !diff.added)
            verdict_table_unexpect(verdicts, diff.removed);
        else if (act == EXPECT)
            verdict_table_expect(verdicts, diff.added->name, diff.added->first_verdict_ms, now_ms);
        else if (act == RELEASE && diff.added)
            verdict_table_release(verdicts, diff.added->name);
        else if (diff.added)
            ok = verdict_table_reserve(verdicts, diff.added->name, now_ms);
    }
    return ok;
}

bool roll_prepare(struct roll *next, const struct roll *current, const struct bgpd_config *config,
                  struct verdict_table *verdicts)
{
    if (allocate(next, config, config->vip_count + current->count) && merge(next, current) &&
        tell_checks(next, current, verdicts, RESERVE))
        return true;
    roll_abandon(next, current, verdicts);
    return false;
}

/* Where merging has failed, by_prefix alone has no gaps. */
void roll_abandon(struct roll *next, const struct roll *current, struct verdict_table *verdicts)
{
    if (next->vips)
        tell_checks(next, current, verdicts, RELEASE);
    for (size_t i = 0; i < next->count; i++) {
        if (!next->by_prefix[i]->enrolled)
            vip_free(next->by_prefix[i]);
    }
    roll_clear(next);
}

void roll_replace(struct roll *roll, struct roll *next, struct verdict_table *verdicts)
{
    tell_checks(next, roll, verdicts, EXPECT);
    roll_clear(roll);
    *roll = *next;
    *next = (struct roll){0};
}

static int compare_prefix_with_vip(const void *prefix, const void *element)
{
    const struct vip *const *vip = element;

    return prefix_compare(prefix, &(*vip)->prefix);
}

static struct vip **place_of(const struct roll *roll, const struct prefix *prefix)
{
    return roll->count ? bsearch(prefix, roll->by_prefix, roll->count, sizeof(struct vip *), compare_prefix_with_vip)
                       : NULL;
}

struct vip *roll_find(const struct roll *roll, const struct prefix *prefix)
{
    struct vip **place = place_of(roll, prefix);

    return place ? *place : NULL;
}

void roll_remove(struct roll *roll, size_t index)
{
    struct vip **place = place_of(roll, &roll->vips[index]->prefix);
    size_t behind = (size_t)(roll->by_prefix + roll->count - place) - 1;

    memmove(place, place + 1, behind * sizeof(struct vip *));
    roll->vips[index] = roll->vips[--roll->count];
}
