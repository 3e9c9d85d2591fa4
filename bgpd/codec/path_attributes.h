/*
 * The path attributes of a route that vipgate originates, as a value: what policy decides and the Adj-RIB-Out keeps.
 * They are interned: equal attributes are one object, so that comparing pointers compares attributes, and routes that
 * share them share UPDATEs. What depends on the session (AS_PATH for eBGP or iBGP, next hop self, two-octet neighbours)
 * is not in here; the encoder adds it.
 */
#ifndef VIPGATE_BGPD_CODEC_PATH_ATTRIBUTES_H
#define VIPGATE_BGPD_CODEC_PATH_ATTRIBUTES_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stdint.h>

enum { COMMUNITIES_MAX = 64 };

enum origin { ORIGIN_IGP = 0, ORIGIN_EGP = 1, ORIGIN_INCOMPLETE = 2 };

struct large_community {
    uint32_t global, local1, local2;
};

struct path_attributes {
    uint8_t origin;  /* enum origin */
    uint8_t prepend; /* EXTRA copies of the local AS */
    bool has_med;
    bool has_local_preference;
    uint32_t med;
    uint32_t local_preference; /* sent to iBGP neighbours only; 100 where absent */
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

/* Communities as text and back: "65010:666" or the documented well-known name; "65010:1:2"; "rt 65010:1". The
 * parsers answer false for what they cannot read. */
enum { COMMUNITY_TEXT_SIZE = 48 };
bool community_parse(uint32_t *community, const char *text);
bool large_community_parse(struct large_community *community, const char *text);
bool extended_community_parse(uint64_t *community, const char *text);
const char *community_format(uint32_t community, char buffer[static COMMUNITY_TEXT_SIZE]);
const char *large_community_format(const struct large_community *community, char buffer[static COMMUNITY_TEXT_SIZE]);
const char *extended_community_format(uint64_t community, char buffer[static COMMUNITY_TEXT_SIZE]);

/* RFC 1997, RFC 7999, RFC 8326. */
enum {
    COMMUNITY_GRACEFUL_SHUTDOWN = 0xffff0000u,
    COMMUNITY_BLACKHOLE = 0xffff029au,
    COMMUNITY_NO_EXPORT = 0xffffff01u,
    COMMUNITY_NO_ADVERTISE = 0xffffff02u,
    COMMUNITY_NO_EXPORT_SUBCONFED = 0xffffff03u,
    COMMUNITY_NO_PEER = 0xffffff04u,
};

#endif
