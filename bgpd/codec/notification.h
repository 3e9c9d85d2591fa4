/*
 * What is wrong, as a value: code, subcode and data of a NOTIFICATION (RFC 4271 section 4.5). A codec that refuses
 * something fills a struct bgp_error; the session sends it. And the same in words for people.
 */
#ifndef VIPGATE_BGPD_CODEC_NOTIFICATION_H
#define VIPGATE_BGPD_CODEC_NOTIFICATION_H

#include <stddef.h>
#include <stdint.h>

enum error_code {
    ERROR_HEADER = 1,
    ERROR_OPEN = 2,
    ERROR_UPDATE = 3,
    ERROR_HOLD_TIMER = 4,
    ERROR_FSM = 5,
    ERROR_CEASE = 6,
    ERROR_ROUTE_REFRESH = 7,  /* RFC 7313 */
    ERROR_SEND_HOLD_TIMER = 8 /* RFC 9687 */
};

enum header_error { HEADER_NOT_SYNCHRONIZED = 1, HEADER_BAD_LENGTH = 2, HEADER_BAD_TYPE = 3 };

enum open_error {
    OPEN_UNSUPPORTED_VERSION = 1,
    OPEN_BAD_PEER_AS = 2,
    OPEN_BAD_IDENTIFIER = 3,
    OPEN_UNSUPPORTED_PARAMETER = 4,
    OPEN_UNACCEPTABLE_HOLD_TIME = 6,
    OPEN_UNSUPPORTED_CAPABILITY = 7, /* RFC 5492 */
    OPEN_ROLE_MISMATCH = 11          /* RFC 9234 */
};

enum update_error {
    UPDATE_MALFORMED_LIST = 1,
    UPDATE_UNRECOGNIZED_WELL_KNOWN = 2,
    UPDATE_MISSING_WELL_KNOWN = 3,
    UPDATE_FLAGS = 4,
    UPDATE_LENGTH = 5,
    UPDATE_INVALID_ORIGIN = 6,
    UPDATE_INVALID_NEXT_HOP = 8,
    UPDATE_OPTIONAL_ATTRIBUTE = 9,
    UPDATE_INVALID_NETWORK = 10,
    UPDATE_MALFORMED_AS_PATH = 11
};

/* RFC 6608. */
enum fsm_error {
    FSM_UNEXPECTED_IN_OPEN_SENT = 1,
    FSM_UNEXPECTED_IN_OPEN_CONFIRM = 2,
    FSM_UNEXPECTED_IN_ESTABLISHED = 3
};

/* RFC 4486; hard reset: RFC 8538; BFD down: RFC 9384. */
enum cease_error {
    CEASE_MAXIMUM_PREFIXES = 1,
    CEASE_ADMINISTRATIVE_SHUTDOWN = 2,
    CEASE_PEER_DECONFIGURED = 3,
    CEASE_ADMINISTRATIVE_RESET = 4,
    CEASE_CONNECTION_REJECTED = 5,
    CEASE_CONFIGURATION_CHANGE = 6,
    CEASE_COLLISION_RESOLUTION = 7,
    CEASE_OUT_OF_RESOURCES = 8,
    CEASE_HARD_RESET = 9,
    CEASE_BFD_DOWN = 10
};

enum { ROUTE_REFRESH_INVALID_LENGTH = 1 };

/* Enough for a shutdown text inside a hard reset; longer data (an attribute of an UPDATE) is cut. */
enum { ERROR_DATA_MAX = 260, SHUTDOWN_TEXT_MAX = 255 };

struct bgp_error {
    uint8_t code, subcode; /* code 0: no error */
    uint16_t data_size;
    uint8_t data[ERROR_DATA_MAX];
};

/* Fills ERROR; what of DATA is beyond ERROR_DATA_MAX is left out. DATA may be NULL when SIZE is 0. */
void bgp_error_set(struct bgp_error *error, uint8_t code, uint8_t subcode, const void *data, size_t size);

/* A Cease with the text of RFC 9003, cut at a character's boundary to what fits; TEXT may be NULL or empty. The text
 * goes only with the subcodes that carry one (administrative shutdown and reset). */
void bgp_error_cease(struct bgp_error *error, uint8_t subcode, const char *text);

/* A Cease/1 with what RFC 4486 section 4 lets it say: family and limit. */
void bgp_error_maximum_prefixes(struct bgp_error *error, uint8_t family, uint32_t limit);

/* Wraps ERROR into a Cease/9 (RFC 8538 section 3.1): the neighbor shall not keep our routes. */
void bgp_error_hard_reset(struct bgp_error *error);

enum { ERROR_NAME_SIZE = 64, ERROR_MESSAGE_SIZE = 256 };

/* In words: NAME "Cease/Administrative Shutdown" ("Code 9/Subcode 1" for what is unknown; a hard reset is named with
 * what it holds), MESSAGE the text of RFC 9003 (invalid UTF-8 and control characters replaced) or the data decoded
 * ("AS 65020", "length 18", hexadecimal where nothing better is known); empty where there is none. */
void notification_describe(const struct bgp_error *error, char name[static ERROR_NAME_SIZE],
                           char message[static ERROR_MESSAGE_SIZE]);

#endif
