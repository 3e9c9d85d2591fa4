/*
 * A Feistel network: each round replaces one half by its exclusive or with a keyed hash of the other, which the same
 * hash undoes. IPv4: address and length are a number of 38 bits, in halves of 19. IPv6: the halves of the address, and
 * the length goes into the hash.
 */
#include "bgpd/rib/route_key.h"

#include <string.h>

enum { HALF_BITS = 19, LENGTH_BITS = 6, IPV4_BITS = 2 * HALF_BITS };

static const uint64_t HALF = (UINT64_C(1) << HALF_BITS) - 1;

static uint64_t scramble(const struct hash_key *secret, unsigned round, uint64_t half, uint8_t length)
{
    return hash_fold(half ^ secret->secret[round % 2], secret->secret[(round + 1) % 2] ^ length);
}

static struct route_key ipv4_key(const struct hash_key *secret, const struct prefix *prefix)
{
    const uint8_t *octets = prefix->octets;
    uint32_t address = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
    uint64_t whole = (uint64_t)address << LENGTH_BITS | prefix->length;
    uint64_t left = whole >> HALF_BITS, right = whole & HALF;

    left ^= scramble(secret, 0, right, 0) & HALF;
    right ^= scramble(secret, 1, left, 0) & HALF;
    left ^= scramble(secret, 0, right, 0) & HALF;
    return (struct route_key){.order = (right << HALF_BITS | left) << (64 - IPV4_BITS)};
}

static void ipv4_prefix(const struct hash_key *secret, const struct route_key *key, struct prefix *prefix)
{
    uint64_t whole = key->order >> (64 - IPV4_BITS);
    uint64_t left = whole & HALF, right = whole >> HALF_BITS;

    left ^= scramble(secret, 0, right, 0) & HALF;
    right ^= scramble(secret, 1, left, 0) & HALF;
    left ^= scramble(secret, 0, right, 0) & HALF;
    whole = left << HALF_BITS | right;
    prefix->length = whole & ((1 << LENGTH_BITS) - 1);
    for (int i = 0; i < 4; i++)
        prefix->octets[i] = (uint8_t)(whole >> LENGTH_BITS >> (24 - 8 * i));
}

static struct route_key ipv6_key(const struct hash_key *secret, const struct prefix *prefix)
{
    uint64_t halves[2];

    memcpy(halves, prefix->octets, sizeof halves);
    halves[0] ^= scramble(secret, 0, halves[1], prefix->length);
    halves[1] ^= scramble(secret, 1, halves[0], prefix->length);
    return (struct route_key){.order = halves[1], .rest = halves[0], .length = prefix->length};
}

static void ipv6_prefix(const struct hash_key *secret, const struct route_key *key, struct prefix *prefix)
{
    uint64_t halves[2] = {key->rest, key->order};

    halves[1] ^= scramble(secret, 1, halves[0], key->length);
    halves[0] ^= scramble(secret, 0, halves[1], key->length);
    memcpy(prefix->octets, halves, sizeof halves);
    prefix->length = key->length;
}

struct route_key route_key_of(const struct hash_key *secret, const struct prefix *prefix)
{
    return prefix->family == FAMILY_IPV4 ? ipv4_key(secret, prefix) : ipv6_key(secret, prefix);
}

struct prefix route_key_prefix(const struct hash_key *secret, uint8_t family, const struct route_key *key)
{
    struct prefix prefix = {.family = family};

    if (family == FAMILY_IPV4)
        ipv4_prefix(secret, key, &prefix);
    else
        ipv6_prefix(secret, key, &prefix);
    return prefix;
}
