#include "bgpd/config/vip_index.h"

#include "bgpd/config/config.h"

#include <stdlib.h>
#include <string.h>

static int compare_positions(const void *a, const void *b, void *user)
{
    const struct vip_config *vips = user;

    return prefix_compare(&vips[*(const uint32_t *)a].prefix, &vips[*(const uint32_t *)b].prefix);
}

static bool index_prefixes(struct vip_index *index, struct arena *arena, const struct vip_config *vips, size_t count)
{
    struct prefix *prefixes = arena_alloc(arena, count * sizeof *prefixes);
    uint32_t *positions = arena_alloc(arena, count * sizeof *positions);

    if (!prefixes || !positions)
        return false;
    for (size_t i = 0; i < count; i++)
        positions[i] = (uint32_t)i;
    qsort_r(positions, count, sizeof *positions, compare_positions, (void *)vips);
    for (size_t i = 0; i < count; i++)
        prefixes[i] = vips[positions[i]].prefix;
    index->prefixes = prefixes;
    index->positions = positions;
    return true;
}

static int compare_references(const void *a, const void *b)
{
    const struct vip_reference *one = a, *other = b;
    int order = strcmp(one->check->name, other->check->name);

    return order ? order : (one->vip > other->vip) - (one->vip < other->vip);
}

static bool index_references(struct vip_index *index, struct arena *arena, const struct vip_config *vips, size_t count)
{
    size_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += vips[i].gate.check_count;
    struct vip_reference *references = arena_alloc(arena, total * sizeof *references);
    if (!references)
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < vips[i].gate.check_count; k++)
            references[index->reference_count++] = (struct vip_reference){&vips[i].gate.checks[k], (uint32_t)i};
    }
    qsort(references, total, sizeof *references, compare_references);
    index->references = references;
    return true;
}

bool vip_index_build(struct vip_index *index, struct arena *arena, const struct vip_config *vips, size_t count)
{
    *index = (struct vip_index){0};
    return index_prefixes(index, arena, vips, count) && index_references(index, arena, vips, count);
}

/* How many references from AT on are to the same check. */
static size_t run_length(const struct vip_index *index, size_t at)
{
    const char *name = index->references[at].check->name;
    size_t end = at + 1;

    while (end < index->reference_count && strcmp(index->references[end].check->name, name) == 0)
        end++;
    return end - at;
}

const struct vip_reference *vip_index_check(const struct vip_index *index, const char *name, size_t *count)
{
    size_t low = 0, high = index->reference_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(index->references[middle].check->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < index->reference_count && strcmp(index->references[low].check->name, name) == 0;
    *count = found ? run_length(index, low) : 0;
    return found ? &index->references[low] : NULL;
}

bool vip_index_diff_next(struct vip_index_diff *diff)
{
    const struct vip_index *old = diff->old, *new = diff->new;

    diff->removed = NULL;
    diff->added = NULL;
    while (diff->at_old < old->reference_count || diff->at_new < new->reference_count) {
        const struct gate_check *was = diff->at_old < old->reference_count ? old->references[diff->at_old].check : NULL;
        const struct gate_check *is = diff->at_new < new->reference_count ? new->references[diff->at_new].check : NULL;
        int order = !was ? 1 : !is ? -1 : strcmp(was->name, is->name);
        diff->at_old += order <= 0 ? run_length(old, diff->at_old) : 0;
        diff->at_new += order >= 0 ? run_length(new, diff->at_new) : 0;
        if (order < 0)
            diff->removed = was->name;
        else if (order > 0 || was->first_verdict_ms != is->first_verdict_ms)
            diff->added = is;
        if (diff->removed || diff->added)
            return true;
    }
    return false;
}
