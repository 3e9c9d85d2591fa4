/*
 * The attributes that are in use, one for each profile and override: in a tree, one for the process, which runs on one
 * thread.
 */
#include "bgpd/codec/path_attributes.h"

#include <bsd/sys/tree.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct interned {
    struct path_attributes attributes; /* first: the face of the object */
    RB_ENTRY(interned) entry;
    unsigned references;
};

static int compare(const struct interned *a, const struct interned *b)
{
    return memcmp(&a->attributes, &b->attributes, sizeof a->attributes);
}

RB_HEAD(interned_tree, interned);
RB_GENERATE_INTERNAL(interned_tree, interned, entry, compare, __attribute__((unused)) static)

static struct interned_tree tree = RB_INITIALIZER(&tree);

/* Copies what counts and leaves the rest zero: a number that is not set, what is beyond a list's end, padding. */
static void normalize(struct path_attributes *value, const struct path_attributes *attributes)
{
    memset(value, 0, sizeof *value);
    value->origin = attributes->origin;
    value->prepend = attributes->prepend;
    value->has_med = attributes->has_med;
    value->med = attributes->has_med ? attributes->med : 0;
    value->has_local_preference = attributes->has_local_preference;
    value->local_preference = attributes->has_local_preference ? attributes->local_preference : 0;
    value->next_hop.family = attributes->next_hop.family;
    value->next_hop.scope = attributes->next_hop.scope;
    value->community_count = attributes->community_count;
    value->large_community_count = attributes->large_community_count;
    value->extended_community_count = attributes->extended_community_count;
    memcpy(value->next_hop.octets, attributes->next_hop.octets, family_octets(attributes->next_hop.family));
    memcpy(value->communities, attributes->communities, attributes->community_count * sizeof *value->communities);
    memcpy(value->large_communities, attributes->large_communities,
           attributes->large_community_count * sizeof *value->large_communities);
    memcpy(value->extended_communities, attributes->extended_communities,
           attributes->extended_community_count * sizeof *value->extended_communities);
}

static struct interned *interned_of(const struct path_attributes *attributes)
{
    return (struct interned *)(uintptr_t)attributes;
}

const struct path_attributes *path_attributes_intern(const struct path_attributes *attributes)
{
    struct interned *made = malloc(sizeof *made);

    if (!made)
        return NULL;
    normalize(&made->attributes, attributes);
    made->references = 1;
    struct interned *present = RB_INSERT(interned_tree, &tree, made);
    if (!present)
        return &made->attributes;
    free(made);
    return path_attributes_ref(&present->attributes);
}

const struct path_attributes *path_attributes_ref(const struct path_attributes *attributes)
{
    if (attributes)
        interned_of(attributes)->references++;
    return attributes;
}

void path_attributes_unref(const struct path_attributes *attributes)
{
    struct interned *interned = interned_of(attributes);

    if (!interned || --interned->references > 0)
        return;
    RB_REMOVE(interned_tree, &tree, interned);
    free(interned);
}
