#include "bgpd/rib/prefix_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct prefix numbered(unsigned number)
{
    struct prefix prefix = {.family = number % 2 ? FAMILY_IPV4 : FAMILY_IPV6, .length = 24};
    prefix.octets[0] = (uint8_t)(number >> 17);
    prefix.octets[1] = (uint8_t)(number >> 9);
    prefix.octets[2] = (uint8_t)(number >> 1);
    return prefix;
}

static void test_added_once_removed_once(void **state)
{
    (void)state;
    struct prefix_set set = {0};
    struct prefix a = numbered(1), b = numbered(2), longer = a;
    longer.length = 25;
    assert_false(prefix_set_remove(&set, &a));
    assert_true(prefix_set_add(&set, &a));
    assert_false(prefix_set_add(&set, &a));
    assert_true(prefix_set_add(&set, &b)); /* the same octets in the other family */
    assert_true(prefix_set_add(&set, &longer));
    assert_int_equal(set.count, 3);
    assert_true(prefix_set_remove(&set, &a));
    assert_false(prefix_set_remove(&set, &a));
    assert_int_equal(set.count, 2);
    prefix_set_clear(&set);
    assert_int_equal(set.count, 0);
    assert_null(set.shards);
}

static void test_against_a_plain_table(void **state)
{
    (void)state;
    enum { NUMBERS = 50000 };
    static bool there[NUMBERS];
    struct prefix_set set = {0};
    size_t count = 0;
    srandom(1771);
    for (unsigned step = 0; step < 400000; step++) {
        unsigned number = (unsigned)random() % NUMBERS;
        struct prefix prefix = numbered(number);
        bool add = random() % 3 != 0;
        assert_int_equal(add ? prefix_set_add(&set, &prefix) : prefix_set_remove(&set, &prefix), there[number] != add);
        count += (size_t)(add && !there[number]) - (size_t)(!add && there[number]);
        there[number] = add;
        assert_int_equal(set.count, count);
    }
    prefix_set_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_added_once_removed_once),
        cmocka_unit_test(test_against_a_plain_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
