/* The neighbor connects while a session is established: with graceful restart that is how it comes back after a
 * restart (RFC 4724 section 4.2), but only an OPEN proves it. */
#include "puppet.h"
#include "shifted_clock.h"

#include <dirent.h>

enum { OLD_MS = 10 * 1000, MINUTE_MS = 60 * 1000 };

static struct puppet first, second;

/* 203.0.113.0/24 */
static const uint8_t route[] = {
    0,    0,                                /* no withdrawn routes */
    0,    20,                               /* attributes */
    0x40, 1,   1, 0,                        /* ORIGIN */
    0x40, 2,   6, 2,   1, 0, 0, 0xff, 0xeb, /* AS_PATH 65515 */
    0x40, 3,   4, 192, 0, 2, 1,             /* NEXT_HOP */
    24,   203, 0, 113,
};

static struct open_message graceful_open(uint8_t families)
{
    struct open_message open = puppet_open();
    open.capabilities.graceful_restart =
        (struct graceful_restart){.offered = true, .restart_time = 120, .families = families, .forwarding = families};
    return open;
}

/* A session that the first puppet has made a while ago, with graceful restart for FAMILIES. */
static struct pair *established(void **state, uint8_t families)
{
    struct pair *pair = *state;
    struct open_message open = graceful_open(families);
    pair->a.neighbor.graceful_restart = true;
    pair->a.neighbor.restart_time_s = 120;
    puppet_reach_with(&first, pair, &open, SESSION_ESTABLISHED);
    assert_int_equal(pair_status(&pair->a).timers.idle_hold, -1); /* nothing of ours starts beside it */
    clock_advance(OLD_MS);
    return pair;
}

static void close_both(void)
{
    puppet_close(&first);
    puppet_close(&second);
}

static bool a_is_established(struct pair *pair)
{
    return peer_is_established(pair_peer(&pair->a));
}

static bool a_is_down(struct pair *pair)
{
    return !a_is_established(pair);
}

static bool a_has_a_route(struct pair *pair)
{
    return rib_in_count(peer_rib_in(pair_peer(&pair->a)), FAMILY_NONE) == 1;
}

static bool a_has_no_route(struct pair *pair)
{
    return !a_has_a_route(pair);
}

static bool a_has_heard_refresh(struct pair *pair)
{
    return pair_status(&pair->a).received.route_refresh == 2;
}

static void test_a_bare_connection_ends_nothing(void **state)
{
    struct pair *pair = established(state, FAMILY_BIT_IPV4);
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    puppet_reach(&second, pair, SESSION_OPEN_SENT);
    puppet_expect(&first, MESSAGE_KEEPALIVE, body, &size); /* asked for a sign of life */
    puppet_close(&second);
    assert_false(pair_run_until(pair, a_is_down, 100));
    assert_int_equal(pair_status(&pair->a).transitions, 1);
    assert_int_equal(pair_status(&pair->a).last_transport_error.direction, ERROR_NONE); /* not the session's */
    puppet_close(&first);
}

/* The session is lost for the first time, and the neighbor need not wait. */
static void expect_return_at_once(struct pair *pair)
{
    clock_stop();
    puppet_close(&first);
    WAIT_FOR(pair, a_is_down);
    puppet_reach(&second, pair, SESSION_ESTABLISHED);
    puppet_close(&second);
    clock_go();
}

/* The session is a connection of ours; the neighbor prefers a new one, and says so on the old one. */
static void test_the_neighbor_resolves_it(void **state)
{
    static const uint8_t body[] = {ERROR_CEASE, CEASE_COLLISION_RESOLUTION};
    struct pair *pair = *state;
    struct open_message open = graceful_open(FAMILY_BIT_IPV4);
    int listener = puppet_listen(pair);
    pair->a.neighbor.graceful_restart = true;
    pair->a.neighbor.passive = false;
    peer_reset(pair_peer(&pair->a), NULL);
    puppet_accept(&first, pair, listener);
    puppet_send_open(&first, &open);
    puppet_send_keepalive(&first);
    WAIT_FOR(pair, a_is_established);
    close(listener);
    puppet_reach(&second, pair, SESSION_OPEN_SENT);
    puppet_send_message(&first, MESSAGE_NOTIFICATION, body, sizeof body);
    WAIT_FOR(pair, a_is_down);
    assert_int_equal(pair_status(&pair->a).last_error_received.subcode, CEASE_COLLISION_RESOLUTION);
    puppet_send_open(&second, &open);
    puppet_send_keepalive(&second);
    WAIT_FOR(pair, a_is_established);
    close_both();
}

static void test_an_invalid_open_ends_nothing(void **state)
{
    struct pair *pair = established(state, FAMILY_BIT_IPV4);
    struct open_message open = graceful_open(FAMILY_BIT_IPV4);
    open.as = 64999;
    puppet_reach(&second, pair, SESSION_OPEN_SENT);
    puppet_send_open(&second, &open);
    puppet_expect_notification(&second, ERROR_OPEN, OPEN_BAD_PEER_AS);
    assert_int_equal(pair_status(&pair->a).state, SESSION_ESTABLISHED);
    assert_int_equal(pair_status(&pair->a).transitions, 1);
    assert_int_equal(pair_status(&pair->a).timers.idle_hold, -1);
    puppet_close(&second);
    clock_advance(OLD_MS);
    expect_return_at_once(pair); /* and is no failure of the session */
}

static void test_a_valid_open_takes_its_place(void **state)
{
    struct pair *pair = established(state, FAMILY_BIT_IPV4);
    struct open_message open = graceful_open(FAMILY_BIT_IPV4);
    for (unsigned i = 0; i < 3; i++) { /* each time the other of the two places */
        puppet_reach(&second, pair, SESSION_OPEN_SENT);
        puppet_send_open(&second, &open);
        puppet_expect_closed(&first);
        puppet_close(&first);
        puppet_send_keepalive(&second);
        WAIT_FOR(pair, a_is_established);
        first = second;
        clock_advance(OLD_MS);
    }
    assert_int_equal(pair_status(&pair->a).transitions, 4);
    expect_return_at_once(pair); /* to give way was no failure */
}

/* Connections that cross: the neighbor's OPEN may have been on its way when the other connection was established. */
static void test_a_young_session_stays(void **state)
{
    struct pair *pair = *state;
    struct open_message open = graceful_open(FAMILY_BIT_IPV4);
    pair->a.neighbor.graceful_restart = true;
    clock_stop();
    puppet_reach_with(&first, pair, &open, SESSION_ESTABLISHED);
    puppet_reach(&second, pair, SESSION_OPEN_SENT);
    puppet_send_open(&second, &open);
    puppet_expect_notification(&second, ERROR_CEASE, CEASE_COLLISION_RESOLUTION);
    clock_go();
    assert_true(a_is_established(pair));
    close_both();
}

/* A capability without a family says nothing about a restart: the established session stays (RFC 4271 section 6.8). */
static void test_no_family_no_replacement(void **state)
{
    struct pair *pair = established(state, 0);
    puppet_connect(&second, pair, 0);
    puppet_expect_closed(&second);
    assert_true(a_is_established(pair));
    close_both();
}

/* RFC 8538: where the neighbor has the N bit, the routes outlive a NOTIFICATION that is no hard reset; RFC 4724: else
 * they go. */
static void test_notifications_with_and_without_the_n_bit(void **state)
{
    static const struct {
        const char *name;
        bool n_bit, routes_stay;
        uint8_t notification[2]; /* of the neighbor; else the hold timer expires */
    } rows[] = {
        {"hold timer", false, false, {0}},
        {"hold timer, N bit", true, true, {0}},
        {"NOTIFICATION", false, false, {ERROR_CEASE, CEASE_ADMINISTRATIVE_RESET}},
        {"NOTIFICATION, N bit", true, true, {ERROR_CEASE, CEASE_ADMINISTRATIVE_RESET}},
        {"hard reset, N bit", true, false, {ERROR_CEASE, CEASE_HARD_RESET}},
    };
    struct pair *pair = *state;
    pair->a.neighbor.graceful_restart = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct open_message open = graceful_open(FAMILY_BIT_IPV4);
        open.capabilities.graceful_restart.notification = rows[i].n_bit;
        puppet_reach_with(&first, pair, &open, SESSION_ESTABLISHED);
        puppet_send_message(&first, MESSAGE_UPDATE, route, sizeof route);
        WAIT_FOR(pair, a_has_a_route);
        if (rows[i].notification[0]) {
            puppet_send_message(&first, MESSAGE_NOTIFICATION, rows[i].notification, sizeof rows[i].notification);
            WAIT_FOR(pair, a_is_down);
        } else {
            clock_advance(100 * 1000);
            puppet_expect_notification(&first, ERROR_HOLD_TIMER, 0);
        }
        puppet_close(&first);
        if (a_has_a_route(pair) != rows[i].routes_stay)
            fail_msg("%s: the routes %s", rows[i].name, rows[i].routes_stay ? "are gone" : "are still there");
        clock_advance(OLD_MS);
    }
}

/* Whether the route of "a" outlives so many minutes in which PUPPET says nothing but KEEPALIVE. */
static bool outlives(struct pair *pair, struct puppet *puppet, unsigned minutes)
{
    for (unsigned i = 0; i < minutes; i++) {
        clock_advance(MINUTE_MS);
        puppet_send_keepalive(puppet);
        pair_run_until(pair, a_is_down, 10);
    }
    assert_true(a_is_established(pair));
    return a_has_a_route(pair);
}

/* Stale routes wait for End-of-RIB, and for the end of a refresh (RFC 7313 section 4), but not for ever. */
static void test_the_wait_for_the_end_is_bounded(void **state)
{
    static const uint8_t begin[] = {0, 1, REFRESH_BEGIN, 1}, end_of_rib[4] = {0};
    struct pair *pair = *state;
    struct open_message open = graceful_open(FAMILY_BIT_IPV4);
    pair->a.neighbor.graceful_restart = true;
    open.capabilities.enhanced_refresh = true;
    puppet_reach_with(&first, pair, &open, SESSION_ESTABLISHED);
    puppet_send_message(&first, MESSAGE_UPDATE, route, sizeof route);
    WAIT_FOR(pair, a_has_a_route);
    puppet_close(&first);
    WAIT_FOR(pair, a_is_down);
    puppet_reach_with(&second, pair, &open, SESSION_ESTABLISHED);
    assert_true(outlives(pair, &second, 5));
    assert_false(outlives(pair, &second, 2));

    puppet_send_message(&second, MESSAGE_UPDATE, route, sizeof route);
    puppet_send_message(&second, MESSAGE_UPDATE, end_of_rib, sizeof end_of_rib);
    WAIT_FOR(pair, a_has_a_route);
    puppet_send_message(&second, MESSAGE_ROUTE_REFRESH, begin, sizeof begin);
    assert_true(outlives(pair, &second, 4));
    assert_false(outlives(pair, &second, 2));
    puppet_close(&second);
}

/* RFC 4724 section 3: that we have restarted, and kept forwarding, is said for the restart time. */
static void test_what_open_says_after_a_restart(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.graceful_restart = true;
    pair->a.neighbor.restart_time_s = 120;
    speaker_set_preserved(pair->a.speaker, FAMILY_BIT_IPV4);
    struct graceful_restart said = puppet_read_open(&first, pair).capabilities.graceful_restart;
    assert_true(said.restart_state && said.notification);
    assert_int_equal(said.forwarding, FAMILY_BIT_IPV4);
    puppet_close(&first);
    clock_advance(2 * MINUTE_MS);
    said = puppet_read_open(&first, pair).capabilities.graceful_restart;
    assert_true(said.offered && !said.restart_state);
    assert_int_equal(said.forwarding, 0);
    puppet_close(&first);
}

/* RFC 8538 section 3.1: we say that what the neighbor has sent too much of is not to be kept. */
static void test_maximum_prefix_is_a_hard_reset(void **state)
{
    struct pair *pair = *state;
    struct open_message open = graceful_open(FAMILY_BIT_IPV4);
    uint8_t other[sizeof route];
    memcpy(other, route, sizeof route);
    other[sizeof route - 1]++;
    open.capabilities.graceful_restart.notification = true;
    pair->a.neighbor.graceful_restart = true;
    pair->a.neighbor.maximum_prefix = 1;
    puppet_reach_with(&first, pair, &open, SESSION_ESTABLISHED);
    puppet_send_message(&first, MESSAGE_UPDATE, route, sizeof route);
    puppet_send_message(&first, MESSAGE_UPDATE, other, sizeof other);
    puppet_expect_notification(&first, ERROR_CEASE, CEASE_HARD_RESET);
    puppet_close(&first);
}

/* The neighbor drops the connection that lost a collision: nothing that show would have to tell. */
static void test_a_lost_collision_is_not_noted(void **state)
{
    static const uint8_t body[] = {ERROR_CEASE, CEASE_COLLISION_RESOLUTION};
    struct pair *pair = established(state, FAMILY_BIT_IPV4);
    puppet_reach(&second, pair, SESSION_OPEN_SENT);
    puppet_send_message(&second, MESSAGE_NOTIFICATION, body, sizeof body);
    puppet_expect_closed(&second);
    assert_int_equal(pair_status(&pair->a).last_error_received.direction, ERROR_NONE);
    assert_true(a_is_established(pair));
    close_both();
}

/* RFC 7313 section 4: before End-of-RIB the beginning of a refresh means nothing. */
static void test_a_refresh_waits_for_end_of_rib(void **state)
{
    static const uint8_t begin[] = {0, 1, REFRESH_BEGIN, 1}, end[] = {0, 1, REFRESH_END, 1}, end_of_rib[4] = {0};
    struct pair *pair = *state;
    struct open_message open = graceful_open(FAMILY_BIT_IPV4);
    pair->a.neighbor.graceful_restart = true;
    open.capabilities.enhanced_refresh = true;
    puppet_reach_with(&first, pair, &open, SESSION_ESTABLISHED);
    puppet_send_message(&first, MESSAGE_UPDATE, route, sizeof route);
    puppet_send_message(&first, MESSAGE_ROUTE_REFRESH, begin, sizeof begin);
    puppet_send_message(&first, MESSAGE_ROUTE_REFRESH, end, sizeof end);
    WAIT_FOR(pair, a_has_heard_refresh);
    assert_true(a_has_a_route(pair));
    puppet_send_message(&first, MESSAGE_UPDATE, end_of_rib, sizeof end_of_rib);
    puppet_send_message(&first, MESSAGE_ROUTE_REFRESH, begin, sizeof begin);
    puppet_send_message(&first, MESSAGE_ROUTE_REFRESH, end, sizeof end);
    WAIT_FOR(pair, a_has_no_route);
    puppet_close(&first);
}

/* One that has restarted does not wait; one that does nothing else is kept waiting. */
static void test_it_returns_at_once_the_first_time(void **state)
{
    struct pair *pair = established(state, FAMILY_BIT_IPV4);
    clock_stop();
    puppet_close(&first);
    WAIT_FOR(pair, a_is_down);
    puppet_reach(&first, pair, SESSION_ESTABLISHED);
    puppet_close(&first);
    WAIT_FOR(pair, a_is_down);
    puppet_connect(&second, pair, 0);
    puppet_expect_closed(&second);
    clock_go();
    puppet_close(&second);
}

/* A connection that the neighbor has left in silence keeps nobody from connecting anew. */
static void test_we_connect_though_theirs_is_silent(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.passive = false;
    established(state, FAMILY_BIT_IPV4);
    puppet_reach(&second, pair, SESSION_OPEN_SENT);
    clock_stop();
    puppet_close(&first);
    WAIT_FOR(pair, a_is_down);
    assert_int_equal(pair_status(&pair->a).timers.idle_hold, 2); /* it may not be silent after all */
    clock_go();
    int listener = puppet_listen(pair);
    clock_advance(OLD_MS);
    puppet_accept(&first, pair, listener);
    close(listener);
    close_both();
}

/* Only the first KEEPALIVE is missing, and with a hold time of 0 no timer of the RFC waits for it. */
static void test_open_confirm_does_not_last(void **state)
{
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    open.hold_time_s = 0;
    clock_stop();
    puppet_reach_with(&first, pair, &open, SESSION_OPEN_CONFIRM);
    puppet_connect(&second, pair, 0);
    puppet_expect_closed(&second); /* the first one is young */
    clock_go();
    puppet_close(&second);
    clock_advance(5 * MINUTE_MS);
    puppet_expect_notification(&first, ERROR_HOLD_TIMER, 0);
    close(first.fd);
}

static void test_a_connection_left_in_open_confirm_gives_way(void **state)
{
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    open.hold_time_s = 0;
    puppet_reach_with(&first, pair, &open, SESSION_OPEN_CONFIRM);
    clock_advance(OLD_MS);
    puppet_reach_with(&second, pair, &open, SESSION_ESTABLISHED);
    clock_advance(60 * MINUTE_MS);
    assert_false(pair_run_until(pair, a_is_down, 50)); /* hold time 0: silence is no failure now */
    close_both();
}

static int open_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/* Each connection makes an end of the one before, and leaves its own side of that open. */
static void test_closed_connections_do_not_pile_up(void **state)
{
    enum { MANY = 40, FEW = 10 };
    struct pair *pair = *state;
    int before = open_descriptors(), descriptors[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        puppet_reach(&first, pair, SESSION_OPEN_SENT);
        descriptors[i] = first.fd;
    }
    assert_in_range(open_descriptors() - before - MANY, 1, FEW);
    for (unsigned i = 0; i < MANY; i++)
        close(descriptors[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_bare_connection_ends_nothing, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_the_neighbor_resolves_it, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_an_invalid_open_ends_nothing, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_valid_open_takes_its_place, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_young_session_stays, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_no_family_no_replacement, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_notifications_with_and_without_the_n_bit, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_the_wait_for_the_end_is_bounded, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_what_open_says_after_a_restart, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_maximum_prefix_is_a_hard_reset, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_lost_collision_is_not_noted, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_refresh_waits_for_end_of_rib, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_it_returns_at_once_the_first_time, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_open_confirm_does_not_last, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_connection_left_in_open_confirm_gives_way, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_closed_connections_do_not_pile_up, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_we_connect_though_theirs_is_silent, puppet_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
