/* Annotated headers. */
#ifndef VIPGATE_TESTS_VECTORS_HEADER_H
#define VIPGATE_TESTS_VECTORS_HEADER_H

#include "bgpd/codec/message.h"

#define MARKER "ffff ffff ffff ffff ffff ffff ffff ffff "

/* RFC 4271 section 6.1, RFC 8654: what becomes of a header. */
static const struct header_row {
    const char *clause;
    const char *octets;
    size_t limit;
    enum message_outcome outcome;
    uint8_t subcode;
    const char *data;
} header_rows[] = {
    {"nothing", "", MESSAGE_MAX, MESSAGE_INCOMPLETE, 0, ""},
    {"header cut at its last octet", MARKER "0013", MESSAGE_MAX, MESSAGE_INCOMPLETE, 0, ""},
    {"KEEPALIVE", MARKER "0013 04", MESSAGE_MAX, MESSAGE_COMPLETE, 0, ""},
    {"body cut", MARKER "0017 02 0000 00", MESSAGE_MAX, MESSAGE_INCOMPLETE, 0, ""},
    {"4271 6.1: marker not all ones", "feff ffff ffff ffff ffff ffff ffff ffff 0013 04", MESSAGE_MAX, MESSAGE_ERROR,
     HEADER_NOT_SYNCHRONIZED, ""},
    {"4271 6.1: the marker is judged first", "ffff ffff ffff ffff ffff ffff ffff ff00 0000 00", MESSAGE_MAX,
     MESSAGE_ERROR, HEADER_NOT_SYNCHRONIZED, ""},
    {"4271 6.1: length below 19", MARKER "0012 04", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_LENGTH, "0012"},
    {"4271 6.1: length above 4096", MARKER "1001 02", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_LENGTH, "1001"},
    {"length 4096", MARKER "1000 02", MESSAGE_MAX, MESSAGE_INCOMPLETE, 0, ""},
    {"4271 6.1: OPEN below 29", MARKER "001c 01", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_LENGTH, "001c"},
    {"4271 6.1: UPDATE below 23", MARKER "0016 02", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_LENGTH, "0016"},
    {"4271 6.1: NOTIFICATION below 21", MARKER "0014 03", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_LENGTH, "0014"},
    {"4271 6.1: KEEPALIVE other than 19", MARKER "0014 04", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_LENGTH, "0014"},
    {"2918 3: ROUTE-REFRESH below 23", MARKER "0016 05", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_LENGTH, "0016"},
    {"4271 6.1: unknown type 0", MARKER "0013 00", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_TYPE, "00"},
    {"4271 6.1: unknown type 6", MARKER "0013 06", MESSAGE_MAX, MESSAGE_ERROR, HEADER_BAD_TYPE, "06"},
    {"8654 4: UPDATE of 65535", MARKER "ffff 02", MESSAGE_MAX_EXTENDED, MESSAGE_INCOMPLETE, 0, ""},
    {"8654 4: NOTIFICATION of 4097", MARKER "1001 03", MESSAGE_MAX_EXTENDED, MESSAGE_INCOMPLETE, 0, ""},
    {"8654 4: OPEN above 4096", MARKER "1001 01", MESSAGE_MAX_EXTENDED, MESSAGE_ERROR, HEADER_BAD_LENGTH, "1001"},
};

#endif
