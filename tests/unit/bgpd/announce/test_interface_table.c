#include "bgpd/announce/interface_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void test_found_by_name(void **state)
{
    (void)state;
    struct interface_table table = {0};

    assert_null(interface_table_find(&table, "lo"));
    assert_true(interface_table_put(&table, &(struct interface){.index = 1, .name = "lo", .is_up = true}));
    assert_true(interface_table_put(&table, &(struct interface){.index = 7, .name = "eth0", .is_up = true}));
    assert_int_equal(interface_table_find(&table, "eth0")->index, 7);
    /* Renamed and down: the same interface. */
    assert_true(interface_table_put(&table, &(struct interface){.index = 7, .name = "wan", .is_up = false}));
    assert_null(interface_table_find(&table, "eth0"));
    assert_false(interface_table_find(&table, "wan")->is_up);
    interface_table_remove(&table, 9);
    interface_table_remove(&table, 1);
    assert_null(interface_table_find(&table, "lo"));
    assert_int_equal(interface_table_find(&table, "wan")->index, 7);
    interface_table_clear(&table);
}

static void test_many(void **state)
{
    (void)state;
    struct interface_table table = {0};

    for (unsigned i = 1; i <= 100; i++) {
        struct interface interface = {.index = i, .is_up = true};
        snprintf(interface.name, sizeof interface.name, "veth%u", i);
        assert_true(interface_table_put(&table, &interface));
    }
    for (unsigned i = 1; i <= 100; i += 2)
        interface_table_remove(&table, i);
    for (unsigned i = 1; i <= 100; i++)
        assert_int_equal(interface_table_at(&table, i) != NULL, i % 2 == 0);
    assert_null(interface_table_find(&table, "veth99"));
    assert_int_equal(interface_table_find(&table, "veth100")->index, 100);
    interface_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_by_name),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
