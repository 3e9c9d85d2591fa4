#include "bgpd/announce/address_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Reads "192.0.2.1/24" with its host bits. */
static struct interface_address address_of(const char *text, uint8_t length, unsigned interface)
{
    struct interface_address address = {.interface = interface};

    assert_true(prefix_parse(&address.prefix, text));
    address.prefix.length = length;
    return address;
}

static size_t count(const struct address_table *table)
{
    size_t count = 0;

    for (const struct interface_address *one = NULL; (one = address_table_next(table, one));)
        count++;
    return count;
}

static void test_found_where_it_is(void **state)
{
    (void)state;
    struct address_table table = {0};
    struct interface_address vip = address_of("203.0.113.9", 32, 1), same = address_of("203.0.113.9", 24, 2);

    assert_null(address_table_find(&table, &vip.prefix, 1));
    assert_false(address_table_has(&table, &vip.prefix));
    assert_true(address_table_add(&table, &same));
    assert_null(address_table_find(&table, &vip.prefix, 1));
    assert_null(address_table_find(&table, &vip.prefix, 2));
    assert_true(address_table_has(&table, &vip.prefix));
    vip.ours = true;
    assert_true(address_table_add(&table, &vip));
    assert_true(address_table_find(&table, &vip.prefix, 1)->ours);
    assert_false(address_table_find(&table, &same.prefix, 2)->ours);
    address_table_remove(&table, &vip.prefix, 2);
    assert_int_equal(count(&table), 2);
    address_table_remove(&table, &vip.prefix, 1);
    assert_null(address_table_find(&table, &vip.prefix, 1));
    assert_true(address_table_has(&table, &vip.prefix));
    address_table_clear(&table);
}

static void test_adding_again_replaces(void **state)
{
    (void)state;
    struct address_table table = {0};
    struct interface_address vip = address_of("2001:db8::9", 128, 1);

    assert_true(address_table_add(&table, &vip));
    vip.ours = true;
    assert_true(address_table_add(&table, &vip));
    assert_int_equal(count(&table), 1);
    assert_true(address_table_find(&table, &vip.prefix, 1)->ours);
    address_table_clear(&table);
}

static void test_many_in_any_order(void **state)
{
    (void)state;
    struct address_table table = {0};
    struct interface_address entry = address_of("198.51.100.0", 32, 1);

    /* 37 and 256 have no common factor: each last octet comes once. */
    for (unsigned i = 0; i < 256; i++) {
        entry.prefix.octets[3] = (uint8_t)(i * 37);
        assert_true(address_table_add(&table, &entry));
    }
    assert_int_equal(count(&table), 256);
    for (unsigned i = 0; i < 256; i += 2) {
        entry.prefix.octets[3] = (uint8_t)i;
        address_table_remove(&table, &entry.prefix, 1);
    }
    assert_int_equal(count(&table), 128);
    for (unsigned i = 0; i < 256; i++) {
        entry.prefix.octets[3] = (uint8_t)i;
        assert_int_equal(address_table_find(&table, &entry.prefix, 1) != NULL, i % 2);
        assert_int_equal(address_table_has(&table, &entry.prefix), i % 2);
    }
    address_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_where_it_is),
        cmocka_unit_test(test_adding_again_replaces),
        cmocka_unit_test(test_many_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
