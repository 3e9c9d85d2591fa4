/*
 * The path attributes of a route that vipgate originates, as a value: what policy decides and the Adj-RIB-Out keeps.
 * They are interned: equal attributes are one object, so that comparing pointers compares attributes, and routes that
 * share them share UPDATEs. What depends on the session (AS_PATH for eBGP or iBGP, next hop self, two-octet neighbors)
 * is not in here; the encoder adds it.
 */
#ifndef VIPGATE_BGPD_CODEC_PATH_ATTRIBUTES_H
#define VIPGATE_BGPD_CODEC_PATH_ATTRIBUTES_H

#include "lib/community.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stdint.h>

enum { COMMUNITIES_MAX = 64 };

enum origin { ORIGIN_IGP = 0, ORIGIN_EGP = 1, ORIGIN_INCOMPLETE = 2 };

struct path_attributes {
    uint8_t origin;  /* enum origin */
    uint8_t prepend; /* EXTRA copies of the local AS */
    bool has_med;
    bool has_local_preference;
    uint32_t med;
    uint32_t local_preference; /* sent to iBGP neighbors only; 100 where absent */
    struct address next_hop;   /* FAMILY_NONE: self, the session's local address */
    uint8_t community_count, large_community_count, extended_community_count;
    uint32_t communities[COMMUNITIES_MAX];
    struct large_community large_communities[COMMUNITIES_MAX];
    uint64_t extended_communities[COMMUNITIES_MAX]; /* the eight octets as a number */
};

/*
 * The one shared object equal to ATTRIBUTES (which must be zero in every part that is not used), with a reference more.
 * NULL when out of memory. path_attributes_ref takes another, path_attributes_unref gives one back; NULL is ignored.
 */
const struct path_attributes *path_attributes_intern(const struct path_attributes *attributes);
const struct path_attributes *path_attributes_ref(const struct path_attributes *attributes);
void path_attributes_unref(const struct path_attributes *attributes);

#endif
