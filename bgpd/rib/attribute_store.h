/*
 * Octets of path attributes, each distinct string once, counted by reference. A handle is a number, half the size of a
 * pointer, as there is one with every route.
 */
#ifndef VIPGATE_BGPD_RIB_ATTRIBUTE_STORE_H
#define VIPGATE_BGPD_RIB_ATTRIBUTE_STORE_H

#include "bgpd/rib/hash.h"

#include <stddef.h>
#include <stdint.h>

struct attribute_slot;

struct attribute_store {
    struct hash_key key;
    struct attribute_slot *slots; /* by handle; the first one is never used */
    uint32_t *chains;             /* by hash, each the handle of its first; 0: empty */
    uint32_t capacity;            /* of both: 0, or a power of two */
    uint32_t slot_count;
    uint32_t free_slot; /* head of the free ones, 0: none */
    uint32_t count;
    size_t memory; /* octets allocated */
};

void attribute_store_init(struct attribute_store *store);

/* Drops everything, also what is still referred to; the store can be used again. */
void attribute_store_clear(struct attribute_store *store);

/* The handle of these octets, with a reference more; 0: out of memory. */
uint32_t attribute_store_intern(struct attribute_store *store, const uint8_t *octets, size_t size);

void attribute_store_ref(struct attribute_store *store, uint32_t handle);
void attribute_store_unref(struct attribute_store *store, uint32_t handle);

/* Has the processor fetch what giving back a reference looks at. */
void attribute_store_prefetch(const struct attribute_store *store, uint32_t handle);

/* Valid while a reference is held. */
const uint8_t *attribute_store_octets(const struct attribute_store *store, uint32_t handle, size_t *size);

#endif
