/* Who has a VIP, and the state 'waiting' while nobody has. */
#include "tests/unit/bgpd/announce/stage.h"

static void loses_session(struct peer *peer)
{
    peer->down = true;
    rib_out_session_lost(peer->rib);
}

static void gains_session(struct fixture *fixture, struct peer *peer)
{
    peer->down = false;
    speaker_flush(NULL);
    vips_sessions_changed(fixture->vips);
}

static void wait_state(struct fixture *fixture, enum vip_state state)
{
    uint64_t until_ms = clock_monotonic_ms() + 5000;

    while (the_vip(fixture)->state != state && clock_monotonic_ms() < until_ms)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_int_equal(the_vip(fixture)->state, state);
}

static void test_waiting_until_a_neighbor_has_it(void **state)
{
    struct fixture *fixture = *state;

    peers[0].down = peers[1].down = true;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    assert_string_equal(done(), "add release");
    assert_int_equal(the_vip(fixture)->state, VIP_WAITING);
    assert_string_equal(the_vip(fixture)->reason, "no neighbor has it: no session with 198.51.100.4 (and 1 more)");
    assert_string_equal(last_event(fixture)->from, "pending");
    assert_string_equal(last_event(fixture)->to, "waiting");
    gains_session(fixture, &peers[1]);
    wait_state(fixture, VIP_ANNOUNCED);
    assert_string_equal(the_vip(fixture)->reason, "check backend up: as the test says");
    assert_string_equal(last_event(fixture)->from, "waiting");
    assert_string_equal(last_event(fixture)->to, "announced");
    assert_string_equal(last_event(fixture)->cause, "neighbor 198.51.100.5 has it");
}

static void test_waiting_when_the_last_one_is_lost(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 40);
    assert_int_equal(the_vip(fixture)->state, VIP_DEGRADED);
    loses_session(&peers[0]);
    vips_sessions_changed(fixture->vips);
    uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_int_equal(the_vip(fixture)->state, VIP_DEGRADED);
    loses_session(&peers[1]);
    vips_sessions_changed(fixture->vips);
    wait_state(fixture, VIP_WAITING);
    assert_string_equal(last_event(fixture)->from, "degraded");
    assert_string_equal(last_event(fixture)->cause, the_vip(fixture)->reason);
    /* What is decided meanwhile is no event: nothing of it was announced. */
    uint64_t number = last_event(fixture)->number;
    say(fixture, VERDICT_UP, 100);
    assert_int_equal(the_vip(fixture)->state, VIP_WAITING);
    assert_int_equal(last_event(fixture)->number, number);
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(last_event(fixture)->from, "waiting");
    assert_string_equal(last_event(fixture)->to, "withdrawn");
}

static void test_waiting_for_the_neighbor_it_is_for(void **state)
{
    struct fixture *fixture = *state;
    struct address only = peers[1].config.address;

    fixture->vip.neighbors = &only;
    fixture->vip.neighbor_count = 1;
    peers[1].down = true;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    assert_int_equal(the_vip(fixture)->state, VIP_WAITING);
    assert_string_equal(the_vip(fixture)->reason, "no neighbor has it: no session with 198.51.100.5");
}

static void test_for_nobody_that_takes_its_family(void **state)
{
    struct fixture *fixture = *state;

    peers[0].families = peers[1].families = FAMILY_BIT_IPV6;
    peers[0].down = peers[1].down = true;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    assert_int_equal(the_vip(fixture)->state, VIP_WAITING);
    assert_string_equal(the_vip(fixture)->reason, "no neighbor has it: none of its neighbors takes IPv4 routes");
}

static void test_withheld_from_the_only_session(void **state)
{
    struct fixture *fixture = *state;
    const struct path_attributes *obstructed =
        path_attributes_intern(&(struct path_attributes){.has_med = true, .med = 7});

    fixture->profiles[0].attributes = obstructed;
    apply(fixture);
    peers[0].down = peers[1].down = true; /* so that it is not sent, as to a session that cannot carry it */
    say(fixture, VERDICT_UP, 100);
    peers[0].down = false;
    vips_sessions_changed(fixture->vips);
    uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_string_equal(the_vip(fixture)->reason,
                        "no neighbor has it: withheld from 198.51.100.4 (and 1 more): as the test says");
    path_attributes_unref(obstructed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_waiting_until_a_neighbor_has_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_waiting_when_the_last_one_is_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(test_waiting_for_the_neighbor_it_is_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_for_nobody_that_takes_its_family, setup, teardown),
        cmocka_unit_test_setup_teardown(test_withheld_from_the_only_session, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
