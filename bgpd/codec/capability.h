/*
 * Capabilities (RFC 5492): what a speaker says of itself in OPEN, as a value, and what two such values make together.
 */
#ifndef VIPGATE_BGPD_CODEC_CAPABILITY_H
#define VIPGATE_BGPD_CODEC_CAPABILITY_H

#include "bgpd/codec/notification.h"
#include "lib/prefix.h"
#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 9234 section 4.1; ROLE_NONE: not configured, or not sent. */
enum bgp_role { ROLE_NONE = -1, ROLE_PROVIDER = 0, ROLE_RS_SERVER, ROLE_RS_CLIENT, ROLE_CUSTOMER, ROLE_PEER };

/* Sets of families. */
enum { FAMILY_BIT_IPV4 = 1, FAMILY_BIT_IPV6 = 2 };

enum { SAFI_UNICAST = 1 };

/* The family of AFI and SAFI; FAMILY_NONE where vipgate does not speak it. */
uint8_t family_of(uint16_t afi, uint8_t safi);

/* The bit of FAMILY, 0 for FAMILY_NONE. */
uint8_t family_bit(uint8_t family);

/* RFC 4724, RFC 8538. */
struct graceful_restart {
    bool offered;
    bool restart_state;    /* R: it has restarted */
    bool notification;     /* N: also kept across NOTIFICATION and hold timer expiry (RFC 8538) */
    uint16_t restart_time; /* seconds, 0..4095 */
    uint8_t families;      /* FAMILY_BIT_… whose routes are preserved */
    uint8_t forwarding;    /* F: of these, the ones whose forwarding state was preserved */
};

/* A zero value offers nothing, except that role must be ROLE_NONE: see capabilities_none. */
struct capabilities {
    bool four_octet_as;
    uint32_t as;         /* of that capability */
    bool multiprotocol;  /* any multiprotocol capability was there; without one IPv4 unicast is implied */
    uint8_t families;    /* FAMILY_BIT_… with SAFI unicast */
    bool other_families; /* multiprotocol for what vipgate does not speak; received only */
    bool route_refresh;
    bool enhanced_refresh;
    bool extended_message;
    bool extended_next_hop; /* IPv4 unicast with IPv6 next hop */
    bool add_path;          /* received only: never offered */
    struct graceful_restart graceful_restart;
    int8_t role;        /* enum bgp_role, or a number that RFC 9234 does not know */
    bool role_conflict; /* several roles that differ; received only */
    uint8_t other[32];  /* bitmap of the remaining codes; received only */
};

/* Offers nothing. */
struct capabilities capabilities_none(void);

/* Writes the capabilities as TLVs, to be put into one optional parameter. */
void capabilities_encode(struct wire_writer *writer, const struct capabilities *capabilities);

/* Reads the value of one capabilities optional parameter and adds it to CAPABILITIES. Unknown capabilities are noted,
 * malformed ones ignored (RFC 5492 section 3), repeated ones: the last one counts, families and tuples add up. False
 * where a TLV runs past the end. */
bool capabilities_decode(struct wire_reader value, struct capabilities *capabilities);

/* The greatest length of a message, its header included; the latter where both ends have said so (RFC 8654). */
enum { MESSAGE_MAX = 4096, MESSAGE_MAX_EXTENDED = 65535 };

/* What both ends may use on the session. */
struct negotiated {
    struct capabilities common; /* offered by both; graceful_restart as the neighbor sent it, where both offered */
    uint8_t families;           /* IPv4 where implied */
    bool four_octet_as;
    size_t message_max; /* to send: 4096, or 65535 where the neighbor takes it (RFC 8654 section 3) */
    size_t receive_max; /* to accept: 65535 where we offered it */
    int8_t role;        /* ours, where eBGP and configured, for OTC: RFC 9234 works with one side alone */
};

/* False with Role Mismatch (RFC 9234 section 4.2; eBGP only), or Unsupported Capability where no family is common. */
bool capabilities_negotiate(const struct capabilities *local, const struct capabilities *remote, bool ebgp,
                            struct negotiated *negotiated, struct bgp_error *error);

enum { CAPABILITY_NAMES_MAX = 16, CAPABILITY_NAME_SIZE = 32 };

/* "four-octet-as", "multiprotocol-ipv4-unicast", "route-refresh", …, "unknown-77"; what is beyond the room is left out.
 */
struct capability_names {
    size_t count;
    char names[CAPABILITY_NAMES_MAX][CAPABILITY_NAME_SIZE];
};

void capabilities_names(const struct capabilities *capabilities, struct capability_names *names);

#endif
