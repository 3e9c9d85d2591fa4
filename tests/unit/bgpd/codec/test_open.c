/* OPEN: codec/message.c and codec/capability.c together. */
#include "bgpd/codec/message.h"
#include "tests/unit/bgpd/codec/octets.h"
#include "tests/unit/bgpd/codec/vectors_open.h"

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
