/* Annotated OPENs. */
#ifndef VIPGATE_TESTS_VECTORS_OPEN_H
#define VIPGATE_TESTS_VECTORS_OPEN_H

#include "bgpd/codec/message.h"

/* What RFC 4271 section 6.2 and those after it say of an OPEN; the octets are its body. */
static const struct open_row {
    const char *clause;
    const char *body;
    bool accepted;
    uint8_t subcode;
    const char *data;
    uint32_t as;
} open_rows[] = {
    {"4271 4.2: without optional parameters", "04 fdf2 005a c0000201 00", true, 0, "", 65010},
    {"4271 6.2: version 3", "03 fdf2 005a c0000201 00", false, OPEN_UNSUPPORTED_VERSION, "0004", 0},
    {"4271 6.2: version 5", "05 fdf2 005a c0000201 00", false, OPEN_UNSUPPORTED_VERSION, "0004", 0},
    {"4271 6.2: hold time 1", "04 fdf2 0001 c0000201 00", false, OPEN_UNACCEPTABLE_HOLD_TIME, "", 0},
    {"4271 6.2: hold time 2", "04 fdf2 0002 c0000201 00", false, OPEN_UNACCEPTABLE_HOLD_TIME, "", 0},
    {"4271 4.2: hold time 0", "04 fdf2 0000 c0000201 00", true, 0, "", 65010},
    {"4271 4.2: hold time 3", "04 fdf2 0003 c0000201 00", true, 0, "", 65010},
    {"6286 2.1: identifier 0", "04 fdf2 005a 00000000 00", false, OPEN_BAD_IDENTIFIER, "", 0},
    {"6286 2.1: any other identifier, no host address", "04 fdf2 005a ffffffff 00", true, 0, "", 65010},
    {"7607 2: AS 0", "04 0000 005a c0000201 00", false, OPEN_BAD_PEER_AS, "", 0},
    {"7607 2: AS 0 in the four-octet capability", "04 5ba0 005a c0000201 08 02 06 41 04 00000000", false,
     OPEN_BAD_PEER_AS, "", 0},
    {"6793 3: the capability tells the AS", "04 5ba0 005a c0000201 08 02 06 41 04 fa56ea01", true, 0, "", 4200000001},
    {"6793 4.2.1: two octets would do", "04 fdf2 005a c0000201 08 02 06 41 04 0000fdf2", true, 0, "", 65010},
    {"4271 6.2: unknown optional parameter", "04 fdf2 005a c0000201 04 03 02 0000", false, OPEN_UNSUPPORTED_PARAMETER,
     "", 0},
    {"4271 6.2: authentication, deprecated", "04 fdf2 005a c0000201 03 01 01 00", false, OPEN_UNSUPPORTED_PARAMETER, "",
     0},
    {"4271 6.2: parameters longer than the message", "04 fdf2 005a c0000201 05 02 01 00", false, 0, "", 0},
    {"4271 6.2: parameters shorter than the message", "04 fdf2 005a c0000201 00 00", false, 0, "", 0},
    {"4271 6.2: a parameter runs past the end", "04 fdf2 005a c0000201 04 02 03 02 00", false, 0, "", 0},
    {"4271 6.2: a parameter without a length", "04 fdf2 005a c0000201 01 02", false, 0, "", 0},
    {"5492 4: a capability runs past its parameter", "04 fdf2 005a c0000201 04 02 02 02 01", false, 0, "", 0},
    {"5492 3: an unknown capability", "04 fdf2 005a c0000201 06 02 04 fe 02 abcd", true, 0, "", 65010},
    {"5492 4: an empty parameter", "04 fdf2 005a c0000201 02 02 00", true, 0, "", 65010},
    {"9072 2: extended parameters",
     "04 5ba0 005a c0000201 ff ff 0009" /* type 255, two octets of length */
     "02 0006 41 04 fa56ea01",
     true, 0, "", 4200000001},
    {"9072 2: extended form with another length octet", "04 5ba0 005a c0000201 01 ff 0009 02 0006 41 04 fa56ea01", true,
     0, "", 4200000001},
    {"9072 2: extended parameters cut", "04 5ba0 005a c0000201 ff ff 000a 02 0006 41 04 fa56ea01", false, 0, "", 0},
    {"9072 2: extended length cut", "04 5ba0 005a c0000201 ff ff 00", false, 0, "", 0},
    {"9072 2: a parameter cut in the extended form", "04 5ba0 005a c0000201 ff ff 0003 02 0006", false, 0, "", 0},
};

#endif
