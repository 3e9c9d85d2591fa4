/* Annotated NOTIFICATIONs. */
#ifndef VIPGATE_TESTS_VECTORS_NOTIFICATION_H
#define VIPGATE_TESTS_VECTORS_NOTIFICATION_H

/* What a received NOTIFICATION reads as; the octets are its body. */
static const struct notification_row {
    const char *body, *name, *message;
} notification_rows[] = {
    {"01 01", "Message Header Error/Connection Not Synchronized", ""},
    {"01 02 0012", "Message Header Error/Bad Message Length", "length 18"},
    {"01 03 06", "Message Header Error/Bad Message Type", "message type 6"},
    {"02 00", "OPEN Message Error", ""},
    {"02 01 0004", "OPEN Message Error/Unsupported Version Number", "supported version 4"},
    {"02 02", "OPEN Message Error/Bad Peer AS", ""},
    {"02 02 fdf2", "OPEN Message Error/Bad Peer AS", "AS 65010"},
    {"02 02 fa56ea01", "OPEN Message Error/Bad Peer AS", "AS 4200000001"},
    {"02 03 c0000201", "OPEN Message Error/Bad BGP Identifier", "identifier 192.0.2.1"},
    {"02 04", "OPEN Message Error/Unsupported Optional Parameter", ""},
    {"02 05", "OPEN Message Error/Authentication Failure (deprecated)", ""},
    {"02 06 0001", "OPEN Message Error/Unacceptable Hold Time", "hold time 1"},
    {"02 07 02 00 41 04 0000fdf2", "OPEN Message Error/Unsupported Capability",
     "capability route-refresh, four-octet-as"},
    {"02 07 02", "OPEN Message Error/Unsupported Capability", "data 02"},
    {"02 0b", "OPEN Message Error/Role Mismatch", ""},
    {"03 01", "UPDATE Message Error/Malformed Attribute List", ""},
    {"03 02 40 63 00", "UPDATE Message Error/Unrecognized Well-known Attribute", "attribute 99: 40 63 00"},
    {"03 03 03", "UPDATE Message Error/Missing Well-known Attribute", "attribute NEXT_HOP"},
    {"03 04 c0 01 01 00", "UPDATE Message Error/Attribute Flags Error", "attribute ORIGIN: c0 01 01 00"},
    {"03 05 40 01 02 0000", "UPDATE Message Error/Attribute Length Error", "attribute ORIGIN: 40 01 02 00 00"},
    {"03 06 40", "UPDATE Message Error/Invalid ORIGIN Attribute", "data 40"},
    {"03 08", "UPDATE Message Error/Invalid NEXT_HOP Attribute", ""},
    {"03 0a", "UPDATE Message Error/Invalid Network Field", ""},
    {"03 0b", "UPDATE Message Error/Malformed AS_PATH", ""},
    {"04 00", "Hold Timer Expired", ""},
    {"05 01 04", "FSM Error/Unexpected Message in OpenSent State", "message KEEPALIVE"},
    {"05 02", "FSM Error/Unexpected Message in OpenConfirm State", ""},
    {"06 01 0001 01 000003e8", "Cease/Maximum Number of Prefixes Reached", "ipv4-unicast, limit 1000"},
    {"06 01 0019 46 00000001", "Cease/Maximum Number of Prefixes Reached", "AFI 25 SAFI 70, limit 1"},
    {"06 02", "Cease/Administrative Shutdown", ""},
    {"06 02 00", "Cease/Administrative Shutdown", ""},
    {"06 02 05 68656c6c6f", "Cease/Administrative Shutdown", "hello"},
    {"06 04 06 6dc3bc64 e2 0a", "Cease/Administrative Reset",
     "m\xc3\xbc"
     "d??"},
    {"06 02 05 6100620063", "Cease/Administrative Shutdown", "a?b?c"},
    {"06 02 09 68656c6c6f", "Cease/Administrative Shutdown", "data 09 68 65 6c 6c 6f"},
    {"06 03", "Cease/Peer De-configured", ""},
    {"06 05", "Cease/Connection Rejected", ""},
    {"06 06", "Cease/Other Configuration Change", ""},
    {"06 07", "Cease/Connection Collision Resolution", ""},
    {"06 08", "Cease/Out of Resources", ""},
    {"06 09", "Cease/Hard Reset", ""},
    {"06 09 06 02", "Hard Reset: Cease/Administrative Shutdown", ""},
    {"06 09 06 02 02 6f6b", "Hard Reset: Cease/Administrative Shutdown", "ok"},
    {"06 0a", "Cease/BFD Down", ""},
    {"07 01 00", "ROUTE-REFRESH Message Error/Invalid Message Length", "data 00"},
    {"08 00", "Send Hold Timer Expired", ""},
    {"09 01", "Code 9/Subcode 1", ""},
    {"06 63", "Cease/Subcode 99", ""},
    {"00 00", "Code 0", ""},
};

#endif
