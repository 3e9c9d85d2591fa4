/*
 * The intern table. Profiles are few (one a profile and override, not one a prefix), changes rare: a chained table with
 * a fixed number of heads, one for the process, which runs on one thread.
 */
#include "bgpd/codec/path_attributes.h"

#include "lib/hash.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS = 256 };

struct interned {
    struct path_attributes attributes; /* first: the face of the object */
    struct interned *next;
    unsigned references;
    uint32_t hash;
};

static struct interned *heads[HEADS];

/* The value without what does not count: a number that is not set, what is beyond a list's end, padding. */
static struct path_attributes normalized(const struct path_attributes *attributes)
{
    struct path_attributes value = {
        .origin = attributes->origin,
        .prepend = attributes->prepend,
        .has_med = attributes->has_med,
        .has_local_preference = attributes->has_local_preference,
        .med = attributes->has_med ? attributes->med : 0,
        .local_preference = attributes->has_local_preference ? attributes->local_preference : 0,
        .next_hop = {.family = attributes->next_hop.family, .scope = attributes->next_hop.scope},
        .community_count = attributes->community_count,
        .large_community_count = attributes->large_community_count,
        .extended_community_count = attributes->extended_community_count,
    };

    memcpy(value.next_hop.octets, attributes->next_hop.octets, family_octets(attributes->next_hop.family));
    memcpy(value.communities, attributes->communities, attributes->community_count * sizeof *value.communities);
    memcpy(value.large_communities, attributes->large_communities,
           attributes->large_community_count * sizeof *value.large_communities);
    memcpy(value.extended_communities, attributes->extended_communities,
           attributes->extended_community_count * sizeof *value.extended_communities);
    return value;
}

static bool equal(const struct path_attributes *a, const struct path_attributes *b)
{
    return a->origin == b->origin && a->prepend == b->prepend && a->has_med == b->has_med &&
           a->has_local_preference == b->has_local_preference && a->med == b->med &&
           a->local_preference == b->local_preference && address_equal(&a->next_hop, &b->next_hop) &&
           a->community_count == b->community_count && a->large_community_count == b->large_community_count &&
           a->extended_community_count == b->extended_community_count &&
           memcmp(a->communities, b->communities, sizeof a->communities) == 0 &&
           memcmp(a->large_communities, b->large_communities, sizeof a->large_communities) == 0 &&
           memcmp(a->extended_communities, b->extended_communities, sizeof a->extended_communities) == 0;
}

/* Of what tells profiles apart; the rest is left to the comparison. */
static uint32_t hash_of(const struct path_attributes *value)
{
    uint32_t hash = hash_fnv(HASH_FNV_BASIS, &value->prepend, sizeof value->prepend);

    hash = hash_fnv(hash, &value->med, sizeof value->med);
    hash = hash_fnv(hash, &value->local_preference, sizeof value->local_preference);
    hash = hash_fnv(hash, value->next_hop.octets, sizeof value->next_hop.octets);
    hash = hash_fnv(hash, value->communities, value->community_count * sizeof *value->communities);
    return hash_fnv(hash, value->large_communities, value->large_community_count * sizeof *value->large_communities);
}

const struct path_attributes *path_attributes_intern(const struct path_attributes *attributes)
{
    struct path_attributes value = normalized(attributes);
    uint32_t hash = hash_of(&value);
    struct interned **head = &heads[hash % HEADS];

    for (struct interned *interned = *head; interned; interned = interned->next) {
        if (interned->hash == hash && equal(&interned->attributes, &value))
            return path_attributes_ref(&interned->attributes);
    }
    struct interned *interned = malloc(sizeof *interned);
    if (!interned)
        return NULL;
    interned->attributes = value;
    interned->next = *head;
    interned->references = 1;
    interned->hash = hash;
    *head = interned;
    return &interned->attributes;
}

static struct interned *interned_of(const struct path_attributes *attributes)
{
    return (struct interned *)(uintptr_t)attributes;
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
    struct interned **link = &heads[interned->hash % HEADS];
    while (*link != interned)
        link = &(*link)->next;
    *link = interned->next;
    free(interned);
}
