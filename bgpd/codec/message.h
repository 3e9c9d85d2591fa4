/*
 * BGP messages (RFC 4271 section 4): framing, and the small messages. UPDATE has its own file, codec/update.h.
 * Pure: bytes in, value or error out.
 */
#ifndef VIPGATE_BGPD_CODEC_MESSAGE_H
#define VIPGATE_BGPD_CODEC_MESSAGE_H

#include "bgpd/codec/capability.h"
#include "bgpd/codec/notification.h"
#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_HEADER_SIZE = 19 };

enum message_type {
    MESSAGE_OPEN = 1,
    MESSAGE_UPDATE = 2,
    MESSAGE_NOTIFICATION = 3,
    MESSAGE_KEEPALIVE = 4,
    MESSAGE_ROUTE_REFRESH = 5, /* RFC 2918 */
};

struct message {
    uint8_t type; /* enum message_type */
    struct wire_reader body;
};

enum message_outcome { MESSAGE_INCOMPLETE, MESSAGE_COMPLETE, MESSAGE_ERROR };

/*
 * Takes the next message off STREAM. INCOMPLETE: nothing was consumed, more octets are needed; a header is judged as
 * soon as its 19 octets are there. COMPLETE: MESSAGE is set, its body points into STREAM's octets. ERROR: as RFC 4271
 * section 6.1 says. MESSAGE_LIMIT is receive_max of struct negotiated, MESSAGE_MAX before that; OPEN and
 * KEEPALIVE never exceed MESSAGE_MAX (RFC 8654).
 */
enum message_outcome message_next(struct wire_reader *stream, size_t message_limit, struct message *message,
                                  struct bgp_error *error);

/* Writes a header with room for the length; message_end puts the length in. message_begin answers where it began. */
size_t message_begin(struct wire_writer *writer, uint8_t type);
void message_end(struct wire_writer *writer, size_t begin);

void keepalive_encode(struct wire_writer *writer);

/* NOTIFICATION (RFC 4271 section 4.5). */
void notification_encode(struct wire_writer *writer, const struct bgp_error *error);

/* Reads the body of a NOTIFICATION; the header was checked, so that code and subcode are there. */
void notification_decode(struct wire_reader body, struct bgp_error *error);

/* OPEN (RFC 4271 section 4.2). */
struct open_message {
    uint32_t as;          /* the real one: from the four-octet capability where there is one (RFC 6793) */
    uint16_t hold_time_s; /* as offered */
    uint32_t router_id;   /* host byte order */
    struct capabilities capabilities;
};

/* Writes the whole message. The capability four-octet-as is always sent, with AS. */
void open_encode(struct wire_writer *writer, const struct open_message *open);

/* Reads the body of an OPEN and judges what needs no configuration (RFC 4271 section 6.2, RFC 5492, RFC 7607, RFC
 * 9072). False with ERROR. */
bool open_decode(struct wire_reader body, struct open_message *open, struct bgp_error *error);

/* Judges a neighbor's OPEN against ours and the AS that it must have: Bad Peer AS, Bad BGP Identifier (equal to ours
 * is an error on iBGP only, RFC 6286). False with ERROR. */
bool open_check(const struct open_message *remote, const struct open_message *local, uint32_t peer_as,
                struct bgp_error *error);

/* ROUTE-REFRESH (RFC 2918, RFC 7313). */
enum refresh_subtype { REFRESH_REQUEST = 0, REFRESH_BEGIN = 1, REFRESH_END = 2 };

enum refresh_outcome {
    REFRESH_VALID,
    REFRESH_IGNORE, /* a family or subtype that we do not know: not an error */
    REFRESH_ERROR,  /* RFC 7313 section 5 */
};

struct refresh_message {
    uint8_t family;  /* enum family, unicast */
    uint8_t subtype; /* enum refresh_subtype */
};

void refresh_encode(struct wire_writer *writer, const struct refresh_message *refresh);
enum refresh_outcome refresh_decode(struct wire_reader body, struct refresh_message *refresh, struct bgp_error *error);

#endif
