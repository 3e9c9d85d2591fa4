#include "bgpd/session/local_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct local_addresses found(const char *text)
{
    struct address local;
    assert_true(address_parse(&local, text));
    return local_addresses_find(&local, FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6);
}

static void test_the_sessions_own_address_counts(void **state)
{
    (void)state;
    struct address expected;
    assert_true(address_parse(&expected, "127.0.0.11")); /* of the loopback network, though no interface names it */
    struct local_addresses local = found("127.0.0.11");
    assert_true(address_equal(&local.ipv4, &expected));
    assert_true(address_parse(&expected, "::1"));
    local = found("::1");
    assert_true(address_equal(&local.ipv6, &expected));
}

/* The loopback interface has ::1/128, a host prefix: never a next hop for the other family. */
static void test_host_prefixes_are_passed_over(void **state)
{
    (void)state;
    struct local_addresses local = found("127.0.0.1");
    assert_int_equal(local.ipv4.family, FAMILY_IPV4);
    assert_int_equal(local.ipv6.family, FAMILY_NONE);
    assert_int_equal(local.link_local.family, FAMILY_NONE);
}

/* 127.0.0.1/8 of the loopback interface is no next hop for a session from an IPv6 address there. */
static void test_loopback_addresses_are_passed_over(void **state)
{
    (void)state;
    struct local_addresses local = found("::1");
    assert_int_equal(local.ipv4.family, FAMILY_NONE);
    assert_int_equal(local.ipv6.family, FAMILY_IPV6);
}

static void test_link_local_session(void **state)
{
    (void)state;
    struct local_addresses local = found("fe80::1%lo");
    assert_int_equal(local.link_local.family, FAMILY_IPV6);
    assert_int_equal(local.ipv6.family, FAMILY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sessions_own_address_counts),
        cmocka_unit_test(test_host_prefixes_are_passed_over),
        cmocka_unit_test(test_loopback_addresses_are_passed_over),
        cmocka_unit_test(test_link_local_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
