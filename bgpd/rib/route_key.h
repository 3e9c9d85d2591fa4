/*
 * Prefixes in an order that nobody can choose: a permutation of all prefixes of a family, keyed with a secret of each
 * Adj-RIB-In. Tables place routes by it as by a hash, so that no neighbor can make routes fall together; but unlike a
 * hash it can be undone, so that a table need not hold the prefix itself, and never computes a key twice.
 */
#ifndef VIPGATE_BGPD_RIB_ROUTE_KEY_H
#define VIPGATE_BGPD_RIB_ROUTE_KEY_H

#include "bgpd/rib/hash.h"
#include "lib/prefix.h"

#include <stdint.h>

/* ORDER decides where a route stands. For IPv4 it is all there is, its first 38 bits; for IPv6 it takes REST and LENGTH
 * too to tell which prefix it is, though two prefixes with the same ORDER are as rare as equal 64-bit hashes. */
struct route_key {
    uint64_t order;
    uint64_t rest;
    uint8_t length;
};

/* What the orders of two IPv4 prefixes differ by at least. */
#define ROUTE_KEY_IPV4_STEP (UINT64_C(1) << 26)

struct route_key route_key_of(const struct hash_key *secret, const struct prefix *prefix);

/* The prefix of FAMILY that has KEY. */
struct prefix route_key_prefix(const struct hash_key *secret, uint8_t family, const struct route_key *key);

#endif
