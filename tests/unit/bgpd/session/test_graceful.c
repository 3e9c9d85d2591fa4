/* Graceful restart between two speakers: "a" loses its connection or restarts, "b" helps. */
#include "pair.h"

#include "bgpd/session/peer_private.h"

static bool b_has_two_routes(struct pair *pair)
{
    return rib_in_count(peer_rib_in(pair_peer(&pair->b)), FAMILY_NONE) == 2;
}

static bool b_has_one_route(struct pair *pair)
{
    return rib_in_count(peer_rib_in(pair_peer(&pair->b)), FAMILY_NONE) == 1;
}

static bool b_has_no_route(struct pair *pair)
{
    return rib_in_count(peer_rib_in(pair_peer(&pair->b)), FAMILY_NONE) == 0;
}

static bool b_is_down(struct pair *pair)
{
    return !peer_is_established(pair_peer(&pair->b));
}

/* A fresh route, since the session is up again. */
static bool b_has_heard_an_update(struct pair *pair)
{
    struct prefix prefix = pair_prefix("203.0.113.9/32");
    struct rib_in_route route;
    return rib_in_find(peer_rib_in(pair_peer(&pair->b)), &prefix, &route) && !route.stale;
}

/* Established with graceful restart, two routes of "a" at "b". RESTART_TIME: what "a" offers. */
static struct pair *start_with_routes(void **state, uint16_t restart_time)
{
    struct pair *pair = *state;
    pair->a.neighbor.graceful_restart = pair->b.neighbor.graceful_restart = true;
    pair->a.neighbor.restart_time_s = restart_time;
    pair->b.neighbor.restart_time_s = 120;
    speaker_set_preserved(pair->a.speaker, FAMILY_BIT_IPV4);
    pair_start(pair);
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    pair_desire(&pair->a, "203.0.113.10/32", 0);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_two_routes);
    return pair;
}

/* The connection breaks as if "a" had died. */
static void break_connection(struct pair *pair)
{
    struct connection *session = pair_peer(&pair->a)->session;
    transport_close(session->transport);
    session->transport = NULL;
    connection_event(session, EVENT_TCP_CONNECTION_FAILS, NULL);
    WAIT_FOR(pair, b_is_down);
}

static void test_routes_stay_until_end_of_rib(void **state)
{
    struct pair *pair = start_with_routes(state, 120);
    struct rib_in_route route;
    struct prefix prefix = pair_prefix("203.0.113.9/32");
    break_connection(pair);
    assert_true(b_has_two_routes(pair));
    assert_true(rib_in_find(peer_rib_in(pair_peer(&pair->b)), &prefix, &route));
    assert_true(route.stale);

    pair_desire(&pair->a, "203.0.113.10/32", -1); /* withdrawn while nobody could be told */
    WAIT_FOR(pair, both_established);
    WAIT_FOR(pair, b_has_one_route);
    assert_true(rib_in_find(peer_rib_in(pair_peer(&pair->b)), &prefix, &route));
    assert_false(route.stale);
}

static void test_end_of_rib_waits_for_release(void **state)
{
    struct pair *pair = start_with_routes(state, 120);
    pair_peer(&pair->a)->context->released = false; /* as after a start: no verdict yet */
    rib_out_clear(peer_rib_out(pair_peer(&pair->a)));
    break_connection(pair);
    WAIT_FOR(pair, both_established);
    assert_false(pair_run_until(pair, b_has_no_route, 300));
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, b_has_no_route);
}

/* RFC 4724 section 4.2: what was stale already when the next restart begins goes. */
static void test_a_second_restart_keeps_what_the_first_has_confirmed(void **state)
{
    struct pair *pair = start_with_routes(state, 120);
    struct prefix gone = pair_prefix("203.0.113.10/32");
    pair_peer(&pair->a)->context->released = false; /* no End-of-RIB between the two */
    break_connection(pair);
    pair_desire(&pair->a, "203.0.113.10/32", -1);
    WAIT_FOR(pair, both_established);
    WAIT_FOR(pair, b_has_heard_an_update);
    assert_true(b_has_two_routes(pair));
    break_connection(pair);
    assert_true(b_has_one_route(pair));
    assert_false(rib_in_find(peer_rib_in(pair_peer(&pair->b)), &gone, &(struct rib_in_route){0}));
}

static void test_routes_go_when_the_restart_takes_too_long(void **state)
{
    struct pair *pair = start_with_routes(state, 1);
    struct bgp_config nobody = pair->a.config;
    nobody.neighbor_count = 0;
    nobody.listen_enabled = false;
    break_connection(pair);
    pair_peer(&pair->a)->admin_down = true; /* so that its removal says nothing on the wire */
    pair_apply(&pair->a);
    char error[128];
    assert_true(speaker_prepare(pair->a.speaker, &nobody, error, sizeof error));
    speaker_apply(pair->a.speaker, &nobody);
    assert_true(b_has_two_routes(pair));
    WAIT_FOR(pair, b_has_no_route);
}

static void test_forwarding_that_was_lost_costs_the_routes_at_once(void **state)
{
    struct pair *pair = start_with_routes(state, 120);
    speaker_set_preserved(pair->a.speaker, 0);
    pair_peer(&pair->a)->context->released = false;
    rib_out_clear(peer_rib_out(pair_peer(&pair->a)));
    break_connection(pair);
    WAIT_FOR(pair, both_established);
    WAIT_FOR(pair, b_has_no_route);
}

static void test_shutdown_is_a_hard_reset(void **state)
{
    struct pair *pair = start_with_routes(state, 120);
    peer_admin_down(pair_peer(&pair->a), "for good");
    WAIT_FOR(pair, b_is_down);
    assert_true(b_has_no_route(pair));
    struct session_error error = pair_status(&pair->b).last_error_received;
    assert_int_equal(error.subcode, CEASE_HARD_RESET);
    assert_non_null(strstr(error.name, "Administrative Shutdown"));
    assert_string_equal(error.message, "for good");
}

static void test_reset_keeps_the_routes(void **state)
{
    struct pair *pair = start_with_routes(state, 120);
    peer_reset(pair_peer(&pair->a), NULL);
    WAIT_FOR(pair, b_is_down);
    assert_true(b_has_two_routes(pair));
    WAIT_FOR(pair, both_established);
    assert_true(b_has_two_routes(pair));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_routes_stay_until_end_of_rib, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_end_of_rib_waits_for_release, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_second_restart_keeps_what_the_first_has_confirmed, pair_setup,
                                        pair_teardown),
        cmocka_unit_test_setup_teardown(test_routes_go_when_the_restart_takes_too_long, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_forwarding_that_was_lost_costs_the_routes_at_once, pair_setup,
                                        pair_teardown),
        cmocka_unit_test_setup_teardown(test_shutdown_is_a_hard_reset, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_reset_keeps_the_routes, pair_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
