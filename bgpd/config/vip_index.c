#include "bgpd/config/vip_index.h"

#include "bgpd/config/config.h"

#include <stdlib.h>
#include <string.h>

/* One gate's naming of a check. */
struct reference {
    const struct gate_check *check;
    uint32_t position; /* of the gate's VIP */
};

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
    const struct reference *one = a, *other = b;
    int order = strcmp(one->check->name, other->check->name);

    return order ? order : (one->position > other->position) - (one->position < other->position);
}

static size_t count_references(const struct vip_config *vips, size_t count)
{
    size_t references = 0;

    for (size_t i = 0; i < count; i++)
        references += vips[i].gate.check_count;
    return references;
}

/* Appends the next of REFERENCES, which are sorted, to CHECKS. */
static size_t add_reference(struct gated_check *checks, size_t check_count, const struct reference *reference,
                            uint32_t *place)
{
    struct gated_check *last = check_count > 0 ? &checks[check_count - 1] : NULL;

    *place = reference->position;
    if (!last || strcmp(last->name, reference->check->name) != 0) {
        last = &checks[check_count++];
        *last = (struct gated_check){.name = reference->check->name, .vips = place};
    }
    last->vip_count++;
    if (last->first_verdict_ms < reference->check->first_verdict_ms)
        last->first_verdict_ms = reference->check->first_verdict_ms;
    return check_count;
}

static bool index_checks(struct vip_index *index, struct arena *arena, const struct vip_config *vips, size_t count)
{
    size_t total = count_references(vips, count), used = 0;
    struct reference *references = calloc(total + 1, sizeof *references);
    struct gated_check *checks = arena_alloc(arena, total * sizeof *checks);
    uint32_t *positions = arena_alloc(arena, total * sizeof *positions);

    if (!references || !checks || !positions) {
        free(references);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < vips[i].gate.check_count; k++)
            references[used++] = (struct reference){&vips[i].gate.checks[k], (uint32_t)i};
    }
    qsort(references, total, sizeof *references, compare_references);
    for (size_t i = 0; i < total; i++)
        index->check_count = add_reference(checks, index->check_count, &references[i], &positions[i]);
    free(references);
    index->checks = checks;
    return true;
}

bool vip_index_build(struct vip_index *index, struct arena *arena, const struct vip_config *vips, size_t count)
{
    *index = (struct vip_index){0};
    if (index_prefixes(index, arena, vips, count) && index_checks(index, arena, vips, count))
        return true;
    arena->failed = true;
    return false;
}

static int compare_name_with_check(const void *name, const void *element)
{
    const struct gated_check *check = element;

    return strcmp(name, check->name);
}

const struct gated_check *vip_index_check(const struct vip_index *index, const char *name)
{
    return index->check_count
               ? bsearch(name, index->checks, index->check_count, sizeof *index->checks, compare_name_with_check)
               : NULL;
}

bool vip_index_diff_next(struct vip_index_diff *diff)
{
    const struct vip_index *old = diff->old, *new = diff->new;

    diff->removed = NULL;
    diff->added = NULL;
    while (diff->at_old < old->check_count || diff->at_new < new->check_count) {
        const struct gated_check *was = diff->at_old < old->check_count ? &old->checks[diff->at_old] : NULL;
        const struct gated_check *is = diff->at_new < new->check_count ? &new->checks[diff->at_new] : NULL;
        int order = !was ? 1 : !is ? -1 : strcmp(was->name, is->name);
        diff->at_old += order <= 0;
        diff->at_new += order >= 0;
        if (order < 0)
            diff->removed = was->name;
        else if (order > 0 || was->first_verdict_ms != is->first_verdict_ms)
            diff->added = is;
        if (diff->removed || diff->added)
            return true;
    }
    return false;
}
