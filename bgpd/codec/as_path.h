/*
 * AS_PATH and AS4_PATH (RFC 4271 section 4.3, RFC 6793, RFC 5065) as octets: segments of a type, a count and that many
 * ASes of two or four octets each.
 */
#ifndef VIPGATE_BGPD_CODEC_AS_PATH_H
#define VIPGATE_BGPD_CODEC_AS_PATH_H

#include "bgpd/codec/words.h"
#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum segment_type { SEGMENT_SET = 1, SEGMENT_SEQUENCE = 2, SEGMENT_CONFED_SEQUENCE = 3, SEGMENT_CONFED_SET = 4 };

enum { AS_TRANS = 23456, AS_SIZE_OLD = 2, AS_SIZE = 4, SEGMENT_ASES_MAX = 255 };

/* What is wrong with PATH (RFC 7606 section 7.2, RFC 7607), or NULL. Segments of a confederation (RFC 5065) are right
 * only where CONFEDERATION says so. */
const char *as_path_check(struct wire_reader path, size_t as_size, bool confederation);

/* The functions below want a path that was checked. */

/* Whether AS is in it, in whichever segment. */
bool as_path_contains(struct wire_reader path, size_t as_size, uint32_t as);

/* Writes PATH with ASes of four octets. */
void as_path_write(struct wire_writer *writer, struct wire_reader path, size_t as_size);

/* Writes what RFC 6793 section 4.2.3 makes of the AS_PATH of a two-octet neighbor and the AS4_PATH that came with it:
 * the latter, with what it lacks of the former's beginning before it; AS_PATH alone where that is the shorter one. */
void as_path_write_merged(struct wire_writer *writer, struct wire_reader path, struct wire_reader as4_path);

/* "65515 65010 {64500 64501} (64512) [64513]": sets, confederation sequences and sets in brackets. ASes of four octets.
 */
void as_path_text(struct words *words, struct wire_reader path);

#endif
