/*
 * Annotated UPDATEs: what they are an example of, their octets, and what is to become of them. The tables are used by
 * the unit test and make the seed corpus of the fuzz target.
 */
#ifndef VIPGATE_TESTS_UPDATE_VECTOR_H
#define VIPGATE_TESTS_UPDATE_VECTOR_H

#include "bgpd/codec/update.h"
#include "tests/unit/bgpd/codec/octets.h"

enum vector_session {
    EXTERNAL,
    INTERNAL,
    OLD,      /* external, with two-octet ASes */
    EXTENDED, /* external, IPv4 over IPv6 next hop */
    NEARBY,   /* external, on one machine */
    PROVIDER, /* external, and our role there */
    PEER,
    SESSIONS
};

struct update_vector {
    const char *clause;
    enum vector_session session;
    const char *withdrawn, *attributes, *nlri; /* hexadecimal; the lengths are put in */
    const char *body;                          /* instead of these, where the lengths are what is wrong */
    enum update_outcome outcome;
    uint8_t subcode;    /* with UPDATE_RESET */
    const char *data;   /* of the NOTIFICATION; NULL: not looked at */
    const char *what;   /* found in the text for the log; NULL: not looked at */
    const char *kept;   /* the attributes for keeping; NULL: not looked at */
    const char *routes; /* what is announced; NULL: not looked at */
    const char *gone;   /* what is withdrawn */
    uint8_t end_of_rib;
    bool own_as, leak;
};

/* Attributes that a route has to have, in the several forms. */
#define ORIGIN      "40 01 01 00 "
#define AS_PATH     "40 02 06 02 01 0000ffeb " /* 65515 */
#define NEXT_HOP    "40 03 04 c6336404 "       /* 198.51.100.4 */
#define MANDATORY   ORIGIN AS_PATH NEXT_HOP
#define OLD_PATH    "40 02 04 02 01 ffeb "
#define NLRI        "18 cb0071 " /* 203.0.113.0/24 */
#define ROUTE       "203.0.113.0/24"
#define MP_NEXT_HOP "10 20010db8000000000000000000000004 00 "
#define MP_REACH    "80 0e 1a 0002 01 " MP_NEXT_HOP "20 20010db8 " /* 2001:db8::/32 */
#define MP_ROUTE    "2001:db8::/32"

/* The same as they are kept: AS_PATH's length is always extended. */
#define KEPT_PATH      "50 02 0006 02 01 0000ffeb "
#define KEPT           ORIGIN KEPT_PATH NEXT_HOP
#define KEPT_MP        "80 0e 14 0002 01 10 20010db8000000000000000000000004 "
#define KEPT_MANDATORY KEPT

static inline struct update_session vector_session(enum vector_session kind)
{
    return (struct update_session){
        .local_as = 65010,
        .peer_as = kind == INTERNAL ? 65010 : 65515,
        .ebgp = kind != INTERNAL,
        .four_octet_as = kind != OLD,
        .extended_next_hop = kind == EXTENDED,
        .families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6,
        .role = kind == PROVIDER ? ROLE_PROVIDER
                : kind == PEER   ? ROLE_PEER
                                 : ROLE_NONE,
        .message_max = MESSAGE_MAX,
        .local_ipv4 = {FAMILY_IPV4, {kind == NEARBY ? 127 : 198, 51, 100, 70}, 0},
        .local_ipv6 = {FAMILY_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 0x70}, 0},
    };
}

static inline void put_field(struct wire_writer *writer, const char *hex)
{
    uint8_t octets[MESSAGE_MAX];
    size_t size = octets_of(octets, sizeof octets, hex ? hex : "");

    wire_write_bytes(writer, octets, size);
}

/* The body of the message; OUT has MESSAGE_MAX octets. */
static inline size_t vector_body(const struct update_vector *vector, uint8_t *out)
{
    struct wire_writer writer = wire_writer_of(out, MESSAGE_MAX);

    if (vector->body) {
        put_field(&writer, vector->body);
        return writer.position;
    }
    wire_write_u16(&writer, 0);
    put_field(&writer, vector->withdrawn);
    wire_patch_u16(&writer, 0, (uint16_t)(writer.position - 2));
    wire_write_u16(&writer, 0);
    size_t begin = writer.position;
    put_field(&writer, vector->attributes);
    wire_patch_u16(&writer, begin - 2, (uint16_t)(writer.position - begin));
    put_field(&writer, vector->nlri);
    assert_false(writer.failed);
    return writer.position;
}

#endif
