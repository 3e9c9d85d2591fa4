/* What VIPs do on verdicts, addresses and the end, in which order. */
#include "tests/unit/bgpd/announce/stage.h"

static void test_address_then_announcement_then_end_of_rib(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    assert_string_equal(done(), "add");
    assert_int_equal(the_vip(fixture)->state, VIP_PENDING);
    assert_null(last_event(fixture));
    say(fixture, VERDICT_UP, 100);
    assert_string_equal(done(), "0+0 1+0 release");
    assert_int_equal(the_vip(fixture)->state, VIP_ANNOUNCED);
    assert_string_equal(last_event(fixture)->from, "pending");
    assert_string_equal(last_event(fixture)->to, "announced");
    assert_string_equal(last_event(fixture)->cause, "check backend up: as the test says");
    say(fixture, VERDICT_UP, 40);
    assert_string_equal(done(), "0+2 1+2");
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "0- 1-");
    assert_string_equal(last_event(fixture)->to, "withdrawn");
    assert_string_equal(last_event(fixture)->cause, "check backend down: as the test says");
    /* Said again: nothing. */
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "");
}

static void test_first_verdict_down_releases(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "add release");
}

static void test_address_that_is_not_kept(void **state)
{
    struct fixture *fixture = *state;

    fixture->vip.keep_address = false;
    apply(fixture);
    assert_string_equal(done(), "");
    say(fixture, VERDICT_UP, 100);
    assert_string_equal(done(), "add 0+0 1+0 release");
    /* It stays until the neighbors' TCP has the withdrawal. */
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "0- 1-");
    acknowledged = true;
    vips_run(fixture->vips);
    assert_string_equal(done(), "remove");
    assert_false(the_vip(fixture)->address.present);
    /* Back before it was removed: it stays. */
    say(fixture, VERDICT_UP, 100);
    acknowledged = false;
    say(fixture, VERDICT_DOWN, 0);
    say(fixture, VERDICT_UP, 100);
    acknowledged = true;
    vips_run(fixture->vips);
    assert_string_equal(done(), "add 0+0 1+0 0- 1- 0+0 1+0");
}

static void test_unacknowledged_withdrawal_holds_the_address_for_a_second_at_most(void **state)
{
    struct fixture *fixture = *state;

    fixture->vip.keep_address = false;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    say(fixture, VERDICT_DOWN, 0);
    done();
    uint64_t since_ms = clock_monotonic_ms();
    while (there[VIP] && clock_monotonic_ms() < since_ms + 5000)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_string_equal(done(), "remove");
    assert_true(clock_monotonic_ms() - since_ms >= 900);
}

static void test_address_of_somebody_else_is_left_alone(void **state)
{
    struct fixture *fixture = *state;

    there[VIP] = true;
    acknowledged = true;
    fixture->vip.keep_address = false;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    say(fixture, VERDICT_DOWN, 0);
    vips_remove_addresses(fixture->vips);
    assert_string_equal(done(), "0+0 1+0 release 0- 1-");
    assert_true(there[VIP]);
}

static void test_address_that_cannot_be_added(void **state)
{
    struct fixture *fixture = *state;

    add_error = -EPERM;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    assert_string_equal(done(), "release");
    assert_int_equal(the_vip(fixture)->state, VIP_WITHDRAWN);
    assert_non_null(strstr(the_vip(fixture)->reason, "cannot add 203.0.113.9/32 to lo: Operation not permitted"));
    assert_string_equal(last_event(fixture)->cause, the_vip(fixture)->reason);
    assert_non_null(strstr(logged, "'address { manage false; }'; retrying"));
    add_error = 0;
    addresses_changed(fixture);
    assert_string_equal(done(), "add 0+0 1+0");
    assert_int_equal(the_vip(fixture)->state, VIP_ANNOUNCED);
}

static void test_address_that_somebody_removes(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    there[VIP] = false;
    addresses_changed(fixture);
    assert_string_equal(done(), "add");
    assert_non_null(strstr(last_event(fixture)->cause, "another program removed its address from lo"));
    there[VIP] = false;
    add_error = -EPERM;
    addresses_changed(fixture);
    assert_string_equal(done(), "0- 1-");
    assert_int_equal(the_vip(fixture)->state, VIP_WITHDRAWN);
}

/* An interface that went away or down took the address along: nobody else is to blame, however often it happens. */
static void test_address_that_goes_with_its_interface(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    for (int i = 0; i < 10; i++) {
        interface_gone = i % 2;
        interface_down = !interface_gone;
        there[VIP] = false;
        done();
        addresses_changed(fixture);
        assert_string_equal(done(), "add");
        assert_string_equal(last_event(fixture)->cause, interface_gone
                                                            ? "interface lo no longer exists"
                                                            : "interface lo went down, and the address was lost");
    }
}

static void test_an_interface_that_is_down_is_said_once(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    interface_down = true;
    for (int i = 0; i < 2; i++) {
        logged[0] = '\0';
        vips_addresses_changed(fixture->vips, NULL, "lo");
        vips_run(fixture->vips);
        assert_int_equal(strstr(logged, "interface lo is down, its VIPs are unreachable") != NULL, i == 0);
    }
    interface_down = false;
    vips_addresses_changed(fixture->vips, NULL, "lo");
    vips_run(fixture->vips);
    interface_down = true;
    there[VIP] = false;
    logged[0] = '\0';
    addresses_changed(fixture);
    assert_non_null(strstr(logged, "interface lo is down"));
}

static void test_ipv6_address(void **state)
{
    struct fixture *fixture = *state;

    assert_true(prefix_parse(&fixture->vip.prefix, "2001:db8::9/128"));
    fixture->vip.keep_address = false;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    assert_string_equal(done(), "add 0+0 1+0 release");
    acknowledged = true;
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "0- 1- remove");
}

/* Tells of one change; whether the VIP was looked at for it. */
static bool is_concerned(struct fixture *fixture, const char *address, const char *interface)
{
    struct prefix prefix;
    unsigned before = looks[VIP];

    if (address)
        assert_true(prefix_parse(&prefix, address));
    vips_addresses_changed(fixture->vips, address ? &prefix : NULL, interface);
    vips_run(fixture->vips);
    return looks[VIP] > before;
}

static void test_addresses_and_interfaces_that_concern_a_vip(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *address, *interface;
        bool concerned;
    } rows[] = {
        {"203.0.113.9/32", NULL, true},
        {"203.0.113.9/32", "lo", true},
        {"203.0.113.8/32", NULL, false},
        {"2001:db8::9/128", NULL, false},
        {NULL, "lo", true},
        {NULL, "dummy0", false},
        {NULL, NULL, true},
    };

    apply(fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (is_concerned(fixture, rows[i].address, rows[i].interface) != rows[i].concerned)
            fail_msg("%s on %s", rows[i].address, rows[i].interface);
    }
    /* Whatever its length: the interface has it with another one, which is why ours cannot be added. */
    struct prefix wider = fixture->vip.prefix;
    wider.length = 24;
    there[VIP] = false;
    add_error = -EEXIST;
    vips_addresses_changed(fixture->vips, NULL, "lo");
    vips_run(fixture->vips);
    add_error = 0;
    done();
    vips_addresses_changed(fixture->vips, &wider, NULL);
    vips_run(fixture->vips);
    assert_string_equal(done(), "add");
}

static void test_a_verdict_touches_the_vips_of_its_check(void **state)
{
    struct fixture *fixture = *state;
    unsigned before[26];

    configure_many(fixture, 26);
    apply(fixture);
    for (char name[2] = "a"; name[0] <= 'z'; name[0]++)
        say_of(fixture, name, VERDICT_UP, 100);
    memcpy(before, looks, sizeof before);
    say_of(fixture, "c", VERDICT_DOWN, 0);
    for (size_t i = 0; i < 26; i++) {
        assert_int_equal(vips_at(fixture->vips, i)->state, i == 2 ? VIP_WITHDRAWN : VIP_ANNOUNCED);
        assert_int_equal(looks[i] - before[i], i == 2);
    }
    /* The lease concerns all. */
    verdict_table_time(table, clock_monotonic_ms() + 3000);
    vips_run(fixture->vips);
    for (size_t i = 0; i < 26; i++)
        assert_int_equal(vips_at(fixture->vips, i)->state, VIP_WITHDRAWN);
}

/* All withdrawals leave before any announcement, whoever it is for. */
static void test_withdrawals_leave_first(void **state)
{
    struct fixture *fixture = *state;
    struct verdict_message message = {.type = VERDICT_CHANGE, .name = "b", .verdict = VERDICT_UP};

    configure_many(fixture, 2);
    apply(fixture);
    say_of(fixture, "a", VERDICT_UP, 100);
    say_of(fixture, "b", VERDICT_DOWN, 0);
    done();
    message.healthy_percent = 100;
    verdict_table_message(table, &message, clock_monotonic_ms());
    say_of(fixture, "a", VERDICT_DOWN, 0);
    assert_string_equal(done(), "0- 1- 0+0 1+0");
    assert_false(vips_at(fixture->vips, 0)->unstated);
    assert_false(vips_at(fixture->vips, 1)->unstated);
}

static void run_until(struct fixture *fixture, bool (*is_so)(const struct fixture *fixture))
{
    uint64_t until_ms = clock_monotonic_ms() + 5000;

    while (!is_so(fixture) && clock_monotonic_ms() < until_ms)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_true(is_so(fixture));
}

static bool is_announced(const struct fixture *fixture)
{
    return the_vip(fixture)->state == VIP_ANNOUNCED;
}

static void test_hold_down_ends_with_the_time(void **state)
{
    struct fixture *fixture = *state;

    fixture->vip.hold_down_ms = 20;
    apply(fixture);
    say(fixture, VERDICT_DOWN, 0);
    say(fixture, VERDICT_UP, 100);
    assert_int_equal(the_vip(fixture)->state, VIP_WITHDRAWN);
    run_until(fixture, is_announced);
}

static bool is_waiting(const struct fixture *fixture)
{
    return the_vip(fixture)->state == VIP_WAITING;
}

static void test_sessions_that_come_and_go(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    for (int i = 0; i < 2; i++) {
        peers[i].down = true;
        rib_out_session_lost(peers[i].rib);
    }
    vips_sessions_changed(fixture->vips);
    run_until(fixture, is_waiting);
    assert_string_equal(last_event(fixture)->cause, "no neighbor has it: no session with 198.51.100.4 (and 1 more)");
    peers[1].down = false;
    speaker_flush(NULL);
    vips_sessions_changed(fixture->vips);
    run_until(fixture, is_announced);
    assert_string_equal(last_event(fixture)->cause, "neighbor 198.51.100.5 has it");
    /* That it had the VIP once does not count when it comes back. */
    say(fixture, VERDICT_DOWN, 0);
    peers[1].down = true;
    rib_out_session_lost(peers[1].rib);
    say(fixture, VERDICT_UP, 100);
    assert_int_equal(the_vip(fixture)->state, VIP_WAITING);
}

static void test_what_was_left_behind_is_removed_at_the_start(void **state)
{
    struct fixture *fixture = *state;

    assert_true(prefix_parse(&left[0], "203.0.113.9/32"));
    assert_true(prefix_parse(&left[1], "203.0.113.10/32"));
    there[VIP] = address_marked = true;
    apply(fixture);
    assert_string_equal(done(), "sweep");
    assert_int_equal(left[0].family, FAMILY_IPV4);
    /* Later such an address is another vipgate's, also where an interface is renamed; one of our VIPs is ours. */
    assert_true(prefix_parse(&left[1], "203.0.113.10/32"));
    addresses_changed(fixture);
    renames++;
    addresses_changed(fixture);
    assert_string_equal(done(), "");
    fixture->vip.manage_address = false;
    there[VIP] = false;
    renames++;
    apply(fixture);
    assert_string_equal(done(), "sweep");
    assert_int_equal(left[0].family, FAMILY_NONE);
}

static void test_an_address_from_before_that_is_not_kept(void **state)
{
    struct fixture *fixture = *state;

    fixture->vip.keep_address = false;
    there[VIP] = address_marked = acknowledged = true;
    apply(fixture);
    assert_string_equal(done(), ""); /* a neighbor may still send packets to it */
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "release remove");
}

static bool is_clean(const struct fixture *fixture)
{
    (void)fixture;
    for (size_t i = 0; i < 256; i++) {
        if (there[i])
            return false;
    }
    return true;
}

static size_t count_announced(const struct fixture *fixture)
{
    const struct vip *vip;
    size_t count = 0;

    for (size_t i = 0; (vip = vips_at(fixture->vips, i)); i++)
        count += vip->state == VIP_ANNOUNCED;
    return count;
}

static void test_many_addresses_are_added_in_turns_of_the_loop(void **state)
{
    struct fixture *fixture = *state;
    static struct vip_config many[100];
    uint64_t until_ms = clock_monotonic_ms() + 5000;

    for (size_t i = 0; i < 100; i++) {
        many[i] = fixture->vip;
        many[i].prefix.octets[3] = (uint8_t)i;
        many[i].gate = (struct gate_config){.degraded_below = -1};
    }
    fixture->config = (struct bgpd_config){.vips = many, .vip_count = 100, .lease_ms = 3000};
    apply(fixture);
    assert_int_equal(count_announced(fixture), 64);
    /* Those that wait are pending, and so is End-of-RIB. */
    assert_int_equal(vips_at(fixture->vips, 99)->state, VIP_PENDING);
    assert_null(strstr(done(), "release"));
    while (count_announced(fixture) < 100 && clock_monotonic_ms() < until_ms)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_int_equal(count_announced(fixture), 100);
    assert_non_null(strstr(done(), "release"));
    /* So are they removed. */
    acknowledged = true;
    fixture->config.vip_count = 0;
    apply(fixture);
    size_t left_there = 0;
    for (size_t i = 0; i < 100; i++)
        left_there += there[i];
    assert_int_equal(left_there, 100 - 64);
    run_until(fixture, is_clean);
}

static void test_no_gate_needs_no_health(void **state)
{
    struct fixture *fixture = *state;

    fixture->vip.gate = (struct gate_config){.degraded_below = -1};
    apply(fixture);
    assert_string_equal(done(), "add 0+0 1+0 release");
}

static void test_stop_and_remove(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    vips_stop(fixture->vips);
    assert_string_equal(last_event(fixture)->to, "withdrawn");
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "");
    uint64_t number = last_event(fixture)->number;
    for (int i = 0; i < 2; i++)
        rib_out_session_lost(peers[i].rib);
    vips_sessions_changed(fixture->vips);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(last_event(fixture)->number, number);
    vips_remove_addresses(fixture->vips);
    assert_string_equal(done(), "remove");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_address_then_announcement_then_end_of_rib),
        TEST(test_first_verdict_down_releases),
        TEST(test_address_that_is_not_kept),
        TEST(test_unacknowledged_withdrawal_holds_the_address_for_a_second_at_most),
        TEST(test_address_of_somebody_else_is_left_alone),
        TEST(test_address_that_cannot_be_added),
        TEST(test_address_that_somebody_removes),
        TEST(test_address_that_goes_with_its_interface),
        TEST(test_an_interface_that_is_down_is_said_once),
        TEST(test_ipv6_address),
        TEST(test_addresses_and_interfaces_that_concern_a_vip),
        TEST(test_a_verdict_touches_the_vips_of_its_check),
        TEST(test_withdrawals_leave_first),
        TEST(test_hold_down_ends_with_the_time),
        TEST(test_sessions_that_come_and_go),
        TEST(test_what_was_left_behind_is_removed_at_the_start),
        TEST(test_an_address_from_before_that_is_not_kept),
        TEST(test_many_addresses_are_added_in_turns_of_the_loop),
        TEST(test_no_gate_needs_no_health),
        TEST(test_stop_and_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
