/* OPEN: codec/message.c and codec/capability.c together. */
#include "bgpd/codec/message.h"
#include "tests/unit/bgpd/codec/octets.h"

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

static void test_open_clauses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof open_rows / sizeof *open_rows; i++) {
        const struct open_row *row = &open_rows[i];
        uint8_t octets[512];
        struct wire_reader body = wire_reader_of(octets, octets_of(octets, sizeof octets, row->body));
        struct open_message open;
        struct bgp_error error = {0};
        if (open_decode(body, &open, &error) != row->accepted)
            fail_msg("%s", row->clause);
        if (row->accepted) {
            assert_int_equal(open.as, row->as);
            continue;
        }
        if (error.code != ERROR_OPEN || error.subcode != row->subcode)
            fail_msg("%s: %u/%u", row->clause, error.code, error.subcode);
        assert_octets(error.data, error.data_size, row->data);
    }
}

static void test_open_octets(void **state)
{
    (void)state;
    struct open_message open = {
        .as = 65010, .hold_time_s = 180, .router_id = 0xc6336446, .capabilities = capabilities_none()};
    open.capabilities.families = FAMILY_BIT_IPV4;
    open.capabilities.route_refresh = true;
    uint8_t octets[128];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);

    open_encode(&writer, &open);
    assert_octets(octets, writer.position,
                  "ffff ffff ffff ffff ffff ffff ffff ffff 002d 01"
                  "04 fdf2 00b4 c6336446 10"
                  "02 0e"
                  "01 04 0001 00 01" /* multiprotocol: IPv4 unicast */
                  "02 00"            /* route refresh */
                  "41 04 0000fdf2"); /* four-octet AS, always */
    writer = wire_writer_of(octets, sizeof octets);
    open.as = 4200000001;
    open_encode(&writer, &open);
    assert_octets(octets + 19, 3, "04 5ba0"); /* AS_TRANS (RFC 6793 9) */
}

static struct capabilities everything(void)
{
    return (struct capabilities){
        .four_octet_as = true,
        .as = 4200000001,
        .multiprotocol = true,
        .families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6,
        .route_refresh = true,
        .enhanced_refresh = true,
        .extended_message = true,
        .extended_next_hop = true,
        .graceful_restart = {.offered = true,
                             .restart_state = true,
                             .notification = true,
                             .restart_time = 4095,
                             .families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6,
                             .forwarding = FAMILY_BIT_IPV6},
        .role = ROLE_CUSTOMER,
    };
}

static void test_open_round_trip(void **state)
{
    (void)state;
    const struct open_message sent = {
        .as = 4200000001, .hold_time_s = 90, .router_id = 1, .capabilities = everything()};
    uint8_t octets[256];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);
    struct message message;
    struct open_message received;
    struct bgp_error error;

    open_encode(&writer, &sent);
    struct wire_reader stream = wire_reader_of(octets, writer.position);
    assert_int_equal(message_next(&stream, MESSAGE_MAX, &message, &error), MESSAGE_COMPLETE);
    assert_true(open_decode(message.body, &received, &error));
    assert_int_equal(received.as, sent.as);
    assert_int_equal(received.hold_time_s, 90);
    assert_int_equal(received.router_id, 1);
    assert_memory_equal(&received.capabilities, &sent.capabilities, sizeof sent.capabilities);
}

static void test_open_is_checked_against_the_configuration(void **state)
{
    (void)state;
    const struct open_message local = {.as = 65010, .router_id = 1};
    const struct {
        const char *clause;
        uint32_t as, router_id, peer_as;
        bool accepted;
        uint8_t subcode;
    } rows[] = {
        {"external", 65515, 2, 65515, true, 0},
        {"4271 6.2: another AS", 65516, 2, 65515, false, OPEN_BAD_PEER_AS},
        {"6793 9: AS_TRANS without the capability", 23456, 2, 4200000001, false, OPEN_BAD_PEER_AS},
        {"6286 2.2: our identifier, external", 65515, 1, 65515, true, 0},
        {"4271 6.2, 6286 2.1: our identifier, internal", 65010, 1, 65010, false, OPEN_BAD_IDENTIFIER},
        {"internal", 65010, 2, 65010, true, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct open_message remote = {.as = rows[i].as, .router_id = rows[i].router_id};
        struct bgp_error error = {0};
        if (open_check(&remote, &local, rows[i].peer_as, &error) != rows[i].accepted)
            fail_msg("%s", rows[i].clause);
        assert_int_equal(error.subcode, rows[i].subcode);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_clauses),
        cmocka_unit_test(test_open_octets),
        cmocka_unit_test(test_open_round_trip),
        cmocka_unit_test(test_open_is_checked_against_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
