/* The attributes of one UPDATE that are worth keeping, gathered by the decoder and written in canonical form: see
 * codec/attribute.h for what that is. */
#ifndef VIPGATE_BGPD_CODEC_KEPT_H
#define VIPGATE_BGPD_CODEC_KEPT_H

#include "bgpd/codec/attribute_table.h"
#include "bgpd/codec/update.h"
#include "lib/wire.h"

#include <stddef.h>
#include <stdint.h>

struct kept_attributes {
    size_t count;
    struct attribute attributes[256]; /* in ascending order of code; a code is there once */
    uint8_t mp_family;                /* of MP_REACH_NLRI; FAMILY_NONE: none */
    struct wire_reader mp_next_hop;
};

/* Adds a well-formed attribute, whose code is not there yet. */
void kept_add(struct kept_attributes *kept, const struct attribute *attribute);

/* The one of CODE, or NULL. */
const struct attribute *kept_find(const struct kept_attributes *kept, uint8_t code);

/* Writes them; what the neighbour writes in two-octet ASes becomes four-octet (RFC 6793 section 4.2.3). WRITER must
 * have UPDATE_SCRATCH_SIZE octets. False where the AS path is then longer than an attribute can be. */
bool kept_write(struct wire_writer *writer, const struct kept_attributes *kept, const struct update_session *session);

#endif
