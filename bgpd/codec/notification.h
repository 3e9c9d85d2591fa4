/* NOTIFICATION (RFC 4271 section 4.5): a struct bgp_error to bytes and back, and to words for people. */
#ifndef VIPGATE_BGPD_CODEC_NOTIFICATION_H
#define VIPGATE_BGPD_CODEC_NOTIFICATION_H

#include "bgpd/codec/error.h"
#include "lib/wire.h"

/* Writes the whole message, header included. */
void notification_encode(struct wire_writer *writer, const struct bgp_error *error);

/* Reads the body of a NOTIFICATION; the header was checked, so that code and subcode are there. */
void notification_decode(struct wire_reader body, struct bgp_error *error);

enum { ERROR_NAME_SIZE = 64, ERROR_MESSAGE_SIZE = 256 };

/* In words: NAME "Cease/Administrative Shutdown" ("Code 9/Subcode 1" for what is unknown; a hard reset is named with
 * what it holds), MESSAGE the text of RFC 9003 (invalid UTF-8 and control characters replaced) or the data decoded
 * ("AS 65020", "length 18", hexadecimal where nothing better is known); empty where there is none. */
void notification_describe(const struct bgp_error *error, char name[static ERROR_NAME_SIZE],
                           char message[static ERROR_MESSAGE_SIZE]);

#endif
