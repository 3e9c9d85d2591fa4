/* Two speakers over real sockets: how sessions come up, what goes over them, how they end. */
#include "pair.h"

static bool a_has_one_route(struct pair *pair)
{
    return rib_in_count(peer_rib_in(pair_peer(&pair->a)), FAMILY_NONE) == 1;
}

static bool b_has_one_route(struct pair *pair)
{
    return rib_in_count(peer_rib_in(pair_peer(&pair->b)), FAMILY_NONE) == 1;
}

static bool b_has_no_route(struct pair *pair)
{
    return rib_in_count(peer_rib_in(pair_peer(&pair->b)), FAMILY_NONE) == 0;
}

static bool a_all_acknowledged(struct pair *pair)
{
    return peer_all_acknowledged(pair_peer(&pair->a));
}

static void test_both_connect_and_one_session_stays(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct peer_status a = pair_status(&pair->a), b = pair_status(&pair->b);
    assert_int_equal(a.socket.local_port, b.socket.remote_port);
    assert_int_equal(a.socket.remote_port, b.socket.local_port);
    assert_int_equal(a.hold_time_s, 90);
    assert_int_equal(a.keepalive_time_s, 30);
    assert_int_equal(a.remote_router_id, 0xc000020cu);
    assert_int_equal(a.state, SESSION_ESTABLISHED);

    const struct event *event = journal_latest(pair->a.journal, "session", pair_host(12));
    assert_non_null(event);
    assert_string_equal(event->to, "established");
}

/* Both listen before either connects, so that two connections cross every time. */
static void cross_connections(struct pair *pair)
{
    char error[256];
    assert_true(speaker_prepare(pair->a.speaker, &pair->a.config, error, sizeof error));
    assert_true(speaker_prepare(pair->b.speaker, &pair->b.config, error, sizeof error));
    speaker_apply(pair->a.speaker, &pair->a.config);
    speaker_apply(pair->b.speaker, &pair->b.config);
    for (unsigned i = 0; i < 50; i++) {
        WAIT_FOR(pair, both_established);
        struct peer_status a = pair_status(&pair->a), b = pair_status(&pair->b);
        assert_in_range(a.sent.open, i + 1, 2 * (i + 1)); /* never both lost and a third one needed */
        assert_int_equal(a.socket.local_port, b.socket.remote_port);
        assert_int_equal(a.socket.remote_port, b.socket.local_port);
        peer_reset(pair_peer(&pair->a), NULL);
        peer_reset(pair_peer(&pair->b), NULL);
    }
}

static void test_crossing_connections_settle_every_time(void **state)
{
    cross_connections(*state);
}

/* The second OPEN of a start is not that of a neighbor that has restarted. */
static void test_crossing_connections_with_graceful_restart(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.graceful_restart = pair->b.neighbor.graceful_restart = true;
    pair->a.neighbor.restart_time_s = pair->b.neighbor.restart_time_s = 120;
    cross_connections(pair);
}

static void test_one_passive(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.passive = true;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    assert_int_equal(pair_status(&pair->a).socket.local_port, pair_port());
    assert_int_equal(pair_status(&pair->a).transitions, 1);
}

static bool a_was_rejected(struct pair *pair)
{
    return pair_status(&pair->a).last_error_received.code != 0;
}

static void test_wrong_as_is_rejected_in_words(void **state)
{
    struct pair *pair = *state;
    pair->b.neighbor.peer_as = 64999;
    pair->b.neighbor.passive = true;
    pair_start(pair);
    WAIT_FOR(pair, a_was_rejected);
    struct peer_status a = pair_status(&pair->a);
    assert_int_equal(a.last_error_received.code, ERROR_OPEN);
    assert_int_equal(a.last_error_received.subcode, OPEN_BAD_PEER_AS);
    assert_int_equal(a.last_error_received.direction, ERROR_RECEIVED);
    assert_non_null(strstr(a.last_error_received.name, "Bad Peer AS"));
    assert_int_equal(pair_status(&pair->b).last_error_sent.subcode, OPEN_BAD_PEER_AS);
    assert_int_equal(pair->a.ups, 0);
}

static void test_end_of_rib_waits_for_release(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    speaker_flush(pair->a.speaker);
    assert_int_equal(pair_status(&pair->a).sent.update, 1); /* the route alone */
    WAIT_FOR(pair, b_has_one_route);

    speaker_release(pair->a.speaker);
    assert_int_equal(pair_status(&pair->a).sent.update, 2); /* End-of-RIB, at once */
    WAIT_FOR(pair, a_all_acknowledged);
    assert_int_equal(pair_status(&pair->b).received.update, 2);

    struct prefix prefix = pair_prefix("203.0.113.9/32");
    const struct rib_out_route *route = rib_out_find(peer_rib_out(pair_peer(&pair->a)), &prefix);
    assert_int_equal(peer_delivery(pair_peer(&pair->a), route), DELIVERY_ACKNOWLEDGED);

    /* Said again, it is not sent again. */
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    speaker_flush(pair->a.speaker);
    assert_int_equal(pair_status(&pair->a).sent.update, 2);
}

static void test_withdrawal_and_change(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 2);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_one_route);
    char path[64];
    struct path_attributes prepended = {.prepend = 2};
    assert_string_equal(peer_as_path_text(pair_peer(&pair->a), &prepended, path, sizeof path), "65010 65010 65010");

    pair_desire(&pair->a, "203.0.113.9/32", -1);
    pair_desire(&pair->a, "203.0.113.10/32", 0);
    uint32_t before = pair_status(&pair->a).sent.update;
    speaker_flush(pair->a.speaker);
    assert_int_equal(pair_status(&pair->a).sent.update, before + 2);
    pair_desire(&pair->a, "203.0.113.10/32", -1);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_no_route);
}

static bool b_refresh_answered(struct pair *pair)
{
    return pair_status(&pair->b).received.update >= 3 && pair_status(&pair->b).received.route_refresh >= 2;
}

static void test_refresh_is_answered_with_everything(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_one_route);
    assert_true(peer_refresh(pair_peer(&pair->b)));
    /* The route once more, between beginning and end of the refresh (RFC 7313). */
    WAIT_FOR(pair, b_refresh_answered);
    assert_int_equal(pair_status(&pair->a).sent.route_refresh, 2);
    assert_true(b_has_one_route(pair));
}

static void test_admin_down_with_text_and_up(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    peer_admin_down(pair_peer(&pair->a), "maintenance until nine");
    WAIT_FOR(pair, none_established);
    struct peer_status a = pair_status(&pair->a), b = pair_status(&pair->b);
    assert_true(a.admin_down);
    assert_int_equal(a.state, SESSION_IDLE);
    assert_int_equal(b.last_error.code, ERROR_CEASE);
    assert_int_equal(b.last_error.subcode, CEASE_ADMINISTRATIVE_SHUTDOWN);
    assert_string_equal(b.last_error.message, "maintenance until nine");
    const struct event *event = journal_latest(pair->b.journal, "session", pair_host(11));
    assert_string_equal(event->from, "established");
    assert_non_null(strstr(event->cause, "maintenance until nine"));

    peer_admin_up(pair_peer(&pair->a));
    WAIT_FOR(pair, both_established);
    assert_int_equal(pair_status(&pair->a).transitions, 2);
}

static void test_reset_comes_back(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_one_route);
    peer_reset(pair_peer(&pair->a), NULL);
    WAIT_FOR(pair, b_has_no_route);
    WAIT_FOR(pair, both_established);
    WAIT_FOR(pair, b_has_one_route); /* the whole table again, without being asked */
    assert_int_equal(pair_status(&pair->b).last_error_received.subcode, CEASE_ADMINISTRATIVE_RESET);
}

static void test_password_on_both_sides(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.password = pair->b.neighbor.password = "correct horse";
    pair->a.neighbor.passive = true;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    assert_true(pair_status(&pair->a).socket.md5);

    /* Roles exchanged, so that each side has been the one that listens. */
    pair->a.neighbor.passive = false;
    pair->b.neighbor.passive = true;
    pair_apply(&pair->a);
    pair_apply(&pair->b);
    peer_reset(pair_peer(&pair->b), NULL);
    WAIT_FOR(pair, none_established);
    WAIT_FOR(pair, both_established);
}

static const char *suspected;

static bool a_suspects(struct pair *pair)
{
    return strstr(pair_status(&pair->a).last_transport_error.message, suspected) != NULL;
}

/* The kernel drops what is signed wrongly without a word: no answer is all there is, and what to suspect. */
static void expect_suspicion(struct pair *pair, const char *ours, const char *theirs, const char *message)
{
    pair->a.neighbor.password = ours;
    pair->b.neighbor.password = theirs;
    suspected = message;
    pair_start(pair);
    WAIT_FOR(pair, a_suspects);
    assert_int_equal(pair->a.ups + pair->b.ups, 0);
}

static void test_wrong_password_makes_no_session(void **state)
{
    expect_suspicion(*state, "correct horse", "battery staple", "an invalid TCP MD5 signature");
}

static void test_a_password_of_ours_alone(void **state)
{
    expect_suspicion(*state, "correct horse", NULL, "without a TCP MD5 signature");
}

static void test_a_password_of_theirs_alone(void **state)
{
    expect_suspicion(*state, NULL, "battery staple", "an unexpected TCP MD5 signature");
}

/* Nothing was dropped here, and it may still be the password. */
static void test_no_answer_with_a_password(void **state)
{
    struct pair *pair = *state;
    pair->b.neighbor.passive = true;
    expect_suspicion(pair, "correct horse", "battery staple", "no answer");
    assert_non_null(strstr(pair_status(&pair->a).last_transport_error.message, "password"));
}

static void test_gtsm(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.ttl_security = pair->b.neighbor.ttl_security = 1;
    pair->a.neighbor.ttl = pair->b.neighbor.ttl = 255;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    assert_int_equal(pair_status(&pair->a).socket.ttl, 255);
    assert_int_equal(pair_status(&pair->a).socket.minimum_ttl, 255);
}

static void test_gtsm_keeps_the_distant_out(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.ttl_security = 1;
    pair->a.neighbor.ttl = 255;
    pair->b.neighbor.ttl = 64; /* as if it were 191 hops away */
    pair_start(pair);
    assert_false(pair_run_until(pair, both_established, 700));
}

static bool done;

static void shut_down(void *user)
{
    (void)user;
    done = true;
}

static bool shutdown_done(struct pair *pair)
{
    (void)pair;
    return done;
}

static void test_shutdown_withdraws_and_says_why(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_one_route);
    uint32_t updates = pair_status(&pair->b).received.update;
    done = false;
    speaker_shutdown(pair->a.speaker, "going home", 2000, shut_down, NULL);
    WAIT_FOR(pair, shutdown_done);
    WAIT_FOR(pair, none_established);
    struct peer_status b = pair_status(&pair->b);
    assert_int_equal(b.received.update, updates + 1); /* the withdrawal came before the Cease */
    assert_int_equal(b.last_error.subcode, CEASE_ADMINISTRATIVE_SHUTDOWN);
    assert_string_equal(b.last_error.message, "going home");
}

static void test_import_policies(void **state)
{
    struct pair *pair = *state;
    pair->b.neighbor.import = IMPORT_VIPS;
    pair_start(pair);
    pair_set_vip(pair->b.speaker, "203.0.113.9/32");
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    pair_desire(&pair->a, "198.51.100.0/24", 0);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_one_route);
    assert_int_equal(pair_status(&pair->b).prefixes_received, 2);
    assert_int_equal(pair_status(&pair->b).prefixes_kept, 1);
    assert_false(a_has_one_route(pair));
}

static bool b_has_stopped(struct pair *pair)
{
    return pair_status(&pair->b).last_error_sent.code == ERROR_CEASE;
}

static void test_maximum_prefix(void **state)
{
    struct pair *pair = *state;
    pair->b.neighbor.maximum_prefix = 1;
    pair_start(pair);
    speaker_release(pair->a.speaker);
    WAIT_FOR(pair, both_established);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_one_route);
    pair_desire(&pair->a, "203.0.113.10/32", 0);
    speaker_flush(pair->a.speaker);
    WAIT_FOR(pair, b_has_stopped);
    WAIT_FOR(pair, none_established);
    assert_int_equal(pair_status(&pair->b).last_error_sent.subcode, CEASE_MAXIMUM_PREFIXES);
    assert_int_equal(pair->b.downs, 1);
    assert_true(pair_status(&pair->b).timers.idle_hold > 40); /* it does not come back at once to the same end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_connect_and_one_session_stays, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_crossing_connections_settle_every_time, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_crossing_connections_with_graceful_restart, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_one_passive, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_wrong_as_is_rejected_in_words, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_end_of_rib_waits_for_release, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_withdrawal_and_change, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_refresh_is_answered_with_everything, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_admin_down_with_text_and_up, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_reset_comes_back, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_password_on_both_sides, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_wrong_password_makes_no_session, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_password_of_ours_alone, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_password_of_theirs_alone, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_no_answer_with_a_password, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_gtsm, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_gtsm_keeps_the_distant_out, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_shutdown_withdraws_and_says_why, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_import_policies, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_maximum_prefix, pair_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
