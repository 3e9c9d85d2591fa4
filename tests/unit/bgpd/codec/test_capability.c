#include "bgpd/codec/capability.h"
#include "bgpd/codec/message.h"
#include "tests/unit/bgpd/codec/octets.h"

static struct capabilities decoded(const char *hex)
{
    uint8_t octets[256];
    struct capabilities capabilities = capabilities_none();

    assert_true(capabilities_decode(wire_reader_of(octets, octets_of(octets, sizeof octets, hex)), &capabilities));
    return capabilities;
}

static void assert_names(const struct capabilities *capabilities, const char *expected)
{
    struct capability_names names;
    char all[CAPABILITY_NAMES_MAX * (CAPABILITY_NAME_SIZE + 1)] = "";

    capabilities_names(capabilities, &names);
    for (size_t i = 0; i < names.count; i++) {
        if (i > 0)
            strcat(all, " ");
        strcat(all, names.names[i]);
    }
    assert_string_equal(all, expected);
}

static void test_names_of_what_was_read(void **state)
{
    (void)state;
    const struct {
        const char *clause, *octets, *names;
    } rows[] = {
        {"nothing", "", ""},
        {"4760 8", "01 04 0001 00 01", "multiprotocol-ipv4-unicast"},
        {"4760 8: the reserved octet is ignored", "01 04 0002 ff 01", "multiprotocol-ipv6-unicast"},
        {"4760 8: several, in one or in many", "01 04 0002 00 01 01 04 0001 00 01",
         "multiprotocol-ipv4-unicast multiprotocol-ipv6-unicast"},
        {"4760 8: a family that is not ours", "01 04 0001 00 80 01 04 0019 00 46", "multiprotocol-other"},
        {"4760 8: wrong length is ignored", "01 03 0001 00", ""},
        {"2918 2", "02 00", "route-refresh"},
        {"2918 2: wrong length is ignored", "02 01 00", ""},
        {"8950 4", "05 06 0001 0001 0002", "extended-next-hop"},
        {"8950 4: among others", "05 0c 0001 0080 0002 0001 0001 0002", "extended-next-hop"},
        {"8950 4: only for VPNs", "05 06 0001 0080 0002", ""},
        {"8950 4: wrong length is ignored", "05 07 0001 0001 0002 00", ""},
        {"8654 3", "06 00", "extended-message"},
        {"9234 4.1", "09 01 03", "role"},
        {"4724 3", "40 02 0078", "graceful-restart"},
        {"4724 3: wrong length is ignored", "40 03 0078 00", ""},
        {"6793 3", "41 04 0000fdf2", "four-octet-as"},
        {"6793 3: wrong length is ignored", "41 02 fdf2", ""},
        {"7911 4: seen, never offered", "45 04 0001 01 03", "add-path"},
        {"7313 3.1", "46 00", "enhanced-route-refresh"},
        {"5492 3: unknown ones are told by number", "49 06 04 61 62 63 64 00 80 00 00 00",
         "unknown-0 unknown-73 unknown-128"},
        {"5492 4: repeated", "02 00 02 00 fe 00 fe 00", "route-refresh unknown-254"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct capabilities capabilities = decoded(rows[i].octets);
        assert_names(&capabilities, rows[i].names);
    }
}

static void test_names_are_bounded(void **state)
{
    (void)state;
    struct capabilities capabilities = capabilities_none();
    struct capability_names names;
    memset(capabilities.other, 0xff, sizeof capabilities.other);

    capabilities_names(&capabilities, &names);
    assert_int_equal(names.count, CAPABILITY_NAMES_MAX);
}

static void test_cut_tlv(void **state)
{
    (void)state;
    const char *const cut[] = {"02", "41 04 0000fd", "02 00 41"};

    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        uint8_t octets[16];
        struct capabilities capabilities = capabilities_none();
        assert_false(
            capabilities_decode(wire_reader_of(octets, octets_of(octets, sizeof octets, cut[i])), &capabilities));
    }
}

static void test_graceful_restart(void **state)
{
    (void)state;
    /* 4724 3: the last of several counts, with its own families only. */
    struct capabilities capabilities = decoded("40 06 8005 0001 01 00"
                                               "40 0a c078 0002 01 80 0001 80 80");
    const struct graceful_restart *restart = &capabilities.graceful_restart;

    assert_true(restart->restart_state);
    assert_true(restart->notification); /* 8538 2 */
    assert_int_equal(restart->restart_time, 120);
    assert_int_equal(restart->families, FAMILY_BIT_IPV6);
    assert_int_equal(restart->forwarding, FAMILY_BIT_IPV6);
    capabilities = decoded("40 06 0078 0001 01 7f");
    assert_false(restart->restart_state);
    assert_false(restart->notification);
    assert_int_equal(restart->families, FAMILY_BIT_IPV4);
    assert_int_equal(restart->forwarding, 0); /* the other bits of the flags are reserved */
}

/* All that we can offer, octet by octet. */
static void test_what_is_sent(void **state)
{
    (void)state;
    const struct capabilities capabilities = {
        .families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6,
        .other_families = true,
        .route_refresh = true,
        .extended_next_hop = true,
        .extended_message = true,
        .role = ROLE_PEER,
        .graceful_restart = {true, true, true, 120, FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6, FAMILY_BIT_IPV4},
        .four_octet_as = true,
        .as = 65010,
        .add_path = true,
        .enhanced_refresh = true,
    };
    uint8_t octets[128];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);

    capabilities_encode(&writer, &capabilities);
    assert_octets(octets, writer.position,
                  "01 04 0001 00 01  01 04 0002 00 01  02 00  05 06 0001 0001 0002  06 00  09 01 04"
                  "40 0a c078 0001 01 80 0002 01 00  41 04 0000fdf2  46 00");
}

static bool negotiate(const struct capabilities *local, const struct capabilities *remote, bool ebgp,
                      struct negotiated *negotiated, struct bgp_error *error)
{
    memset(error, 0, sizeof *error);
    return capabilities_negotiate(local, remote, ebgp, negotiated, error);
}

static struct capabilities both_families(void)
{
    struct capabilities capabilities = capabilities_none();

    capabilities.families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6;
    capabilities.four_octet_as = true;
    return capabilities;
}

static void test_families(void **state)
{
    (void)state;
    struct capabilities local = both_families(), remote = decoded("");
    struct negotiated negotiated;
    struct bgp_error error;

    /* 4760 8: silence is IPv4 unicast. */
    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_int_equal(negotiated.families, FAMILY_BIT_IPV4);
    remote = decoded("01 04 0002 00 01");
    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_int_equal(negotiated.families, FAMILY_BIT_IPV6);
    /* 5492 5: nothing in common; the data is what it lacks. */
    local.families = FAMILY_BIT_IPV4;
    assert_false(negotiate(&local, &remote, true, &negotiated, &error));
    assert_int_equal(error.code, ERROR_OPEN);
    assert_int_equal(error.subcode, OPEN_UNSUPPORTED_CAPABILITY);
    assert_octets(error.data, error.data_size, "01 04 0001 00 01");
    remote = decoded("01 04 0019 00 46");
    assert_false(negotiate(&local, &remote, true, &negotiated, &error));
}

static void test_what_both_offer(void **state)
{
    (void)state;
    struct capabilities local = both_families(), remote = decoded("02 00 05 06 0001 0001 0002 41 04 0000ffeb 45 00");
    struct negotiated negotiated;
    struct bgp_error error;
    local.route_refresh = local.enhanced_refresh = local.extended_message = true;

    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_names(&negotiated.common, "route-refresh four-octet-as");
    assert_true(negotiated.four_octet_as);
    /* 8654 3 and 4: we may be sent what we offered to take; we send what the neighbor offered to take. */
    assert_int_equal(negotiated.receive_max, MESSAGE_MAX_EXTENDED);
    assert_int_equal(negotiated.message_max, MESSAGE_MAX);
    remote = decoded("06 00");
    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_int_equal(negotiated.message_max, MESSAGE_MAX_EXTENDED);
    assert_false(negotiated.four_octet_as);
    /* 9234 4.2: the role is common where both have said theirs. */
    local.role = ROLE_PEER;
    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_int_equal(negotiated.common.role, ROLE_NONE);
    remote.role = ROLE_PEER;
    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_int_equal(negotiated.common.role, ROLE_PEER);
    local.role = ROLE_NONE;
    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_int_equal(negotiated.common.role, ROLE_NONE);
}

/* RFC 9234 section 4.2: which of our roles goes with which of theirs; -1: none. */
static void test_roles(void **state)
{
    (void)state;
    const int8_t corresponding[] = {
        [ROLE_PROVIDER] = ROLE_CUSTOMER, [ROLE_RS_SERVER] = ROLE_RS_CLIENT, [ROLE_RS_CLIENT] = ROLE_RS_SERVER,
        [ROLE_CUSTOMER] = ROLE_PROVIDER, [ROLE_PEER] = ROLE_PEER,
    };

    for (int8_t ours = ROLE_NONE; ours <= ROLE_PEER; ours++) {
        for (int8_t theirs = ROLE_NONE; theirs <= ROLE_PEER + 1; theirs++) {
            struct capabilities local = both_families(), remote = both_families();
            struct negotiated negotiated;
            struct bgp_error error;
            local.role = ours;
            remote.role = theirs;
            bool right = ours == ROLE_NONE || theirs == ROLE_NONE || corresponding[ours] == theirs;
            assert_int_equal(negotiate(&local, &remote, true, &negotiated, &error), right);
            assert_int_equal(error.subcode, right ? 0 : OPEN_ROLE_MISMATCH);
            /* Not looked at on iBGP. */
            assert_true(negotiate(&local, &remote, false, &negotiated, &error));
            assert_int_equal(negotiated.role, ROLE_NONE);
        }
    }
}

static void test_several_roles(void **state)
{
    (void)state;
    struct capabilities local = both_families();
    struct capabilities same = decoded("09 01 00 09 01 00"), different = decoded("09 01 00 09 01 04");
    struct negotiated negotiated;
    struct bgp_error error;

    local.role = ROLE_CUSTOMER;
    assert_true(negotiate(&local, &same, true, &negotiated, &error));
    assert_int_equal(negotiated.role, ROLE_CUSTOMER);
    assert_false(negotiate(&local, &different, true, &negotiated, &error));
    assert_int_equal(error.subcode, OPEN_ROLE_MISMATCH);
}

static void test_graceful_restart_needs_both(void **state)
{
    (void)state;
    struct capabilities local = both_families(), remote = decoded("40 06 4078 0001 01 80");
    struct negotiated negotiated;
    struct bgp_error error;

    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_false(negotiated.common.graceful_restart.offered);
    local.graceful_restart = (struct graceful_restart){.offered = true, .restart_time = 60};
    assert_true(negotiate(&local, &remote, true, &negotiated, &error));
    assert_true(negotiated.common.graceful_restart.offered);
    assert_int_equal(negotiated.common.graceful_restart.restart_time, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_what_was_read),
        cmocka_unit_test(test_names_are_bounded),
        cmocka_unit_test(test_cut_tlv),
        cmocka_unit_test(test_graceful_restart),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_what_both_offer),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_several_roles),
        cmocka_unit_test(test_graceful_restart_needs_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
