/*
 * The path attributes that vipgate knows, as rows: what each looks like, and what becomes of an UPDATE in which it does
 * not (RFC 7606), and how a kept one is shown. The decoder, the encoder's flags and the names in texts come from here.
 */
#ifndef VIPGATE_BGPD_CODEC_ATTRIBUTE_TABLE_H
#define VIPGATE_BGPD_CODEC_ATTRIBUTE_TABLE_H

#include "bgpd/codec/attribute.h"
#include "bgpd/codec/update.h"
#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum attribute_flag {
    ATTRIBUTE_OPTIONAL = 0x80,
    ATTRIBUTE_TRANSITIVE = 0x40,
    ATTRIBUTE_PARTIAL = 0x20,
    ATTRIBUTE_EXTENDED_LENGTH = 0x10,
};

enum attribute_code {
    ATTRIBUTE_ORIGIN = 1,
    ATTRIBUTE_AS_PATH = 2,
    ATTRIBUTE_NEXT_HOP = 3,
    ATTRIBUTE_MULTI_EXIT_DISC = 4,
    ATTRIBUTE_LOCAL_PREF = 5,
    ATTRIBUTE_ATOMIC_AGGREGATE = 6,
    ATTRIBUTE_AGGREGATOR = 7,
    ATTRIBUTE_COMMUNITIES = 8,
    ATTRIBUTE_ORIGINATOR_ID = 9,
    ATTRIBUTE_CLUSTER_LIST = 10,
    ATTRIBUTE_MP_REACH_NLRI = 14,
    ATTRIBUTE_MP_UNREACH_NLRI = 15,
    ATTRIBUTE_EXTENDED_COMMUNITIES = 16,
    ATTRIBUTE_AS4_PATH = 17,
    ATTRIBUTE_AS4_AGGREGATOR = 18,
    ATTRIBUTE_AIGP = 26,
    ATTRIBUTE_LARGE_COMMUNITIES = 32,
    ATTRIBUTE_ONLY_TO_CUSTOMER = 35,
    ATTRIBUTE_SET = 128,
};

/* How a length is judged. A list is never empty (RFC 7606 section 4 and 7). */
enum attribute_length { LENGTH_ANY, LENGTH_EXACTLY, LENGTH_LIST_OF };

/* Looks into the value, whose length is right. What is wrong with it, or NULL. */
typedef const char *attribute_check(struct wire_reader value, const struct update_session *session);

/* Reads the value, as it is kept, into what is shown; false where it is not as it must be. */
typedef bool attribute_view(struct wire_reader *value, struct route_view *view);

struct attribute_row {
    const char *name; /* NULL: no such row */
    const char *rule; /* where its treatment is laid down */
    enum attribute_length length;
    uint8_t octets;                /* of the length, or of one list element */
    uint8_t flags;                 /* the optional and transitive bits that it must have */
    enum update_outcome malformed; /* what becomes of the message */
    attribute_check *check;        /* NULL: the length is all there is to judge */
    uint8_t subcode;               /* for CHECK, where it is not Optional Attribute Error */
    attribute_view *view;          /* NULL: not shown, unless it is a number */
    size_t number, present;        /* of a number: its offset in struct route_view, and that of what says it is there */
    bool internal_only;            /* discarded, whatever it holds, where an external neighbor sends it */
    bool foreign;                  /* not ours to read: handed on, or dropped, as an unknown one (RFC 4271 section 5) */
    bool two_octet_only;           /* discarded where a four-octet neighbor sends it (RFC 6793 section 4.1) */
    enum update_outcome flags_outcome; /* where its rule wants other than treat-as-withdraw (RFC 7606 section 3 c) */
};

/* The row of CODE, or NULL. */
const struct attribute_row *attribute_row(uint8_t code);

/* "ORIGIN", or "99" written into BUFFER. */
enum { ATTRIBUTE_NAME_SIZE = 8 };
const char *attribute_name(uint8_t code, char buffer[static ATTRIBUTE_NAME_SIZE]);

/* Why nothing can be sent by way of NEXT_HOP, received on SESSION (RFC 4271 section 6.3): it is no host's address, or
 * it is one of ours. NULL: it can. Loopback is right on a session within one machine, and 169.254.0.0/16 anywhere: some
 * clouds have nothing else. */
const char *next_hop_fault(const struct address *next_hop, const struct update_session *session);

/* One attribute of a list. */
struct attribute {
    uint8_t flags, code;
    struct wire_reader value;
    const uint8_t *octets; /* the whole of it, header included */
    size_t size;
};

/* Takes the next attribute off LIST; false where its header or value runs past the end (RFC 7606 section 4). */
bool attribute_next(struct wire_reader *list, struct attribute *attribute);

/* Writes flags, code and length of a value of SIZE octets; the length is extended only where it must be. */
void attribute_write_header(struct wire_writer *writer, uint8_t flags, uint8_t code, size_t size);

/* ---- canonical_attributes.c: what of an UPDATE is kept, gathered and written as codec/attribute.h says ---- */

struct canonical_attributes {
    size_t count;
    struct attribute list[256]; /* in ascending order of code; a code is there once */
    uint8_t mp_family;          /* of MP_REACH_NLRI; FAMILY_NONE: none */
    struct wire_reader mp_next_hop;
};

/* Adds a well-formed attribute, whose code is not there yet. */
void canonical_attributes_add(struct canonical_attributes *attributes, const struct attribute *attribute);

/* The one of CODE, or NULL. */
const struct attribute *canonical_attributes_find(const struct canonical_attributes *attributes, uint8_t code);

/* Writes them; what the neighbor writes in two-octet ASes becomes four-octet (RFC 6793 section 4.2.3). WRITER must
 * have UPDATE_SCRATCH_SIZE octets. False where the AS path is then longer than an attribute can be. */
bool canonical_attributes_write(struct wire_writer *writer, const struct canonical_attributes *attributes,
                                const struct update_session *session);

#endif
