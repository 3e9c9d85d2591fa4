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

/* The padding of an address is no part of the value. */
static void test_only_the_value_counts(void **state)
{
    (void)state;
    struct path_attributes a = {.prepend = 1}, b = a;
    memset(&b.next_hop, 0x55, sizeof b.next_hop);
    b.next_hop.family = FAMILY_NONE;
    b.next_hop.scope = 0;
    memset(b.next_hop.octets, 0, sizeof b.next_hop.octets);
    const struct path_attributes *first = path_attributes_intern(&a), *second = path_attributes_intern(&b);
    assert_ptr_equal(first, second);
    path_attributes_unref(first);
    path_attributes_unref(second);
}

/* Each differs from the others in one thing alone. */
static void test_what_differs_is_not_shared(void **state)
{
    static const struct path_attributes variants[] = {
        {.prepend = 0},
        {.prepend = 1},
        {.origin = ORIGIN_EGP},
        {.origin = ORIGIN_INCOMPLETE},
        {.has_med = true},
        {.has_med = true, .med = 1},
        {.has_local_preference = true},
        {.has_local_preference = true, .local_preference = 1},
        {.next_hop = {FAMILY_IPV4, {192, 0, 2, 1}, 0}},
        {.next_hop = {FAMILY_IPV4, {192, 0, 2, 2}, 0}},
        {.next_hop = {FAMILY_IPV6, {0xfe, 0x80}, 0}},
        {.next_hop = {FAMILY_IPV6, {0xfe, 0x80}, 1}},
        {.community_count = 1},
        {.community_count = 2},
        {.community_count = 1, .communities = {1}},
        {.large_community_count = 1},
        {.large_community_count = 1, .large_communities = {{0, 0, 1}}},
        {.extended_community_count = 1},
        {.extended_community_count = 1, .extended_communities = {1}},
    };
    enum { VARIANTS = sizeof variants / sizeof *variants };
    const struct path_attributes *interned[VARIANTS];

    (void)state;
    for (size_t i = 0; i < VARIANTS; i++) {
        interned[i] = path_attributes_intern(&variants[i]);
        for (size_t j = 0; j < i; j++) {
            if (interned[i] == interned[j])
                fail_msg("rows %zu and %zu are one", j, i);
        }
    }
    for (size_t i = 0; i < VARIANTS; i++)
        path_attributes_unref(interned[i]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_attributes_are_one_object),
        cmocka_unit_test(test_only_the_value_counts),
        cmocka_unit_test(test_what_differs_is_not_shared),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
