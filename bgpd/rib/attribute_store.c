#include "bgpd/rib/attribute_store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 16 };

struct blob {
    uint32_t size;
    uint8_t octets[];
};

/* The count is here and not in the blob: most changes of it then look no further. So is the hash: a blob is looked at
 * only where it is most likely the right one. */
struct attribute_slot {
    struct blob *blob;
    uint32_t references;
    uint32_t hash;
    uint32_t next; /* in its chain, or among the free; 0: the last */
};

void attribute_store_init(struct attribute_store *store)
{
    *store = (struct attribute_store){.key = hash_key_new()};
}

void attribute_store_clear(struct attribute_store *store)
{
    for (uint32_t handle = 1; handle < store->slot_count; handle++)
        free(store->slots[handle].blob);
    free(store->slots);
    free(store->chains);
    attribute_store_init(store);
}

static size_t blob_memory(size_t size)
{
    return sizeof(struct blob) + size;
}

static uint32_t *chain_of(const struct attribute_store *store, uint32_t hash)
{
    return &store->chains[hash & (store->capacity - 1)];
}

static void link_slot(struct attribute_store *store, uint32_t handle)
{
    uint32_t *chain = chain_of(store, store->slots[handle].hash);

    store->slots[handle].next = *chain;
    *chain = handle;
}

/* Makes sure that there is a slot to take. */
static bool make_room(struct attribute_store *store)
{
    if (store->free_slot != 0 || store->slot_count < store->capacity)
        return true;
    uint32_t capacity = store->capacity ? store->capacity * 2 : CAPACITY_MIN;
    uint32_t *chains = capacity ? calloc(capacity, sizeof *chains) : NULL;
    struct attribute_slot *slots = chains ? realloc(store->slots, capacity * sizeof *slots) : NULL;
    if (!slots) {
        free(chains);
        return false;
    }
    free(store->chains);
    store->memory += ((size_t)capacity - store->capacity) * (sizeof *slots + sizeof *chains);
    store->slots = slots;
    store->chains = chains;
    store->capacity = capacity;
    store->slot_count = store->slot_count ? store->slot_count : 1; /* handle 0 means none */
    for (uint32_t handle = 1; handle < store->slot_count; handle++)
        link_slot(store, handle);
    return true;
}

static uint32_t find(const struct attribute_store *store, uint32_t hash, const uint8_t *octets, size_t size)
{
    for (uint32_t handle = store->capacity ? *chain_of(store, hash) : 0; handle; handle = store->slots[handle].next) {
        const struct blob *blob = store->slots[handle].blob;
        if (store->slots[handle].hash == hash && blob->size == size &&
            (size == 0 || memcmp(blob->octets, octets, size) == 0))
            return handle;
    }
    return 0;
}

static uint32_t add(struct attribute_store *store, uint32_t hash, const uint8_t *octets, size_t size)
{
    struct blob *blob = make_room(store) ? malloc(blob_memory(size)) : NULL;

    if (!blob)
        return 0;
    blob->size = (uint32_t)size;
    if (size > 0) /* End-of-RIB has no attributes, and OCTETS may be NULL */
        memcpy(blob->octets, octets, size);

    uint32_t handle = store->free_slot ? store->free_slot : store->slot_count++;
    if (store->free_slot)
        store->free_slot = store->slots[handle].next;
    store->slots[handle] = (struct attribute_slot){.blob = blob, .references = 1, .hash = hash};
    link_slot(store, handle);
    store->count++;
    store->memory += blob_memory(size);
    return handle;
}

static uint32_t hash_octets(const struct hash_key *key, const uint8_t *octets, size_t size)
{
    uint64_t hash = size, words[2];

    for (; size > sizeof words; octets += sizeof words, size -= sizeof words) {
        memcpy(words, octets, sizeof words);
        hash = hash_fold(words[0] ^ key->secret[0], words[1] ^ hash ^ key->secret[1]);
    }
    memset(words, 0, sizeof words);
    if (size > 0)
        memcpy(words, octets, size);
    hash = hash_fold(words[0] ^ hash ^ key->secret[0], words[1] ^ key->secret[1]);
    return (uint32_t)hash_fold(hash ^ key->secret[1], key->secret[0] | 1);
}

uint32_t attribute_store_intern(struct attribute_store *store, const uint8_t *octets, size_t size)
{
    uint32_t hash = hash_octets(&store->key, octets, size);
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

void attribute_store_unref(struct attribute_store *store, uint32_t handle)
{
    struct attribute_slot *slot = &store->slots[handle];

    if (--slot->references > 0)
        return;
    uint32_t *link = chain_of(store, slot->hash);
    while (*link != handle)
        link = &store->slots[*link].next;
    *link = slot->next;
    slot->next = store->free_slot;
    store->free_slot = handle;
    store->count--;
    store->memory -= blob_memory(slot->blob->size);
    free(slot->blob);
    slot->blob = NULL;
}

void attribute_store_prefetch(const struct attribute_store *store, uint32_t handle)
{
    __builtin_prefetch(&store->slots[handle]);
}

const uint8_t *attribute_store_octets(const struct attribute_store *store, uint32_t handle, size_t *size)
{
    const struct blob *blob = store->slots[handle].blob;

    *size = blob->size;
    return blob->octets;
}
