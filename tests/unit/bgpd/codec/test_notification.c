#include "bgpd/codec/message.h"
#include "bgpd/codec/notification.h"
#include "tests/unit/bgpd/codec/octets.h"

#define MARKER "ffff ffff ffff ffff ffff ffff ffff ffff "

/* What a received NOTIFICATION reads as; the octets are its body. */
static const struct notification_row {
    const char *body, *name, *message;
} notification_rows[] = {
    {"01 01", "Message Header Error/Connection Not Synchronized", ""},
    {"01 02 0012", "Message Header Error/Bad Message Length", "length 18"},
    {"01 03 06", "Message Header Error/Bad Message Type", "message type 6"},
    {"02 00", "OPEN Message Error", ""},
    {"02 01 0004", "OPEN Message Error/Unsupported Version Number", "version 4 is supported"},
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
    {"06 09 06 02 02 6f6b", "Hard Reset: Cease/Administrative Shutdown", "ok"},
    {"06 0a", "Cease/BFD Down", ""},
    {"07 01 00", "ROUTE-REFRESH Message Error/Invalid Message Length", "data 00"},
    {"08 00", "Send Hold Timer Expired", ""},
    {"09 01", "Code 9/Subcode 1", ""},
    {"06 63", "Cease/Subcode 99", ""},
    {"00 00", "Code 0", ""},
};

static void test_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof notification_rows / sizeof *notification_rows; i++) {
        uint8_t octets[64];
        char name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
        struct bgp_error error;
        notification_decode(wire_reader_of(octets, octets_of(octets, sizeof octets, notification_rows[i].body)),
                            &error);
        notification_describe(&error, name, message);
        assert_string_equal(name, notification_rows[i].name);
        assert_string_equal(message, notification_rows[i].message);
    }
}

static void assert_encodes(const struct bgp_error *error, const char *expected)
{
    uint8_t octets[512];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);

    notification_encode(&writer, error);
    assert_octets(octets, writer.position, expected);
}

static void test_encode(void **state)
{
    (void)state;
    struct bgp_error error;

    bgp_error_set(&error, ERROR_HOLD_TIMER, 0, NULL, 0);
    assert_encodes(&error, MARKER "0015 03 04 00");
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_SHUTDOWN, "bye");
    assert_encodes(&error, MARKER "0019 03 06 02 03 627965");
    bgp_error_hard_reset(&error); /* RFC 8538 3.1 */
    assert_encodes(&error, MARKER "001b 03 06 09 06 02 03 627965");
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_RESET, "");
    assert_encodes(&error, MARKER "0015 03 06 04");
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_RESET, NULL);
    assert_encodes(&error, MARKER "0015 03 06 04");
    bgp_error_cease(&error, CEASE_PEER_DECONFIGURED, "text that it can't carry");
    assert_encodes(&error, MARKER "0015 03 06 03");
    bgp_error_maximum_prefixes(&error, FAMILY_IPV6, 1000);
    assert_encodes(&error, MARKER "001c 03 06 01 0002 01 000003e8");
}

/* RFC 9003 section 2: at most 255 octets, whole characters only. */
static void test_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[300], name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
    struct bgp_error error;

    memset(text, 'x', sizeof text);
    text[255] = '\0';
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_SHUTDOWN, text);
    assert_int_equal(error.data[0], 255);
    memcpy(text + 253, "\xe2\x82\xac and more", 12); /* a euro sign across the limit */
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_SHUTDOWN, text);
    assert_int_equal(error.data[0], 253);
    assert_int_equal(error.data_size, 254);
    bgp_error_hard_reset(&error);
    notification_describe(&error, name, message);
    assert_string_equal(name, "Hard Reset: Cease/Administrative Shutdown");
    assert_int_equal(strlen(message), 253);
}

static void test_long_data_is_cut(void **state)
{
    (void)state;
    uint8_t octets[2 + 1000] = {ERROR_UPDATE, UPDATE_LENGTH, 0xc0, 99};
    char name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
    struct bgp_error error;

    notification_decode(wire_reader_of(octets, sizeof octets), &error);
    assert_int_equal(error.data_size, ERROR_DATA_MAX);
    notification_describe(&error, name, message);
    assert_memory_equal(message, "attribute 99: c0 63 00", 22);
    assert_in_range(strlen(message), ERROR_MESSAGE_SIZE - 4, ERROR_MESSAGE_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_words),
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_long_text_is_cut_between_characters),
        cmocka_unit_test(test_long_data_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
