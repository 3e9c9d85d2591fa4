/* The attributes of one UPDATE that are worth keeping, gathered by the decoder and written in canonical form: see
 * codec/attribute.h for what that is. */
#ifndef VIPGATE_BGPD_CODEC_CANONICAL_ATTRIBUTES_H
#define VIPGATE_BGPD_CODEC_CANONICAL_ATTRIBUTES_H

#include "bgpd/codec/attribute_table.h"
#include "bgpd/codec/update.h"
#include "lib/wire.h"

#include <stddef.h>
#include <stdint.h>

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
