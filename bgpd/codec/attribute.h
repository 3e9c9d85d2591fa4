/*
 * The path attributes of a received route, as update_decode leaves them for keeping: attributes as on the wire (flags,
 * code, length, value) in ascending order of code, each at most once, validated; AS_PATH and AGGREGATOR always with
 * four-octet ASes (RFC 6793), the next hop of MP_REACH_NLRI without its NLRI; unknown transitive ones are kept. Equal
 * attributes are equal octets.
 */
#ifndef VIPGATE_BGPD_CODEC_ATTRIBUTE_H
#define VIPGATE_BGPD_CODEC_ATTRIBUTE_H

#include "bgpd/codec/path_attributes.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AS_PATH_TEXT_SIZE = 4096 };

/* A route as it is shown. What does not fit is left out and said so in truncated. */
struct route_view {
    uint8_t family;
    uint8_t origin; /* enum origin */
    struct address next_hop;
    struct address next_hop_link_local; /* FAMILY_NONE: none */
    bool has_med, has_local_preference, has_only_to_customer, atomic_aggregate;
    uint32_t med, local_preference, only_to_customer;
    uint32_t aggregator_as; /* 0: no AGGREGATOR */
    struct address aggregator;
    size_t community_count, large_community_count, extended_community_count;
    uint32_t communities[COMMUNITIES_MAX];
    struct large_community large_communities[COMMUNITIES_MAX];
    uint64_t extended_communities[COMMUNITIES_MAX];
    unsigned unknown_count; /* attributes that vipgate does not know */
    bool truncated;
    char as_path[AS_PATH_TEXT_SIZE]; /* "65515 65010 {64500 64501}" */
};

/* Reads kept octets for a route of FAMILY. False where they are not what update_decode writes. */
bool attributes_decode(const uint8_t *octets, size_t size, uint8_t family, struct route_view *view);

/* "igp", "egp", "incomplete". */
const char *origin_name(uint8_t origin);

#endif
