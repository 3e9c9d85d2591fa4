/* NLRI (RFC 4271 section 4.3): prefixes as a length in bits and as many octets as it needs. */
#ifndef VIPGATE_BGPD_CODEC_NLRI_H
#define VIPGATE_BGPD_CODEC_NLRI_H

#include "bgpd/codec/update.h"
#include "lib/prefix.h"
#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether every prefix in FIELD is one of FAMILY and ends with it (RFC 7606 section 5.3). */
bool nlri_check(struct wire_reader field, uint8_t family);

/* Octets that PREFIX takes. */
size_t nlri_size(const struct prefix *prefix);

void nlri_write(struct wire_writer *writer, const struct prefix *prefix);

#endif
