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

static struct interned *interned_of(const struct path_attributes *attributes)
{
    return (struct interned *)(uintptr_t)attributes;
}

const struct path_attributes *path_attributes_intern(const struct path_attributes *attributes)
{
    struct interned *made = malloc(sizeof *made);

    if (!made)
        return NULL;
    memcpy(&made->attributes, attributes, sizeof made->attributes);
    /* An address is assigned as a whole, and then the padding in it is anything. */
    struct address *next_hop = memset(&made->attributes.next_hop, 0, sizeof *next_hop);
    next_hop->family = attributes->next_hop.family;
    next_hop->scope = attributes->next_hop.scope;
    memcpy(next_hop->octets, attributes->next_hop.octets, sizeof next_hop->octets);
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
