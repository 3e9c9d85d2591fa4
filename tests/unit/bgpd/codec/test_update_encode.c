#include "bgpd/codec/update.h"
#include "tests/unit/bgpd/codec/octets.h"

#define MARKER "ffff ffff ffff ffff ffff ffff ffff ffff "

static struct update_session external(void)
{
    return (struct update_session){
        .local_as = 65010,
        .peer_as = 65515,
        .ebgp = true,
        .four_octet_as = true,
        .families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6,
        .role = ROLE_NONE,
        .message_max = MESSAGE_MAX,
        .local_ipv4 = {FAMILY_IPV4, {198, 51, 100, 70}, 0},
        .local_ipv6 = {FAMILY_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 0x70}, 0},
    };
}

static struct prefix prefix_of(const char *text)
{
    struct prefix prefix;

    assert_true(prefix_parse(&prefix, text));
    return prefix;
}

static void assert_encodes(const struct update_session *session, const struct path_attributes *attributes,
                           const char *prefix_text, const char *expected)
{
    uint8_t message[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(message, sizeof message);
    struct prefix prefix = prefix_of(prefix_text);

    assert_int_equal(update_encode(&writer, session, attributes, &prefix, 1), 1);
    assert_octets(message, writer.position, expected);
}

static void test_external_ipv4(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {.prepend = 2};

    assert_encodes(&session, &attributes, "203.0.113.9/32",
                   MARKER "0038 02"
                          "0000 001c"                                 /* no withdrawn routes, 28 of attributes */
                          "40 01 01 00"                               /* ORIGIN IGP */
                          "40 02 0e 02 03 0000fdf2 0000fdf2 0000fdf2" /* AS_PATH: 65010 three times */
                          "40 03 04 c6336446"                         /* NEXT_HOP self */
                          "20 cb007109");
}

static void test_internal_ipv4(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {.has_med = true, .med = 200, .origin = ORIGIN_INCOMPLETE};
    session.ebgp = false;

    assert_encodes(&session, &attributes, "203.0.112.0/23",
                   MARKER "0037 02"
                          "0000 001c"
                          "40 01 01 02"       /* ORIGIN incomplete */
                          "40 02 00"          /* AS_PATH: empty, but there (RFC 4271 5.1.2) */
                          "40 03 04 c6336446" /* NEXT_HOP self */
                          "80 04 04 000000c8" /* MULTI_EXIT_DISC */
                          "40 05 04 00000064" /* LOCAL_PREF, the default */
                          "17 cb0070");
    attributes = (struct path_attributes){.prepend = 1, .has_local_preference = true, .local_preference = 50};
    assert_encodes(&session, &attributes, "0.0.0.0/0",
                   MARKER "002d 02"
                          "0000 0015"
                          "40 01 01 00"
                          "40 02 00" /* also with prepends: there it would be a loop */
                          "40 03 04 c6336446"
                          "40 05 04 00000032"
                          "00");
}

static void test_every_attribute_in_order(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {
        .has_med = true,
        .community_count = 1,
        .communities = {COMMUNITY_NO_EXPORT},
        .extended_community_count = 1,
        .extended_communities = {0x0002fdf200000001},
        .large_community_count = 1,
        .large_communities = {{65010, 1, 2}},
    };
    session.role = ROLE_PROVIDER;

    assert_encodes(&session, &attributes, "203.0.113.0/24",
                   MARKER "005e 02"
                          "0000 0043"
                          "40 01 01 00"
                          "40 02 06 02 01 0000fdf2"
                          "40 03 04 c6336446"
                          "80 04 04 00000000"
                          "c0 08 04 ffffff01"                   /* COMMUNITIES */
                          "c0 10 08 00 02 fdf2 00000001"        /* EXTENDED_COMMUNITIES */
                          "c0 20 0c 0000fdf2 00000001 00000002" /* LARGE_COMMUNITIES */
                          "c0 23 04 0000fdf2"                   /* ONLY_TO_CUSTOMER (RFC 9234 5) */
                          "18 cb0071");
}

static void test_only_to_customer_follows_the_role(void **state)
{
    (void)state;
    const struct {
        int8_t role;
        bool ebgp, sent;
    } rows[] = {
        {ROLE_NONE, true, false},      {ROLE_PROVIDER, true, true},  {ROLE_RS_SERVER, true, true},
        {ROLE_RS_CLIENT, true, false}, {ROLE_CUSTOMER, true, false}, {ROLE_PEER, true, true},
        {ROLE_PROVIDER, false, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t message[MESSAGE_MAX];
        struct wire_writer writer = wire_writer_of(message, sizeof message);
        struct update_session session = external();
        struct path_attributes attributes = {0};
        struct prefix prefix = prefix_of("203.0.113.0/24");
        session.role = rows[i].role;
        session.ebgp = rows[i].ebgp;
        assert_int_equal(update_encode(&writer, &session, &attributes, &prefix, 1), 1);
        assert_int_equal(memmem(message, writer.position, "\xc0\x23\x04", 3) != NULL, rows[i].sent);
    }
}

static void test_two_octet_neighbor(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {.prepend = 1};
    session.four_octet_as = false;

    /* An AS that fits needs no AS4_PATH (RFC 6793 4.2.2). */
    assert_encodes(&session, &attributes, "203.0.113.0/24",
                   MARKER "002f 02 0000 0014"
                          "40 01 01 00"
                          "40 02 06 02 02 fdf2 fdf2"
                          "40 03 04 c6336446"
                          "18 cb0071");
    session.local_as = 4200000001;
    assert_encodes(&session, &attributes, "203.0.113.0/24",
                   MARKER "003c 02 0000 0021"
                          "40 01 01 00"
                          "40 02 06 02 02 5ba0 5ba0" /* AS_PATH: AS_TRANS */
                          "40 03 04 c6336446"
                          "c0 11 0a 02 02 fa56ea01 fa56ea01" /* AS4_PATH: the real one */
                          "18 cb0071");
    /* To an internal one there is no AS to tell. */
    session.ebgp = false;
    assert_encodes(&session, &attributes, "203.0.113.0/24",
                   MARKER "0030 02 0000 0015 40 01 01 00 40 02 00 40 03 04 c6336446 40 05 04 00000064 18 cb0071");
}

static void test_long_prepend_is_cut_into_segments(void **state)
{
    (void)state;
    uint8_t message[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(message, sizeof message);
    struct update_session session = external();
    struct path_attributes attributes = {.prepend = 255};
    struct prefix prefix = prefix_of("203.0.113.0/24");

    assert_int_equal(update_encode(&writer, &session, &attributes, &prefix, 1), 1);
    assert_octets(message + 23 + 4, 6, "50 02 0404 02 ff");          /* extended length; 255 of them */
    assert_octets(message + 23 + 4 + 6 + 1020, 6, "02 01 0000fdf2"); /* and the 256th */
}

static void test_ipv6(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {0};

    assert_encodes(&session, &attributes, "2001:db8::9/128",
                   MARKER "004d 02"
                          "0000 0036"
                          "80 0e 26 0002 01"                       /* MP_REACH_NLRI first (RFC 7606 5.1) */
                          "10 20010db8000000000000000000000070 00" /* next hop, reserved */
                          "80 20010db8000000000000000000000009"
                          "40 01 01 00"
                          "40 02 06 02 01 0000fdf2");
    session.local_link_local = (struct address){FAMILY_IPV6, {0xfe, 0x80, [15] = 0x01}, 3};
    assert_encodes(&session, &attributes, "2001:db8::/32",
                   MARKER "0051 02"
                          "0000 003a"
                          "80 0e 2a 0002 01"
                          "20 20010db8000000000000000000000070" /* global and link-local (RFC 2545 3) */
                          "fe800000000000000000000000000001 00"
                          "20 20010db8"
                          "40 01 01 00"
                          "40 02 06 02 01 0000fdf2");
}

static void test_ipv4_over_ipv6_next_hop(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {0};
    uint8_t message[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(message, sizeof message);
    struct prefix prefix = prefix_of("203.0.113.9/32");
    session.local_ipv4 = (struct address){0};

    assert_int_equal(update_encode(&writer, &session, &attributes, &prefix, 1), 0);
    assert_int_equal(writer.position, 0);
    session.extended_next_hop = true; /* RFC 8950 */
    assert_encodes(&session, &attributes, "203.0.113.9/32",
                   MARKER "0041 02"
                          "0000 002a"
                          "80 0e 1a 0001 01"
                          "10 20010db8000000000000000000000070 00"
                          "20 cb007109"
                          "40 01 01 00"
                          "40 02 06 02 01 0000fdf2");
}

static void test_withdrawals(void **state)
{
    (void)state;
    struct update_session session = external();

    assert_encodes(&session, NULL, "203.0.113.9/32", MARKER "001c 02 0005 20 cb007109 0000");
    assert_encodes(&session, NULL, "2001:db8::/32",
                   MARKER "0022 02 0000 000b"
                          "80 0f 08 0002 01" /* MP_UNREACH_NLRI */
                          "20 20010db8");
}

static void test_end_of_rib(void **state)
{
    (void)state;
    uint8_t message[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(message, sizeof message);

    update_encode_end_of_rib(&writer, FAMILY_IPV4);
    assert_octets(message, writer.position, MARKER "0017 02 0000 0000");
    writer = wire_writer_of(message, sizeof message);
    update_encode_end_of_rib(&writer, FAMILY_IPV6);
    assert_octets(message, writer.position, MARKER "001d 02 0000 0006 80 0f 03 0002 01");
}

enum { MANY = 2000 };

static void many_prefixes(struct prefix *prefixes, uint8_t family)
{
    for (unsigned i = 0; i < MANY; i++) {
        prefixes[i] = (struct prefix){.family = family, .length = (uint8_t)(family_octets(family) * 8)};
        prefixes[i].octets[0] = family == FAMILY_IPV4 ? 198 : 0x20;
        prefixes[i].octets[2] = (uint8_t)(i >> 8);
        prefixes[i].octets[3] = (uint8_t)i;
    }
}

/* Everything of MANY prefixes goes out, in messages filled to less than one prefix below the limit. */
static void assert_packs(const struct update_session *session, const struct path_attributes *attributes, uint8_t family)
{
    static uint8_t message[MESSAGE_MAX_EXTENDED];
    static struct prefix prefixes[MANY];
    size_t done = 0;

    many_prefixes(prefixes, family);
    while (done < MANY) {
        struct wire_writer writer = wire_writer_of(message, sizeof message);
        size_t fit = update_encode(&writer, session, attributes, prefixes + done, MANY - done);
        assert_in_range(fit, 1, MANY - done);
        assert_in_range(writer.position, 1, session->message_max);
        done += fit;
        if (done < MANY)
            assert_in_range(writer.position, session->message_max - family_octets(family), session->message_max);
    }
}

static void test_prefixes_fill_messages(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {.prepend = 3, .community_count = COMMUNITIES_MAX};

    for (uint8_t family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        session.message_max = MESSAGE_MAX;
        assert_packs(&session, NULL, family);
        assert_packs(&session, &attributes, family);
        session.message_max = 20000;
        assert_packs(&session, NULL, family);
        assert_packs(&session, &attributes, family);
    }
}

static void test_no_room(void **state)
{
    (void)state;
    uint8_t message[64] = {0};
    struct update_session session = external();
    struct path_attributes attributes = {0};
    struct prefix prefix = prefix_of("203.0.113.9/32");

    /* 51 octets are needed. */
    for (size_t room = 0; room < 48; room++) {
        struct wire_writer writer = wire_writer_of(message, room);
        assert_int_equal(update_encode(&writer, &session, &attributes, &prefix, 1), 0);
        assert_int_equal(writer.position, 0);
        assert_false(writer.failed);
    }
    struct wire_writer writer = wire_writer_of(message, 48);
    assert_int_equal(update_encode(&writer, &session, &attributes, &prefix, 1), 1);
    assert_int_equal(writer.position, 48);
}

static void test_the_largest_attributes_fit(void **state)
{
    (void)state;
    uint8_t message[MESSAGE_MAX];
    struct update_session session = external();
    struct path_attributes attributes = {
        .prepend = 255,
        .has_med = true,
        .community_count = COMMUNITIES_MAX,
        .large_community_count = COMMUNITIES_MAX,
        .extended_community_count = COMMUNITIES_MAX,
    };
    session.local_as = 4200000001;
    session.role = ROLE_PEER;

    for (int four_octet_as = 0; four_octet_as <= 1; four_octet_as++) {
        struct wire_writer writer = wire_writer_of(message, sizeof message);
        struct prefix prefix = prefix_of("2001:db8::9/128");
        session.four_octet_as = four_octet_as;
        assert_int_equal(update_encode(&writer, &session, &attributes, &prefix, 1), 1);
    }
}

static void test_next_hop(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {.next_hop = {FAMILY_IPV4, {198, 51, 100, 80}, 0}};
    struct address next_hop;

    assert_true(update_next_hop(&session, FAMILY_IPV4, &attributes, &next_hop));
    assert_true(address_equal(&next_hop, &attributes.next_hop));
    /* One of another family can't be told; then it is self. */
    assert_true(update_next_hop(&session, FAMILY_IPV6, &attributes, &next_hop));
    assert_true(address_equal(&next_hop, &session.local_ipv6));
    session.local_ipv6 = (struct address){0};
    assert_false(update_next_hop(&session, FAMILY_IPV6, &attributes, &next_hop));
}

static void test_as_path_text(void **state)
{
    (void)state;
    struct update_session session = external();
    struct path_attributes attributes = {.prepend = 2};
    char text[64];

    assert_string_equal(update_as_path_text(&session, &attributes, text, sizeof text), "65010 65010 65010");
    session.ebgp = false;
    assert_string_equal(update_as_path_text(&session, &attributes, text, sizeof text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_external_ipv4),
        cmocka_unit_test(test_internal_ipv4),
        cmocka_unit_test(test_every_attribute_in_order),
        cmocka_unit_test(test_only_to_customer_follows_the_role),
        cmocka_unit_test(test_two_octet_neighbor),
        cmocka_unit_test(test_long_prepend_is_cut_into_segments),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_ipv4_over_ipv6_next_hop),
        cmocka_unit_test(test_withdrawals),
        cmocka_unit_test(test_end_of_rib),
        cmocka_unit_test(test_prefixes_fill_messages),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_the_largest_attributes_fit),
        cmocka_unit_test(test_next_hop),
        cmocka_unit_test(test_as_path_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
