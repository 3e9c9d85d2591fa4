#include "lib/community.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_communities(void **state)
{
    (void)state;
    const struct {
        const char *text;
        uint32_t community;
    } rows[] = {
        {"65010:666", 0xfdf2029a},
        {"0:0", 0},
        {"65535:65535", 0xffffffff},
        {"no-export", COMMUNITY_NO_EXPORT},
        {"no-advertise", COMMUNITY_NO_ADVERTISE},
        {"no-export-subconfed", COMMUNITY_NO_EXPORT_SUBCONFED},
        {"no-peer", COMMUNITY_NO_PEER},
        {"graceful-shutdown", COMMUNITY_GRACEFUL_SHUTDOWN},
        {"blackhole", COMMUNITY_BLACKHOLE},
    };
    const char *const wrong[] = {
        "",         "65010", "65010:", ":1",   "65536:1", "1:65536",   "1:2:3",
        "-1:2",     "1: 2",  "01:2",   "1:2 ", "no-exp",  "NO-EXPORT", "1:99999999999999999999",
        "0x10:0x20"};
    char text[COMMUNITY_TEXT_SIZE];
    uint32_t community = 0;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(community_parse(&community, rows[i].text));
        assert_int_equal(community, rows[i].community);
        assert_string_equal(community_format(community, text), rows[i].text);
    }
    assert_true(community_parse(&community, "65535:65281")); /* the number of a well-known one */
    assert_string_equal(community_format(community, text), "no-export");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(community_parse(&community, wrong[i]));
}

static void test_large_communities(void **state)
{
    (void)state;
    const char *const wrong[] = {"", "1:2", "1:2:3:4", "1:2:", "4294967296:0:0", "1:a:2", "::"};
    struct large_community community;
    char text[COMMUNITY_TEXT_SIZE];

    assert_true(large_community_parse(&community, "4294967295:1:2"));
    assert_int_equal(community.global, UINT32_MAX);
    assert_int_equal(community.local1, 1);
    assert_int_equal(community.local2, 2);
    assert_string_equal(large_community_format(&community, text), "4294967295:1:2");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(large_community_parse(&community, wrong[i]));
}

static void test_extended_communities(void **state)
{
    (void)state;
    const struct {
        const char *text;
        uint64_t community;
    } rows[] = {
        {"rt 65010:1", 0x0002fdf200000001}, /* RFC 4360 3.1: two-octet AS */
        {"rt 65010:4294967295", 0x0002fdf2ffffffff},
        {"soo 192.0.2.1:100", 0x0103c00002010064},  /* RFC 4360 3.2: IPv4 address */
        {"rt 4200000001:7", 0x0202fa56ea010007},    /* RFC 5668: four-octet AS */
        {"0x4300000000000001", 0x4300000000000001}, /* what has no words */
        {"0x02020000fdf20001", 0x02020000fdf20001}, /* a small AS in four octets keeps its form */
    };
    const char *const wrong[] = {"",
                                 "rt",
                                 "rt 1",
                                 "rt 1:",
                                 "rt  1:2",
                                 "xx 1:2",
                                 "rt 1:2:3",
                                 "rt 65536:65536",
                                 "rt 192.0.2:1",
                                 "rt 192.0.2.256:1",
                                 "0x123",
                                 "0x430000000000000g",
                                 "rt 192.0.2.1:65536",
                                 "rt 4294967296:1"};
    char text[COMMUNITY_TEXT_SIZE];
    uint64_t community = 0;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(extended_community_parse(&community, rows[i].text));
        assert_int_equal(community, rows[i].community);
        assert_string_equal(extended_community_format(community, text), rows[i].text);
    }
    assert_true(extended_community_parse(&community, "ro 65010:1"));
    assert_string_equal(extended_community_format(community, text), "soo 65010:1");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(extended_community_parse(&community, wrong[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_communities),
        cmocka_unit_test(test_large_communities),
        cmocka_unit_test(test_extended_communities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
