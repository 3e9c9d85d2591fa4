/* FNV-1a: for data of the operator's own, which nobody makes collide. What others send is hashed with a secret key. */
#ifndef VIPGATE_LIB_HASH_H
#define VIPGATE_LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The hash of nothing. */
#define HASH_FNV_BASIS 2166136261u

/* The hash of what HASH is of, followed by the SIZE octets at DATA. */
static inline uint32_t hash_fnv(uint32_t hash, const void *data, size_t size)
{
    const uint8_t *octets = data;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ octets[i]) * 16777619u;
    return hash;
}

#endif
