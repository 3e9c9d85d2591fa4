#include "bgpd/codec/path_attributes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_equal_attributes_are_one_object(void **state)
{
    (void)state;
    struct path_attributes a = {.prepend = 2, .has_med = true, .med = 200}, b = a, c = a;
    c.med = 201;

    const struct path_attributes *first = path_attributes_intern(&a), *second = path_attributes_intern(&b);
    const struct path_attributes *third = path_attributes_intern(&c);
    assert_non_null(first);
    assert_ptr_equal(first, second);
    assert_ptr_not_equal(first, third);
    assert_int_equal(first->med, 200);
    assert_ptr_not_equal(first, &a);
    path_attributes_unref(second);
    assert_int_equal(first->prepend, 2); /* still held once */
    assert_ptr_equal(path_attributes_ref(first), first);
    path_attributes_unref(first);
    path_attributes_unref(first);
    path_attributes_unref(third);
    path_attributes_unref(NULL);
    assert_null(path_attributes_ref(NULL));
}

/* What is not part of the value does not count: padding, and what is beyond the counts. */
static void test_only_the_value_counts(void **state)
{
    (void)state;
    struct path_attributes a, b;
    memset(&a, 0xaa, sizeof a);
    memset(&b, 0x55, sizeof b);
    struct path_attributes *both[] = {&a, &b};

    for (int i = 0; i < 2; i++) {
        both[i]->origin = ORIGIN_EGP;
        both[i]->prepend = 1;
        both[i]->has_med = both[i]->has_local_preference = false;
        both[i]->next_hop.family = FAMILY_NONE;
        both[i]->next_hop.scope = 0;
        both[i]->community_count = 1;
        both[i]->communities[0] = COMMUNITY_NO_PEER;
        both[i]->large_community_count = both[i]->extended_community_count = 0;
    }
    const struct path_attributes *first = path_attributes_intern(&a), *second = path_attributes_intern(&b);
    assert_ptr_equal(first, second);
    assert_int_equal(first->communities[1], 0);
    path_attributes_unref(first);
    path_attributes_unref(second);
}

static void test_many(void **state)
{
    (void)state;
    enum { MANY = 2000 };
    static const struct path_attributes *interned[MANY];

    for (uint32_t i = 0; i < MANY; i++)
        interned[i] = path_attributes_intern(&(struct path_attributes){.has_med = true, .med = i});
    for (uint32_t i = 0; i < MANY; i++) {
        const struct path_attributes *again =
            path_attributes_intern(&(struct path_attributes){.has_med = true, .med = i});
        assert_ptr_equal(again, interned[i]);
        path_attributes_unref(again);
    }
    for (uint32_t i = 0; i < MANY; i++)
        path_attributes_unref(interned[(i * 7) % MANY]);
}

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
        cmocka_unit_test(test_equal_attributes_are_one_object),
        cmocka_unit_test(test_only_the_value_counts),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_communities),
        cmocka_unit_test(test_large_communities),
        cmocka_unit_test(test_extended_communities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
