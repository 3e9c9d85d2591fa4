/* Annotated ROUTE-REFRESHes. */
#ifndef VIPGATE_TESTS_VECTORS_REFRESH_H
#define VIPGATE_TESTS_VECTORS_REFRESH_H

#include "bgpd/codec/message.h"

/* RFC 2918 section 3 and 4, RFC 7313 section 4 and 5. */
static const struct refresh_row {
    const char *clause;
    const char *body;
    enum refresh_outcome outcome;
    uint8_t family, subtype;
} refresh_rows[] = {
    {"2918 3: IPv4 unicast", "0001 00 01", REFRESH_VALID, FAMILY_IPV4, REFRESH_REQUEST},
    {"2918 3: IPv6 unicast", "0002 00 01", REFRESH_VALID, FAMILY_IPV6, REFRESH_REQUEST},
    {"7313 4: beginning", "0001 01 01", REFRESH_VALID, FAMILY_IPV4, REFRESH_BEGIN},
    {"7313 4: end", "0002 02 01", REFRESH_VALID, FAMILY_IPV6, REFRESH_END},
    {"7313 5: unknown subtype is ignored", "0001 03 01", REFRESH_IGNORE, 0, 0},
    {"7313 3.2: subtype 255 is reserved", "0001 ff 01", REFRESH_IGNORE, 0, 0},
    {"2918 4: unknown AFI is ignored", "0019 00 01", REFRESH_IGNORE, 0, 0},
    {"2918 4: unknown SAFI is ignored", "0001 00 02", REFRESH_IGNORE, 0, 0},
    {"5291: filters that were not negotiated", "0001 00 01 01 40 0000", REFRESH_VALID, FAMILY_IPV4, REFRESH_REQUEST},
    {"2918 3: too short", "0001 00", REFRESH_ERROR, 0, 0},
    {"7313 5: beginning with a wrong length", "0001 01 01 00", REFRESH_ERROR, 0, 0},
    {"7313 5: end with a wrong length", "0001 02 01 0000", REFRESH_ERROR, 0, 0},
};

#endif
