/*
 * The hash of the tables that neighbors fill. It is keyed with a secret of each table, so that nobody can choose
 * routes that fall together. Built on the product of two 64-bit numbers, whose halves are folded: each bit of the input
 * then has a say in each bit of the result.
 */
#ifndef VIPGATE_BGPD_RIB_HASH_H
#define VIPGATE_BGPD_RIB_HASH_H

#include <bsd/stdlib.h>
#include <stdint.h>

struct hash_key {
    uint64_t secret[2];
};

/* A new random key. */
static inline struct hash_key hash_key_new(void)
{
    struct hash_key key;

    arc4random_buf(&key, sizeof key);
    return key;
}

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
