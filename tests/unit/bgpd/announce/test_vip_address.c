/* The address of one VIP against a machine that takes it away. */
#include "bgpd/announce/vip_address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool there, is_down;
static unsigned additions;

int addresses_add(struct addresses *addresses, const struct placement *placement)
{
    (void)addresses;
    (void)placement;
    there = true;
    additions++;
    return 0;
}

int addresses_remove(struct addresses *addresses, const struct placement *placement)
{
    (void)addresses;
    (void)placement;
    there = false;
    return 0;
}

bool addresses_has(const struct addresses *addresses, const struct placement *placement, bool *ours)
{
    (void)addresses;
    (void)placement;
    if (ours)
        *ours = there;
    return there;
}

bool addresses_has_interface(const struct addresses *addresses, const char *name)
{
    (void)addresses;
    (void)name;
    return true;
}

bool addresses_is_down(const struct addresses *addresses, const char *name)
{
    (void)addresses;
    (void)name;
    return is_down;
}

static struct placement placement = {.interface = "lo"};
static struct vip_address address;

static int setup(void **state)
{
    (void)state;
    there = is_down = false;
    additions = 0;
    address = (struct vip_address){0};
    assert_true(prefix_parse(&placement.prefix, "203.0.113.9/32"));
    return 0;
}

static bool put(uint64_t now_ms)
{
    unsigned budget = 1;

    return vip_address_put(&address, &placement, NULL, now_ms, &budget);
}

/* Another program takes it away, and we look. */
static void take_away(uint64_t now_ms)
{
    there = false;
    assert_true(vip_address_look(&address, NULL, now_ms));
}

static void test_taken_away_once(void **state)
{
    (void)state;
    assert_true(put(1000));
    take_away(2000);
    assert_true(put(2000));
    assert_int_equal(additions, 2);
    /* Again, but much later. */
    take_away(200 * 1000);
    assert_true(put(200 * 1000));
    take_away(400 * 1000);
    assert_true(put(400 * 1000));
}

/* It may be there already where it is to go: then it is not added. */
static void test_moved_to_where_it_is(void **state)
{
    struct placement elsewhere = placement;
    unsigned budget = 1;

    (void)state;
    assert_true(put(1000));
    strcpy(elsewhere.interface, "dummy0");
    address.ours = false;
    assert_true(vip_address_put(&address, &elsewhere, NULL, 1000, &budget));
    assert_int_equal(additions, 1);
    assert_string_equal(address.placement.interface, "dummy0");
}

static void test_haste_ends_where_it_is_contested(void **state)
{
    (void)state;
    for (unsigned losses = 0; losses < 6; losses++) {
        address.losses = losses;
        address.retry_ms = 5000;
        vip_address_hasten(&address);
        assert_int_equal(address.retry_ms, losses > 3 ? 5000 : 0);
    }
}

static void test_contested(void **state)
{
    uint64_t now_ms = 1000, pause_ms = 1000;
    char text[256];

    (void)state;
    assert_true(put(now_ms));
    for (int i = 0; i < 3; i++) {
        take_away(now_ms);
        assert_true(put(now_ms));
    }
    for (int i = 0; i < 12; i++) {
        take_away(now_ms);
        vip_address_hasten(&address); /* a change of something else */
        assert_false(put(now_ms));
        assert_int_equal(address.error, -EBUSY);
        vip_address_explain(&address, text, sizeof text);
        assert_string_equal(text, "another program keeps removing 203.0.113.9/32 from lo");
        assert_int_equal(address.retry_ms, now_ms + pause_ms);
        assert_false(put(now_ms + pause_ms - 1));
        now_ms += pause_ms;
        assert_true(put(now_ms));
        assert_int_equal(address.error, 0);
        pause_ms = pause_ms < 16000 ? pause_ms * 2 : 30000;
    }
    /* Left alone for a while it is as any other. */
    take_away(now_ms + 60 * 1000);
    assert_true(put(now_ms + 60 * 1000));
}

static void test_gone_with_its_interface(void **state)
{
    (void)state;
    assert_true(put(1000));
    for (int i = 0; i < 5; i++) {
        is_down = true;
        take_away(1000);
        assert_true(put(1000));
        is_down = false;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_taken_away_once, setup),
        cmocka_unit_test_setup(test_contested, setup),
        cmocka_unit_test_setup(test_moved_to_where_it_is, setup),
        cmocka_unit_test_setup(test_haste_ends_where_it_is_contested, setup),
        cmocka_unit_test_setup(test_gone_with_its_interface, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
