/*
 * The intern table. Profiles are few (one a profile and override, not one a prefix), changes rare: a chained table with
 * a fixed number of heads, one for the process, which runs on one thread.
 */
#include "bgpd/codec/path_attributes.h"

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

/* FNV-1a. The input is the operator's own configuration. */
static uint32_t hash_octets(const void *data, size_t size)
{
    const uint8_t *octets = data;
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ octets[i]) * 16777619u;
    return hash;
}

/* The values alone, as padding between them need not be equal. */
static struct path_attributes normalized(const struct path_attributes *attributes)
{
    struct path_attributes value;

    memset(&value, 0, sizeof value);
    value.origin = attributes->origin;
    value.prepend = attributes->prepend;
    value.has_med = attributes->has_med;
    value.has_local_preference = attributes->has_local_preference;
    value.med = attributes->has_med ? attributes->med : 0;
    value.local_preference = attributes->has_local_preference ? attributes->local_preference : 0;
    value.next_hop.family = attributes->next_hop.family;
    memcpy(value.next_hop.octets, attributes->next_hop.octets, family_octets(attributes->next_hop.family));
    value.next_hop.scope = attributes->next_hop.scope;
    value.community_count = attributes->community_count;
    value.large_community_count = attributes->large_community_count;
    value.extended_community_count = attributes->extended_community_count;
    memcpy(value.communities, attributes->communities, attributes->community_count * sizeof *value.communities);
    memcpy(value.large_communities, attributes->large_communities,
           attributes->large_community_count * sizeof *value.large_communities);
    memcpy(value.extended_communities, attributes->extended_communities,
           attributes->extended_community_count * sizeof *value.extended_communities);
    return value;
}

const struct path_attributes *path_attributes_intern(const struct path_attributes *attributes)
{
    struct path_attributes value = normalized(attributes);
    uint32_t hash = hash_octets(&value, sizeof value);
    struct interned **head = &heads[hash % HEADS];

    for (struct interned *interned = *head; interned; interned = interned->next) {
        if (interned->hash == hash && memcmp(&interned->attributes, &value, sizeof value) == 0)
            return path_attributes_ref(&interned->attributes);
    }
    struct interned *interned = malloc(sizeof *interned);
    if (!interned)
        return NULL;
    memcpy(&interned->attributes, &value, sizeof value);
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
