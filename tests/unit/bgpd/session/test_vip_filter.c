#include "bgpd/session/vip_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct prefix prefix_of(const char *text)
{
    struct prefix prefix;
    assert_true(prefix_parse(&prefix, text));
    return prefix;
}

static void test_in_a_vip_or_around_one(void **state)
{
    (void)state;
    const struct prefix vips[] = {prefix_of("198.51.100.0/24"), prefix_of("203.0.113.9/32"),
                                  prefix_of("2001:db8::1/128")};
    const struct {
        const char *prefix;
        bool match;
    } rows[] = {
        {"203.0.113.9/32", true},   {"203.0.113.0/24", true},
        {"0.0.0.0/0", true},        {"203.0.113.8/32", false},
        {"203.0.113.10/32", false}, {"203.0.114.0/24", false},
        {"198.51.100.7/32", true},  {"198.51.100.128/25", true},
        {"198.51.100.0/23", true},  {"198.51.101.0/24", false},
        {"198.51.100.0/24", true},  {"2001:db8::/32", true},
        {"2001:db8::2/128", false}, {"::/0", true},
        {"192.0.2.0/24", false},
    };
    struct vip_filter filter = {0};
    vip_filter_set(&filter, vips, 3);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct prefix prefix = prefix_of(rows[i].prefix);
        if (vip_filter_match(&filter, &prefix) != rows[i].match)
            fail_msg("%s", rows[i].prefix);
    }
}

static void test_empty_matches_nothing(void **state)
{
    (void)state;
    struct vip_filter filter = {0};
    struct prefix prefix = prefix_of("0.0.0.0/0");
    assert_false(vip_filter_match(&filter, &prefix));
    vip_filter_set(&filter, NULL, 0);
    assert_false(vip_filter_match(&filter, &prefix));
}

/* Prefixes in a small corner of IPv4, so that many cover each other. */
static struct prefix random_prefix(void)
{
    struct prefix prefix = {.family = FAMILY_IPV4, .length = (uint8_t)(20 + random() % 13)};
    uint32_t address = 0xc6336000u | ((uint32_t)random() & 0xfff);
    address &= ~((prefix.length == 32 ? 0 : 0xffffffffu >> prefix.length));
    for (unsigned i = 0; i < 4; i++)
        prefix.octets[i] = (uint8_t)(address >> (24 - 8 * i));
    return prefix;
}

static int compare(const void *a, const void *b)
{
    return prefix_compare(a, b);
}

static void test_against_the_plain_definition(void **state)
{
    (void)state;
    srandom(7606);
    for (unsigned round = 0; round < 200; round++) {
        struct prefix vips[20];
        for (unsigned i = 0; i < 20; i++)
            vips[i] = random_prefix();
        struct vip_filter filter = {0};
        qsort(vips, 20, sizeof *vips, compare);
        vip_filter_set(&filter, vips, 20);
        for (unsigned i = 0; i < 100; i++) {
            struct prefix prefix = random_prefix();
            bool match = false;
            for (unsigned j = 0; j < 20; j++)
                match = match || prefix_covers(&vips[j], &prefix) || prefix_covers(&prefix, &vips[j]);
            assert_int_equal(vip_filter_match(&filter, &prefix), match);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_a_vip_or_around_one),
        cmocka_unit_test(test_empty_matches_nothing),
        cmocka_unit_test(test_against_the_plain_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
