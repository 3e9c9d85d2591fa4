/* Communities as text and back: "65010:666" or a well-known name (RFC 1997), "65010:1:2" (RFC 8092), "rt 65010:1"
 * (RFC 4360). Pure. */
#ifndef VIPGATE_LIB_COMMUNITY_H
#define VIPGATE_LIB_COMMUNITY_H

#include <stdbool.h>
#include <stdint.h>

enum { COMMUNITY_TEXT_SIZE = 48 };

/* RFC 1997, RFC 7999, RFC 8326. */
enum {
    COMMUNITY_GRACEFUL_SHUTDOWN = 0xffff0000u,
    COMMUNITY_BLACKHOLE = 0xffff029au,
    COMMUNITY_NO_EXPORT = 0xffffff01u,
    COMMUNITY_NO_ADVERTISE = 0xffffff02u,
    COMMUNITY_NO_EXPORT_SUBCONFED = 0xffffff03u,
    COMMUNITY_NO_PEER = 0xffffff04u,
};

struct large_community {
    uint32_t global, local1, local2;
};

/* False: TEXT is no such community, or a part of it is too large. An extended one is its eight octets as a number. */
bool community_parse(uint32_t *community, const char *text);
bool large_community_parse(struct large_community *community, const char *text);
bool extended_community_parse(uint64_t *community, const char *text);

const char *community_format(uint32_t community, char buffer[static COMMUNITY_TEXT_SIZE]);
const char *large_community_format(const struct large_community *community, char buffer[static COMMUNITY_TEXT_SIZE]);
const char *extended_community_format(uint64_t community, char buffer[static COMMUNITY_TEXT_SIZE]);

#endif
