/* Kept octets as they are shown: codec/attribute.c and codec/as_path.c. */
#include "bgpd/codec/attribute.h"
#include "tests/unit/bgpd/codec/update_vector.h"

static struct route_view view;

static bool decoded(uint8_t family, const char *hex)
{
    static uint8_t octets[MESSAGE_MAX];

    return attributes_decode(octets, octets_of(octets, sizeof octets, hex), family, &view);
}

static void assert_address(const struct address *address, const char *expected)
{
    char text[ADDRESS_TEXT_SIZE];

    assert_string_equal(address_format(address, text), expected);
}

static void test_everything_is_shown(void **state)
{
    (void)state;
    assert_true(decoded(FAMILY_IPV4, "40 01 01 02"
                                     "50 02 0006 02 01 0000ffeb"
                                     "40 03 04 c6336404"
                                     "80 04 04 000000c8"
                                     "40 05 04 00000064"
                                     "40 06 00"
                                     "c0 07 08 0000ffeb c6336405"
                                     "c0 08 08 ffffff01 fdf20001"
                                     "c0 10 08 0002fdf200000001"
                                     "c0 20 0c 0000fdf2 00000001 00000002"
                                     "c0 23 04 0000ffeb"
                                     "e0 63 02 abcd"));
    assert_string_equal(origin_name(view.origin), "incomplete");
    assert_string_equal(view.as_path, "65515");
    assert_address(&view.next_hop, "198.51.100.4");
    assert_int_equal(view.next_hop_link_local.family, FAMILY_NONE);
    assert_true(view.has_med && view.med == 200);
    assert_true(view.has_local_preference && view.local_preference == 100);
    assert_true(view.atomic_aggregate);
    assert_int_equal(view.aggregator_as, 65515);
    assert_address(&view.aggregator, "198.51.100.5");
    assert_int_equal(view.community_count, 2);
    assert_int_equal(view.communities[0], COMMUNITY_NO_EXPORT);
    assert_int_equal(view.communities[1], 0xfdf20001);
    assert_int_equal(view.extended_community_count, 1);
    assert_int_equal(view.extended_communities[0], 0x0002fdf200000001);
    assert_int_equal(view.large_community_count, 1);
    assert_int_equal(view.large_communities[0].local2, 2);
    assert_true(view.has_only_to_customer && view.only_to_customer == 65515);
    assert_int_equal(view.unknown_count, 1);
    assert_false(view.truncated);
}

static void test_next_hop_of_the_family(void **state)
{
    (void)state;
    assert_true(decoded(FAMILY_IPV4, KEPT KEPT_MP));
    assert_address(&view.next_hop, "198.51.100.4");
    assert_true(decoded(FAMILY_IPV6, KEPT KEPT_MP));
    assert_address(&view.next_hop, "2001:db8::4");
    /* IPv4 with an IPv6 next hop (RFC 8950), with a link-local one. */
    assert_true(decoded(FAMILY_IPV4, ORIGIN "80 0e 24 0001 01 20 20010db8000000000000000000000004"
                                            "fe800000000000000000000000000004"));
    assert_address(&view.next_hop, "2001:db8::4");
    assert_address(&view.next_hop_link_local, "fe80::4");
    assert_true(decoded(FAMILY_IPV6, ORIGIN "80 0e 24 0002 01 20 00000000000000000000000000000000"
                                            "fe800000000000000000000000000004"));
    assert_address(&view.next_hop, "fe80::4");
}

static void test_as_paths(void **state)
{
    (void)state;
    const struct {
        const char *octets, *text;
    } rows[] = {
        {"50 02 0000", ""},
        {"50 02 000e 02 03 0000ffeb 0000fdf2 0000fdf2", "65515 65010 65010"},
        {"50 02 000c 02 01 fa56ea01 01 01 0000fc00", "4200000001 {64512}"},
        {"50 02 0010 01 02 0000fc00 0000fc01 02 01 0000ffeb", "{64512 64513} 65515"},
        {"50 02 0012 03 01 0000fc00 04 01 0000fc01 02 01 0000ffeb", "(64512) [64513] 65515"},
        {"50 02 000c 02 01 0000ffeb 02 01 0000fdf2", "65515 65010"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(decoded(FAMILY_IPV4, rows[i].octets));
        assert_string_equal(view.as_path, rows[i].text);
    }
}

static void test_long_lists_are_cut(void **state)
{
    (void)state;
    uint8_t octets[8 + 1000 * 4] = {0xd0, 8, 1000 * 4 >> 8, (uint8_t)(1000 * 4)};

    assert_true(attributes_decode(octets, 4 + 1000 * 4, FAMILY_IPV4, &view));
    assert_int_equal(view.community_count, COMMUNITIES_MAX);
    assert_true(view.truncated);
}

static void test_long_paths_are_cut_between_ases(void **state)
{
    (void)state;
    uint8_t octets[8192];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);

    wire_write_u32(&writer, 0x50020000 + 4 * (2 + 255 * 4));
    for (int segment = 0; segment < 4; segment++) {
        wire_write_u16(&writer, 0x02ff);
        for (int i = 0; i < 255; i++)
            wire_write_u32(&writer, 4200000001);
    }
    assert_true(attributes_decode(octets, writer.position, FAMILY_IPV4, &view));
    assert_true(view.truncated);
    assert_int_equal(strlen(view.as_path) % 11, 10);
    assert_in_range(strlen(view.as_path), AS_PATH_TEXT_SIZE - 12, AS_PATH_TEXT_SIZE - 1);
}

static void test_what_is_not_kept_octets_is_refused(void **state)
{
    (void)state;
    const char *const wrong[] = {
        "40",
        "40 01 02 00",
        "40 01 02 0000",
        "40 01 01 03",
        "40 03 05 c633640400",
        "80 04 04 00000001 80 04 04 00000001",
        "80 04 04 00000001 40 01 01 00",
        "c0 08 05 0000000000",
        "40 02 06 02 02 0000ffeb",
        "80 0e 05 0002 01 10 00",
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(decoded(FAMILY_IPV4, wrong[i]));
    assert_true(decoded(FAMILY_IPV4, ""));
    assert_string_equal(origin_name(3), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_shown),
        cmocka_unit_test(test_next_hop_of_the_family),
        cmocka_unit_test(test_as_paths),
        cmocka_unit_test(test_long_lists_are_cut),
        cmocka_unit_test(test_long_paths_are_cut_between_ases),
        cmocka_unit_test(test_what_is_not_kept_octets_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
