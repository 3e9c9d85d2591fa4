#include "bgpd/rib/attribute_store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 16, BUCKETS_MIN = 32 };

struct blob {
    uint32_t size;
    uint8_t octets[];
};

/* The count is here and not in the blob: most changes of it then look no further. */
struct attribute_slot {
    union {
        struct blob *blob;
        uint32_t next_free;
    };
    uint32_t references;
    uint32_t hash;
};

/* The hash is kept beside the handle: a probe looks at a blob only where it is most likely the right one. */
struct attribute_bucket {
    uint32_t handle; /* 0: empty */
    uint32_t hash;
};

void attribute_store_init(struct attribute_store *store)
{
    *store = (struct attribute_store){.key = hash_key_new()};
}

void attribute_store_clear(struct attribute_store *store)
{
    for (uint32_t i = 0; i < store->bucket_capacity; i++) {
        if (store->buckets[i].handle != 0)
            free(store->slots[store->buckets[i].handle].blob);
    }
    free(store->slots);
    free(store->buckets);
    attribute_store_init(store);
}

static size_t blob_memory(size_t size)
{
    return sizeof(struct blob) + size;
}

static struct blob *blob_of(const struct attribute_store *store, uint32_t handle)
{
    return store->slots[handle].blob;
}

static void bucket_put(struct attribute_bucket *buckets, uint32_t mask, struct attribute_bucket bucket)
{
    uint32_t at = bucket.hash & mask;

    while (buckets[at].handle != 0)
        at = (at + 1) & mask;
    buckets[at] = bucket;
}

/* Keeps at least a third of the buckets empty. */
static bool grow_buckets(struct attribute_store *store)
{
    if (store->count < store->bucket_capacity / 3 * 2)
        return true;
    uint32_t capacity = store->bucket_capacity ? store->bucket_capacity * 2 : BUCKETS_MIN;
    struct attribute_bucket *buckets = capacity ? calloc(capacity, sizeof *buckets) : NULL;
    if (!buckets)
        return false;
    for (uint32_t i = 0; i < store->bucket_capacity; i++) {
        if (store->buckets[i].handle != 0)
            bucket_put(buckets, capacity - 1, store->buckets[i]);
    }
    free(store->buckets);
    store->memory += ((size_t)capacity - store->bucket_capacity) * sizeof *buckets;
    store->buckets = buckets;
    store->bucket_capacity = capacity;
    return true;
}

/* Makes sure that there is a slot to take. */
static bool grow_slots(struct attribute_store *store)
{
    if (store->free_slot != 0 || store->slot_count < store->slot_capacity)
        return true;
    uint32_t capacity = store->slot_capacity ? store->slot_capacity * 2 : SLOTS_MIN;
    struct attribute_slot *slots = capacity ? realloc(store->slots, capacity * sizeof *slots) : NULL;
    if (!slots)
        return false;
    store->memory += ((size_t)capacity - store->slot_capacity) * sizeof *slots;
    store->slots = slots;
    store->slot_capacity = capacity;
    if (store->slot_count == 0)
        store->slot_count = 1; /* handle 0 means none */
    return true;
}

static uint32_t take_slot(struct attribute_store *store)
{
    uint32_t handle = store->free_slot;

    if (handle == 0)
        return store->slot_count++;
    store->free_slot = store->slots[handle].next_free;
    return handle;
}

static uint32_t find(const struct attribute_store *store, uint32_t hash, const uint8_t *octets, size_t size)
{
    uint32_t mask = store->bucket_capacity - 1;

    if (store->bucket_capacity == 0)
        return 0;
    for (uint32_t at = hash & mask; store->buckets[at].handle != 0; at = (at + 1) & mask) {
        if (store->buckets[at].hash != hash)
            continue;
        const struct blob *blob = blob_of(store, store->buckets[at].handle);
        if (blob->size == size && (size == 0 || memcmp(blob->octets, octets, size) == 0))
            return store->buckets[at].handle;
    }
    return 0;
}

static uint32_t add(struct attribute_store *store, uint32_t hash, const uint8_t *octets, size_t size)
{
    if (!grow_buckets(store) || !grow_slots(store))
        return 0;
    struct blob *blob = malloc(blob_memory(size));
    if (!blob)
        return 0;
    blob->size = (uint32_t)size;
    if (size > 0) /* End-of-RIB has no attributes, and OCTETS may be NULL */
        memcpy(blob->octets, octets, size);

    uint32_t handle = take_slot(store);
    store->slots[handle] = (struct attribute_slot){.blob = blob, .references = 1, .hash = hash};
    bucket_put(store->buckets, store->bucket_capacity - 1, (struct attribute_bucket){handle, hash});
    store->count++;
    store->memory += blob_memory(size);
    return handle;
}

uint32_t attribute_store_intern(struct attribute_store *store, const uint8_t *octets, size_t size)
{
    uint32_t hash = (uint32_t)hash_octets(&store->key, octets, size);
    uint32_t handle = find(store, hash, octets, size);

    if (handle == 0)
        return add(store, hash, octets, size);
    attribute_store_ref(store, handle);
    return handle;
}

void attribute_store_ref(struct attribute_store *store, uint32_t handle)
{
    store->slots[handle].references++;
}

/* Empties the bucket, and moves back those after it that it kept from their own place: no tombstones. */
static void remove_bucket(struct attribute_store *store, uint32_t at)
{
    uint32_t mask = store->bucket_capacity - 1;

    for (uint32_t next = (at + 1) & mask; store->buckets[next].handle != 0; next = (next + 1) & mask) {
        uint32_t home = store->buckets[next].hash & mask;
        if (((next - home) & mask) < ((next - at) & mask))
            continue;
        store->buckets[at] = store->buckets[next];
        at = next;
    }
    store->buckets[at].handle = 0;
}

void attribute_store_unref(struct attribute_store *store, uint32_t handle)
{
    struct attribute_slot *slot = &store->slots[handle];
    uint32_t mask = store->bucket_capacity - 1, at = slot->hash & mask;

    if (--slot->references > 0)
        return;
    struct blob *blob = slot->blob;
    while (store->buckets[at].handle != handle)
        at = (at + 1) & mask;
    remove_bucket(store, at);
    slot->next_free = store->free_slot;
    store->free_slot = handle;
    store->count--;
    store->memory -= blob_memory(blob->size);
    free(blob);
}

void attribute_store_prefetch(const struct attribute_store *store, uint32_t handle)
{
    __builtin_prefetch(&store->slots[handle]);
}

const uint8_t *attribute_store_octets(const struct attribute_store *store, uint32_t handle, size_t *size)
{
    const struct blob *blob = blob_of(store, handle);

    *size = blob->size;
    return blob->octets;
}
