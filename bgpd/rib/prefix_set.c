/* Twelve bits of the hash choose a shard; a shard is a sorted array of the next 32. A million prefixes make shards of
 * 250, in which a search and a shift cost next to nothing. */
#include "bgpd/rib/prefix_set.h"

#include <stdlib.h>
#include <string.h>

enum { SHARDS = 4096 };

struct prefix_set_shard {
    uint32_t *values; /* sorted */
    uint32_t count, capacity;
};

/* Where a prefix stands in its shard, or would. */
struct place {
    struct prefix_set_shard *shard;
    uint32_t value, index;
    bool there;
};

static uint32_t lower_bound(const struct prefix_set_shard *shard, uint32_t value)
{
    uint32_t low = 0, high = shard->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (shard->values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct place find(const struct prefix_set *set, const struct prefix *prefix)
{
    uint64_t high, low;
    memcpy(&high, prefix->octets, sizeof high);
    memcpy(&low, prefix->octets + sizeof high, sizeof low);
    uint64_t hash =
        hash_pair(&set->key, hash_pair(&set->key, high, low), (uint64_t)prefix->family << 8 | prefix->length);

    struct place place = {.shard = &set->shards[hash % SHARDS], .value = (uint32_t)(hash >> 32)};
    place.index = lower_bound(place.shard, place.value);
    place.there = place.index < place.shard->count && place.shard->values[place.index] == place.value;
    return place;
}

static bool make_room(struct prefix_set_shard *shard)
{
    if (shard->count < shard->capacity)
        return true;
    uint32_t capacity = shard->capacity + shard->capacity / 4 + 8;
    uint32_t *values = realloc(shard->values, capacity * sizeof *values);
    if (!values)
        return false;
    shard->values = values;
    shard->capacity = capacity;
    return true;
}

bool prefix_set_add(struct prefix_set *set, const struct prefix *prefix)
{
    if (!set->shards) {
        set->key = hash_key_new();
        set->shards = calloc(SHARDS, sizeof *set->shards);
    }
    if (!set->shards || set->count >= PREFIX_SET_MAX)
        return false;
    struct place place = find(set, prefix);
    if (place.there || !make_room(place.shard))
        return false;
    uint32_t *values = place.shard->values;
    memmove(&values[place.index + 1], &values[place.index], (place.shard->count - place.index) * sizeof *values);
    values[place.index] = place.value;
    place.shard->count++;
    set->count++;
    return true;
}

bool prefix_set_remove(struct prefix_set *set, const struct prefix *prefix)
{
    if (set->count == 0)
        return false;
    struct place place = find(set, prefix);
    if (!place.there)
        return false;
    uint32_t *values = place.shard->values;
    place.shard->count--;
    memmove(&values[place.index], &values[place.index + 1], (place.shard->count - place.index) * sizeof *values);
    if (--set->count == 0)
        prefix_set_clear(set);
    return true;
}

void prefix_set_clear(struct prefix_set *set)
{
    for (size_t i = 0; set->shards && i < SHARDS; i++)
        free(set->shards[i].values);
    free(set->shards);
    *set = (struct prefix_set){0};
}
