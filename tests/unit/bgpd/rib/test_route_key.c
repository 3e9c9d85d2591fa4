#include "bgpd/rib/route_key.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const prefixes[] = {
    "0.0.0.0/0",     "255.255.255.255/32", "10.0.0.0/8",      "10.0.0.0/9", "203.0.113.9/32",     "::/0",
    "2001:db8::/32", "2001:db8::/33",      "2001:db8::1/128", "fe80::/10",  "ffff:ffff::ffff/128"};

static void test_a_key_is_undone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct hash_key secret = hash_key_new();
        struct prefix prefix;
        assert_true(prefix_parse(&prefix, prefixes[i]));
        struct route_key key = route_key_of(&secret, &prefix);
        struct prefix back = route_key_prefix(&secret, prefix.family, &key);
        if (prefix_compare(&prefix, &back) != 0)
            fail_msg("%s", prefixes[i]);
    }
}

/* Neighbors in a table of addresses, and every length, are spread over all of the order. */
static void test_keys_are_spread(void **state)
{
    (void)state;
    enum { BINS = 256, EACH = 200 };
    struct hash_key secret = hash_key_new();
    struct prefix prefix = {.family = FAMILY_IPV4};
    unsigned bins[2][BINS] = {0};

    for (uint32_t i = 0; i < BINS * EACH; i++) {
        prefix.length = (uint8_t)(i % 33);
        prefix.octets[1] = (uint8_t)(i >> 16), prefix.octets[2] = (uint8_t)(i >> 8), prefix.octets[3] = (uint8_t)i;
        prefix.family = FAMILY_IPV4;
        bins[0][route_key_of(&secret, &prefix).order >> 56]++;
        prefix.family = FAMILY_IPV6;
        bins[1][route_key_of(&secret, &prefix).order >> 56]++;
    }
    for (unsigned i = 0; i < 2 * BINS; i++)
        assert_in_range(bins[i / BINS][i % BINS], EACH / 2, EACH * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_is_undone),
        cmocka_unit_test(test_keys_are_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
