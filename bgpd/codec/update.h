/*
 * UPDATE (RFC 4271 section 4.3, RFC 4760, RFC 7606): both ways, pure.
 *
 * Out: update_encode packs prefixes that share path attributes into one message and adds what depends on the session.
 * In: update_decode reads a message in one pass without allocation and says what is to be done with it. The outcome of
 * a bad attribute is decided in one table, codec/attribute_table.c; the worst outcome of a message is that of the
 * message. What is worth keeping of the attributes comes out as a compact canonical string of octets for rib_in, which
 * codec/attribute.h reads for show.
 */
#ifndef VIPGATE_BGPD_CODEC_UPDATE_H
#define VIPGATE_BGPD_CODEC_UPDATE_H

#include "bgpd/codec/message.h"
#include "bgpd/codec/path_attributes.h"
#include "lib/prefix.h"
#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of a session bears upon its UPDATEs. */
struct update_session {
    uint32_t local_as, peer_as;
    bool ebgp;
    bool four_octet_as;     /* both sides: else AS_TRANS and AS4_PATH (RFC 6793) */
    bool extended_next_hop; /* negotiated (RFC 8950) */
    uint8_t families;       /* FAMILY_BIT_… negotiated */
    int8_t role;            /* ours (enum bgp_role) on eBGP, else ROLE_NONE */
    size_t message_max;     /* to send, negotiated */
    /* Next hop self; FAMILY_NONE where there is none. IPv4 prefixes go with local_ipv4 where there is one, else with
     * the IPv6 ones where extended_next_hop was negotiated. */
    struct address local_ipv4, local_ipv6, local_link_local;
    struct address neighbor; /* never to be told its own address as next hop */
};

/*
 * Writes one UPDATE for as many of PREFIXES (all of one family) as fit into one message, and answers how many; begin
 * again with the rest. ATTRIBUTES NULL: withdraws them. 0, with nothing written, where not even one fits the message or
 * WRITER, or where there is no next hop of a family that can be sent.
 */
size_t update_encode(struct wire_writer *writer, const struct update_session *session,
                     const struct path_attributes *attributes, const struct prefix *prefixes, size_t count);

/* Writes End-of-RIB (RFC 4724 section 2) of FAMILY. */
void update_encode_end_of_rib(struct wire_writer *writer, uint8_t family);

/* The next hop that prefixes of FAMILY are sent with; false where there is none, or it is the neighbor's own address,
 * which NEXT_HOP holds then (RFC 4271 section 5.1.3). */
bool update_next_hop(const struct update_session *session, uint8_t family, const struct path_attributes *attributes,
                     struct address *next_hop);

/* Why no route of FAMILY can be sent with ATTRIBUTES, with the remedy, in words; NULL: one can. */
const char *update_obstacle(const struct update_session *session, uint8_t family,
                            const struct path_attributes *attributes);

/* The AS_PATH that ATTRIBUTES are sent with, as text: "65010 65010 65010". Returns BUFFER. */
const char *update_as_path_text(const struct update_session *session, const struct path_attributes *attributes,
                                char *buffer, size_t size);

/* RFC 7606 section 2, mildest first. */
enum update_outcome { UPDATE_ACCEPT, UPDATE_ATTRIBUTE_DISCARD, UPDATE_TREAT_AS_WITHDRAW, UPDATE_RESET };

/* NLRI of one family; read it with nlri_next. */
struct nlri {
    uint8_t family;
    struct wire_reader reader;
};

enum { UPDATE_WHAT_SIZE = 160 };

struct update_view {
    enum update_outcome outcome;
    struct bgp_error error;      /* to be sent, with UPDATE_RESET */
    char what[UPDATE_WHAT_SIZE]; /* for the log, unless UPDATE_ACCEPT: "attribute ORIGIN: length 2, not 1: …" */
    /* The classic IPv4 fields and those of MP_UNREACH_NLRI and MP_REACH_NLRI; already validated to the last octet.
     * Withdrawals come before announcements. With UPDATE_TREAT_AS_WITHDRAW the announcements are to be withdrawn; with
     * UPDATE_RESET nothing is to be used. Families that were not negotiated are not here. */
    struct nlri withdrawn[2];
    struct nlri announced[2];
    uint8_t end_of_rib; /* family, or FAMILY_NONE */
    bool own_as;        /* AS_PATH holds the local AS: a loop, not to be kept */
    bool leak;          /* by ONLY_TO_CUSTOMER and the roles a route leak, not eligible (RFC 9234 section 5) */
    /* What to keep of the attributes, in the caller's scratch: see codec/attribute.h. */
    const uint8_t *attributes;
    size_t attributes_size;
};

/* Room that the attributes of any message fit into (two-octet AS paths double). */
enum { UPDATE_SCRATCH_SIZE = 2 * MESSAGE_MAX_EXTENDED };

/* Reads the body of an UPDATE. VIEW points into BODY's octets and SCRATCH. */
void update_decode(struct wire_reader body, const struct update_session *session,
                   uint8_t scratch[static UPDATE_SCRATCH_SIZE], struct update_view *view);

/* The next prefix, host bits masked; false at the end. */
bool nlri_next(struct nlri *nlri, struct prefix *prefix);

/* Up to LIMIT of the next ones; their number, 0 at the end. */
size_t nlri_take(struct nlri *nlri, struct prefix *prefixes, size_t limit);

/* Whether every prefix in FIELD is one of FAMILY and ends with it (RFC 7606 section 5.3). */
bool nlri_check(struct wire_reader field, uint8_t family);

/* Octets that PREFIX takes. */
size_t nlri_size(const struct prefix *prefix);

void nlri_write(struct wire_writer *writer, const struct prefix *prefix);

#endif
