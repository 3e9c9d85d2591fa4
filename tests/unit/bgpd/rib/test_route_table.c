/* Routes with keys of the test's own making, to put them where it hurts. */
#include "bgpd/rib/route_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROUTES = 500 };

static const struct {
    const char *name;
    uint8_t family;
    bool has_attributes;
} kinds[] = {
    {"IPv4, kept", FAMILY_IPV4, true},
    {"IPv4, counted", FAMILY_IPV4, false},
    {"IPv6, kept", FAMILY_IPV6, true},
    {"IPv6, counted", FAMILY_IPV6, false},
};

/* The NUMBERth of those that share the last sixteenth of the last shard: the smallest number is the very last. */
static struct route_key last_key(unsigned number)
{
    return (struct route_key){.order = -(number + 1) * (UINT64_C(1) << 41), .rest = number, .length = 64};
}

static void add(struct route_table *table, const struct route_key *key, uint32_t attributes)
{
    struct route *route = route_table_add(table, key, 1);

    assert_non_null(route);
    if (table->has_attributes)
        *route_attributes(table, route) = attributes;
}

static void assert_there(struct route_table *table, const char *name, const bool there[static ROUTES])
{
    struct route_key found;
    unsigned walked = 0, count = 0;

    for (unsigned i = 0; i < ROUTES; i++) {
        struct route_key key = last_key(i);
        struct route *route = route_table_find(table, &key);
        if ((route != NULL) != there[i])
            fail_msg("%s: route %u", name, i);
        if (route && table->has_attributes)
            assert_int_equal(*route_attributes(table, route), i + 1);
        count += there[i];
    }
    for (uint64_t order = 0; route_table_next(table, order, &found); order = found.order + ROUTE_KEY_IPV4_STEP)
        walked++;
    assert_int_equal(walked, count);
    assert_int_equal(table->count, count);
    assert_int_equal(table->marked[1], count);
}

/* More than fit at the end of a shard make it grow, whatever room there is before them. */
static void test_the_last_slots_overflow(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        struct route_table table = route_table_of(kinds[kind].family, kinds[kind].has_attributes);
        bool there[ROUTES] = {false};
        for (unsigned i = 0; i < ROUTES; i++) {
            unsigned number = i * 211 % ROUTES;
            struct route_key key = last_key(number);
            add(&table, &key, number + 1);
            there[number] = true;
            if (i % 25 == 0)
                assert_there(&table, kinds[kind].name, there);
        }
        for (unsigned i = 0; i < ROUTES; i++) {
            unsigned number = i * 73 % ROUTES;
            struct route_key key = last_key(number);
            if (i % 25 == 0)
                assert_there(&table, kinds[kind].name, there);
            route_table_remove(&table, &key, route_table_find(&table, &key));
            there[number] = false;
        }
        assert_int_equal(table.memory, 0);
    }
}

/* More with all but the same order than there is room for: refused, and what is there stays. */
static void test_what_no_room_parts_is_refused(void **state)
{
    (void)state;
    struct route_table table = route_table_of(FAMILY_IPV4, false);
    unsigned added = 0;

    for (; added < ROUTES; added++) {
        struct route_key key = {.order = -(added + 1) * ROUTE_KEY_IPV4_STEP};
        if (!route_table_add(&table, &key, 1))
            break;
    }
    assert_in_range(added, 30, 200);
    assert_int_equal(table.count, added);
    for (unsigned i = 0; i < ROUTES; i++) {
        struct route_key key = {.order = -(i + 1) * ROUTE_KEY_IPV4_STEP};
        assert_int_equal(route_table_find(&table, &key) != NULL, i < added);
    }
    assert_in_range(table.memory, 1, 1 << 20);
    route_table_clear(&table);
}

/* IPv6 prefixes whose order is the same are told apart by the rest of their keys, and by their length. */
static void test_equal_orders(void **state)
{
    (void)state;
    struct route_table table = route_table_of(FAMILY_IPV6, true);
    struct route_key keys[30];

    for (unsigned i = 0; i < 30; i++) {
        keys[i] = (struct route_key){.order = 7, .rest = i % 10, .length = (uint8_t)(i / 10)};
        assert_null(route_table_find(&table, &keys[i]));
        add(&table, &keys[i], i + 1);
    }
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(*route_attributes(&table, route_table_find(&table, &keys[i])), i + 1);
    for (unsigned i = 0; i < 30; i++) {
        route_table_remove(&table, &keys[i], route_table_find(&table, &keys[i]));
        assert_null(route_table_find(&table, &keys[i]));
        if (i < 29)
            assert_int_equal(*route_attributes(&table, route_table_find(&table, &keys[29])), 30);
    }
}

static void note_dropped(uint32_t attributes, void *user)
{
    *(unsigned *)user += attributes;
}

/* One mark goes, the others stay where they can be found, also those that it had pushed away. */
static void test_sweep(void **state)
{
    (void)state;
    struct route_table table = route_table_of(FAMILY_IPV4, true);
    unsigned dropped = 0, expected = 0;

    for (unsigned i = 0; i < ROUTES; i++) {
        unsigned number = i * 211 % ROUTES;
        struct route_key key = last_key(number);
        struct route *route = route_table_add(&table, &key, (uint8_t)(1 + number % 3));
        assert_non_null(route);
        *route_attributes(&table, route) = number + 1;
        expected += number % 3 == 1 ? number + 1 : 0;
    }
    assert_int_equal(route_table_sweep(&table, 0, 1 << 2, note_dropped, &dropped), 0); /* nobody there */
    assert_int_equal(route_table_sweep(&table, ROUTE_SHARDS - 1, 1 << 2, note_dropped, &dropped), ROUTES);
    assert_int_equal(dropped, expected);
    assert_int_equal(table.marked[2], 0);
    for (unsigned i = 0; i < ROUTES; i++) {
        struct route_key key = last_key(i);
        struct route *route = route_table_find(&table, &key);
        assert_int_equal(route != NULL, i % 3 != 1);
        if (route)
            assert_int_equal(route_mark(&table, route), 1 + i % 3);
    }
    route_table_sweep(&table, ROUTE_SHARDS - 1, 1 << 1 | 1 << 3, NULL, NULL);
    assert_int_equal(table.memory, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_slots_overflow),
        cmocka_unit_test(test_what_no_room_parts_is_refused),
        cmocka_unit_test(test_equal_orders),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
