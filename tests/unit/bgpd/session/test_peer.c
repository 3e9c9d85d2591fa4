/* What a neighbor can do wrong, and what becomes of it. */
#include "puppet.h"
#include "shifted_clock.h"

#include "bgpd/session/peer_private.h"

static struct puppet puppet;

static bool a_is_idle(struct pair *pair)
{
    return pair_status(&pair->a).state == SESSION_IDLE;
}

static bool a_is_established(struct pair *pair)
{
    return peer_is_established(pair_peer(&pair->a));
}

static bool a_is_active(struct pair *pair)
{
    return pair_status(&pair->a).state == SESSION_ACTIVE;
}

/* ---- the FSM's errors over a socket (RFC 6608) ---- */

static void test_unexpected_messages(void **state)
{
    static const struct {
        enum session_state state;
        uint8_t type, subcode;
    } rows[] = {
        {SESSION_OPEN_SENT, MESSAGE_KEEPALIVE, FSM_UNEXPECTED_IN_OPEN_SENT},
        {SESSION_OPEN_SENT, MESSAGE_UPDATE, FSM_UNEXPECTED_IN_OPEN_SENT},
        {SESSION_OPEN_SENT, MESSAGE_ROUTE_REFRESH, FSM_UNEXPECTED_IN_OPEN_SENT},
        {SESSION_OPEN_CONFIRM, MESSAGE_UPDATE, FSM_UNEXPECTED_IN_OPEN_CONFIRM},
        {SESSION_OPEN_CONFIRM, MESSAGE_OPEN, FSM_UNEXPECTED_IN_OPEN_CONFIRM},
        {SESSION_ESTABLISHED, MESSAGE_OPEN, FSM_UNEXPECTED_IN_ESTABLISHED},
    };
    static const uint8_t update[] = {0, 0, 0, 0}, refresh[] = {0, 1, 0, 1};
    struct pair *pair = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct open_message open = puppet_open();
        WAIT_FOR(pair, a_is_active);
        puppet_reach(&puppet, pair, rows[i].state);
        if (rows[i].type == MESSAGE_KEEPALIVE)
            puppet_send_keepalive(&puppet);
        else if (rows[i].type == MESSAGE_OPEN)
            puppet_send_open(&puppet, &open);
        else if (rows[i].type == MESSAGE_UPDATE)
            puppet_send_message(&puppet, MESSAGE_UPDATE, update, sizeof update);
        else
            puppet_send_message(&puppet, MESSAGE_ROUTE_REFRESH, refresh, sizeof refresh);
        puppet_expect_notification(&puppet, ERROR_FSM, rows[i].subcode);
        puppet_close(&puppet);
        peer_reset(pair_peer(&pair->a), NULL); /* forgets the back-off */
    }
}

/* ---- headers and OPEN (RFC 4271 section 6.1, 6.2) ---- */

static void expect_answer(struct pair *pair, const void *data, size_t size, uint8_t code, uint8_t subcode)
{
    puppet_reach(&puppet, pair, SESSION_OPEN_SENT);
    puppet_send(&puppet, data, size);
    puppet_expect_notification(&puppet, code, subcode);
    puppet_close(&puppet);
    assert_int_equal(pair_status(&pair->a).last_error_sent.code, code);
}

static void test_marker_is_wrong(void **state)
{
    uint8_t header[MESSAGE_HEADER_SIZE] = {[17] = MESSAGE_HEADER_SIZE, [18] = MESSAGE_KEEPALIVE};
    expect_answer(*state, header, sizeof header, ERROR_HEADER, HEADER_NOT_SYNCHRONIZED);
}

static void test_length_is_wrong(void **state)
{
    uint8_t header[MESSAGE_HEADER_SIZE];
    memset(header, 0xff, sizeof header); /* length 65535, type 255 */
    header[18] = MESSAGE_OPEN;
    expect_answer(*state, header, sizeof header, ERROR_HEADER, HEADER_BAD_LENGTH);
}

static void test_type_is_wrong(void **state)
{
    uint8_t header[MESSAGE_HEADER_SIZE];
    memset(header, 0xff, sizeof header);
    header[16] = 0;
    header[17] = MESSAGE_HEADER_SIZE;
    expect_answer(*state, header, sizeof header, ERROR_HEADER, HEADER_BAD_TYPE);
}

static void expect_open_answer(struct pair *pair, const struct open_message *open, uint8_t subcode)
{
    uint8_t data[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    open_encode(&writer, open);
    expect_answer(pair, data, writer.position, ERROR_OPEN, subcode);
}

static void test_open_with_wrong_as(void **state)
{
    struct open_message open = puppet_open();
    open.as = 64999;
    expect_open_answer(*state, &open, OPEN_BAD_PEER_AS);
}

static void test_open_with_hold_time_of_one(void **state)
{
    struct open_message open = puppet_open();
    open.hold_time_s = 1;
    expect_open_answer(*state, &open, OPEN_UNACCEPTABLE_HOLD_TIME);
}

static void test_open_without_common_family(void **state)
{
    struct open_message open = puppet_open();
    open.capabilities.families = FAMILY_BIT_IPV6;
    expect_open_answer(*state, &open, OPEN_UNSUPPORTED_CAPABILITY);
}

static void test_open_cut_short(void **state)
{
    struct pair *pair = *state;
    uint8_t data[MESSAGE_MAX];
    struct open_message open = puppet_open();
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    open_encode(&writer, &open);
    for (size_t size = 1; size < writer.position; size += 7) {
        puppet_reach(&puppet, pair, SESSION_OPEN_SENT);
        puppet_send(&puppet, data, size);
        puppet_close(&puppet);
        WAIT_FOR(pair, a_is_active); /* no failure that would need a back-off; it may come again */
    }
    assert_non_null(strstr(pair_status(&pair->a).last_transport_error.message, "closed by the neighbor"));
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_close(&puppet);
}

static void test_a_byte_at_a_time(void **state)
{
    struct pair *pair = *state;
    uint8_t data[MESSAGE_MAX];
    struct open_message open = puppet_open();
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    open_encode(&writer, &open);
    keepalive_encode(&writer);
    puppet_reach(&puppet, pair, SESSION_OPEN_SENT);
    for (size_t i = 0; i < writer.position; i++) {
        puppet_send(&puppet, &data[i], 1);
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    }
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    while (!peer_is_established(pair_peer(&pair->a)) && clock_monotonic_ms() < deadline)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    assert_true(peer_is_established(pair_peer(&pair->a)));
    puppet_close(&puppet);
}

/* ---- rejected by the neighbor ---- */

static void test_notification_is_kept_in_words(void **state)
{
    struct pair *pair = *state;
    static const uint8_t body[] = {ERROR_CEASE, CEASE_ADMINISTRATIVE_SHUTDOWN, 4, 'l', 'u', 'n', 'c'};
    puppet_reach(&puppet, pair, SESSION_OPEN_SENT);
    puppet_send_message(&puppet, MESSAGE_NOTIFICATION, body, sizeof body);
    WAIT_FOR(pair, a_is_active);
    struct session_error error = pair_status(&pair->a).last_error_received;
    assert_int_equal(error.code, ERROR_CEASE);
    assert_string_equal(error.name, "Cease/Administrative Shutdown");
    assert_string_equal(error.message, "lunc");
    puppet_close(&puppet);
}

static bool a_was_refused_tcp(struct pair *pair)
{
    return strstr(pair_status(&pair->a).last_transport_error.message, "refused") != NULL;
}

static const char *cause(struct pair *pair)
{
    static struct peer_status status;
    status = pair_status(&pair->a);
    const struct session_error *error = peer_status_cause(&status);
    return error->name[0] ? error->name : error->message;
}

/* What the neighbor said is not forgotten for the connections that fail after it. */
static void test_the_cause_outlives_what_follows(void **state)
{
    static const uint8_t body[] = {ERROR_CEASE, CEASE_ADMINISTRATIVE_SHUTDOWN};
    struct pair *pair = *state;
    pair->a.neighbor.passive = false;
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    peer_reset(pair_peer(&pair->a), NULL);
    puppet_close(&puppet);
    WAIT_FOR(pair, a_was_refused_tcp);
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_send_message(&puppet, MESSAGE_NOTIFICATION, body, sizeof body);
    puppet_close(&puppet);
    WAIT_FOR(pair, a_is_idle);
    clock_advance(1000);
    uint64_t down_us = pair_status(&pair->a).last_error.time_us;
    while (pair_status(&pair->a).last_transport_error.time_us <= down_us)
        uv_run(&pair->loop, UV_RUN_ONCE);
    assert_int_equal(pair_status(&pair->a).last_error.code, ERROR_CEASE);
    assert_int_equal(pair_status(&pair->a).last_error.direction, ERROR_RECEIVED);
    assert_string_equal(cause(pair), "Cease/Administrative Shutdown");
    assert_true(a_was_refused_tcp(pair));

    /* It explains no session that came after it. */
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_close(&puppet);
    WAIT_FOR(pair, a_is_idle);
    assert_string_equal(cause(pair), "connection closed by the neighbor");
    assert_int_equal(pair_status(&pair->a).last_error.code, ERROR_CEASE);
}

static bool a_is_offered_open(struct pair *pair)
{
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    puppet_connect(&puppet, pair, 0);
    uint8_t type = puppet_next(&puppet, body, &size);
    if (type == 0)
        puppet_close(&puppet);
    return type == MESSAGE_OPEN;
}

static void test_back_off_after_repeated_rejection(void **state)
{
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    open.as = 64999;
    uint64_t waited[3];
    for (unsigned i = 0; i < 3; i++) {
        uint64_t start = clock_monotonic_ms();
        WAIT_FOR(pair, a_is_offered_open);
        waited[i] = clock_monotonic_ms() - start;
        puppet_send_open(&puppet, &open);
        puppet_expect_notification(&puppet, ERROR_OPEN, OPEN_BAD_PEER_AS);
        puppet_close(&puppet);
    }
    /* Not sooner than that; how much later is the machine's business. */
    assert_true(waited[1] >= 300);
    assert_true(waited[2] >= 500);
    assert_string_equal(pair_status(&pair->a).last_error.message, "received 64999, configured 65515");
}

/* ---- a neighbor that accepts and closes */

static int seconds_to_next_attempt(struct pair *pair)
{
    WAIT_FOR(pair, a_is_active);
    return pair_status(&pair->a).timers.connect_retry;
}

/* TCP that connects and dies is an attempt in vain like any other. */
static void test_connections_that_die_are_tried_again_ever_more_slowly(void **state)
{
    static const int expected[] = {5, 10, 20, 40, 60, 60};
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    pair->a.neighbor.passive = false;
    pair->a.neighbor.connect_retry_ms = 5000;
    int listener = puppet_listen(pair);
    clock_stop();
    peer_reset(pair_peer(&pair->a), NULL);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        puppet_accept(&puppet, pair, listener);
        puppet_close(&puppet);
        int seconds = seconds_to_next_attempt(pair);
        assert_in_range(seconds, expected[i] * 3 / 4, expected[i]); /* with jitter */
        clock_advance(seconds * UINT64_C(1000));
    }
    /* A session makes good for all. */
    puppet_accept(&puppet, pair, listener);
    puppet_send_open(&puppet, &open);
    puppet_send_keepalive(&puppet);
    WAIT_FOR(pair, a_is_established);
    puppet_close(&puppet);
    WAIT_FOR(pair, a_is_idle);
    clock_advance(1000);
    puppet_accept(&puppet, pair, listener);
    puppet_close(&puppet);
    assert_in_range(seconds_to_next_attempt(pair), 4, 5);
    clock_go();
    close(listener);
}

/* From half a second, by half each time, up to a minute; with jitter, and never below the floor. */
static void test_idle_hold_grows(void **state)
{
    static const uint64_t expected[] = {500, 500, 750, 1125, 1687, 2530};
    struct peer *peer = pair_peer(&((struct pair *)*state)->a);
    for (unsigned round = 0; round < 20; round++) {
        for (peer->retries = 0; peer->retries < sizeof expected / sizeof *expected; peer->retries++)
            assert_in_range(peer_idle_hold_ms(peer), expected[peer->retries] * 3 / 4, expected[peer->retries]);
        peer->retries = 14;
        assert_in_range(peer_idle_hold_ms(peer), 45 * 1000, 60 * 1000);
        peer->retries = 1000;
        assert_in_range(peer_idle_hold_ms(peer), 45 * 1000, 60 * 1000);
        peer->idle_hold_floor_ms = 70 * 1000;
        assert_int_equal(peer_idle_hold_ms(peer), 70 * 1000);
        peer->idle_hold_floor_ms = 0;
    }
}

/* Of many failures a session leaves three, and a stable one none; its own end is one more: 1.7 s at most, and 0.5 s. */
static void test_a_session_makes_good_for_failures(void **state)
{
    static const struct {
        const char *name;
        unsigned retries, seconds;
        int32_t idle_hold;
    } rows[] = {{"short", 12, 0, 2}, {"stable", 3, 60, 1}};
    struct pair *pair = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        clock_stop();
        peer_reset(pair_peer(&pair->a), NULL);
        pair_peer(&pair->a)->retries = rows[i].retries;
        puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
        clock_advance(rows[i].seconds * 1000);
        puppet_close(&puppet);
        WAIT_FOR(pair, a_is_idle);
        if (pair_status(&pair->a).timers.idle_hold != rows[i].idle_hold)
            fail_msg("%s: idle hold %d s", rows[i].name, pair_status(&pair->a).timers.idle_hold);
        clock_go();
    }
}

/* ---- more than one connection ---- */

static void test_second_connection_replaces_one_without_open(void **state)
{
    struct pair *pair = *state;
    struct puppet *first = calloc(1, sizeof *first);
    puppet_reach(first, pair, SESSION_OPEN_SENT);
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_expect_notification(first, ERROR_CEASE, CEASE_COLLISION_RESOLUTION);
    puppet_close(first);
    puppet_close(&puppet);
    free(first);
}

static void test_established_stays_and_is_asked_for_life(void **state)
{
    struct pair *pair = *state;
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    struct puppet *second = calloc(1, sizeof *second);
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_connect(second, pair, 0);
    assert_int_equal(puppet_next(second, body, &size), 0);
    puppet_expect(&puppet, MESSAGE_KEEPALIVE, body, &size);
    assert_true(peer_is_established(pair_peer(&pair->a)));
    puppet_close(second);
    puppet_close(&puppet);
    free(second);
}

static void test_strangers_are_closed(void **state)
{
    struct pair *pair = *state;
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    pair->b.address.octets[3] = 99;
    puppet_connect(&puppet, pair, 0);
    assert_int_equal(puppet_next(&puppet, body, &size), 0);
    puppet_close(&puppet);
    assert_true(a_is_active(pair));
}

/* ---- timers (real ones, the shortest that the protocol allows) ---- */

static void test_silent_neighbor_is_let_go(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.hold_time_s = 3;
    uint64_t start = clock_monotonic_ms();
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    assert_int_equal(pair_status(&pair->a).hold_time_s, 3);
    puppet_expect_notification(&puppet, ERROR_HOLD_TIMER, 0);
    assert_true(clock_monotonic_ms() - start >= 2900);
    assert_true(pair_status(&pair->a).sent.keepalive >= 3);
    puppet_close(&puppet);
    assert_true(a_is_idle(pair));
}

static void expect_established_for(struct pair *pair, unsigned turns)
{
    for (unsigned i = 0; i < turns; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    assert_true(a_is_established(pair));
}

/* We were stopped for longer than the hold time, and what the neighbor has sent meanwhile waits in the socket. */
static void test_what_waits_unread_counts(void **state)
{
    enum { TURNS = 10 };
    static const uint8_t part[5] = {0xff, 0xff, 0xff, 0xff, 0xff};
    struct pair *pair = *state;
    pair->a.neighbor.hold_time_s = 3;
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    clock_stop();
    for (unsigned i = 0; i < 3; i++) {
        puppet_send_keepalive(&puppet);
        clock_advance(3500);
        expect_established_for(pair, TURNS);
    }
    clock_advance(2500); /* the whole hold time from then on */
    expect_established_for(pair, TURNS);

    /* Less than a message is good for one second, once. */
    puppet_send(&puppet, part, sizeof part);
    clock_advance(1000);
    expect_established_for(pair, TURNS);
    puppet_send(&puppet, part, sizeof part);
    clock_advance(1001);
    puppet_expect_notification(&puppet, ERROR_HOLD_TIMER, 0);
    clock_go();
    puppet_close(&puppet);
}

/* More routes for it than its receive buffer and ours hold. */
static void desire_too_much(struct pair *pair)
{
    for (unsigned i = 0; i < 3000; i++) {
        char prefix[PREFIX_TEXT_SIZE];
        snprintf(prefix, sizeof prefix, "10.%u.%u.0/24", i / 256, i % 256);
        pair_desire(&pair->a, prefix, (int)(i % 30));
    }
}

/* RFC 9687: it sends KEEPALIVE after KEEPALIVE but does not read. */
static void test_neighbor_that_does_not_read_is_let_go(void **state)
{
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    pair->a.neighbor.hold_time_s = 3;
    speaker_release(pair->a.speaker);
    puppet_connect(&puppet, pair, 2048);
    puppet_send_open(&puppet, &open);
    puppet_send_keepalive(&puppet);
    desire_too_much(pair);
    uint64_t start = clock_monotonic_ms(), next = start;
    while (pair_status(&pair->a).last_error.code != ERROR_SEND_HOLD_TIMER &&
           clock_monotonic_ms() < start + DEADLINE_MS) {
        if (clock_monotonic_ms() >= next && !a_is_idle(pair)) {
            puppet_send_keepalive(&puppet);
            next += 500;
        }
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(pair->a.ups, 1);
    assert_int_equal(pair_status(&pair->a).last_error.code, ERROR_SEND_HOLD_TIMER);
    assert_true(clock_monotonic_ms() - start >= 2900);
    puppet_close(&puppet);
}

static bool a_came_up(struct pair *pair)
{
    return pair->a.ups == 1;
}

static bool never(struct pair *pair)
{
    (void)pair;
    return false;
}

/* Without a hold time, too (RFC 9687: eight minutes). */
static void test_neighbor_that_does_not_read_is_let_go_without_a_hold_time(void **state)
{
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    open.hold_time_s = 0;
    speaker_release(pair->a.speaker);
    puppet_connect(&puppet, pair, 2048);
    puppet_send_open(&puppet, &open);
    puppet_send_keepalive(&puppet);
    assert_true(pair_run_until(pair, a_came_up, DEADLINE_MS)); /* before the minutes pass */
    desire_too_much(pair);
    speaker_flush(pair->a.speaker);
    unsigned minutes = 0;
    while (!pair_run_until(pair, never, 10) && pair_status(&pair->a).last_error.code == 0 && minutes < 60) {
        clock_advance(60 * 1000);
        minutes++;
    }
    assert_int_equal(pair->a.ups, 1);
    assert_int_equal(pair_status(&pair->a).last_error.code, ERROR_SEND_HOLD_TIMER);
    assert_true(minutes >= 8); /* and not many more: what is on its way is soon all there is room for */
    puppet_close(&puppet);
}

/* ---- UPDATEs: the other way, what leaves ---- */

/* RFC 9234 section 5: our role alone decides, whether or not the neighbor has one. */
static void test_only_to_customer_is_attached(void **state)
{
    static const uint8_t otc[] = {0xc0, 35, 4, 0, 0, 0xfd, 0xf2};
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    struct pair *pair = *state;
    size_t size;
    pair->a.neighbor.role = ROLE_PROVIDER;
    speaker_release(pair->a.speaker);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_expect(&puppet, MESSAGE_UPDATE, body, &size);
    assert_non_null(memmem(body, size, otc, sizeof otc));
    puppet_close(&puppet);
}

/* RFC 9234 section 4.1: iBGP has no roles. */
static void test_a_role_is_for_ebgp(void **state)
{
    struct pair *pair = *state;
    pair->a.neighbor.role = ROLE_PROVIDER;
    assert_int_equal(puppet_read_open(&puppet, pair).capabilities.role, ROLE_PROVIDER);
    puppet_close(&puppet);
    pair->a.neighbor.peer_as = pair->a.config.local_as;
    assert_int_equal(puppet_read_open(&puppet, pair).capabilities.role, ROLE_NONE);
    puppet_close(&puppet);
}

/* RFC 7313: BoRR, the route, EoRR, and none for a family that was not negotiated. The subtype is where RFC 2918 has a
 * reserved octet. */
static void test_answer_to_a_refresh_is_marked_at_both_ends(void **state)
{
    static const uint8_t request[] = {0, 1, 0, 1}, foreign[] = {0, 2, 0, 1};
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    size_t size;
    open.capabilities.enhanced_refresh = true;
    speaker_release(pair->a.speaker);
    pair_desire(&pair->a, "203.0.113.9/32", 0);
    puppet_reach_with(&puppet, pair, &open, SESSION_ESTABLISHED);
    puppet_expect(&puppet, MESSAGE_UPDATE, body, &size);
    puppet_expect(&puppet, MESSAGE_UPDATE, body, &size); /* End-of-RIB */
    puppet_send_message(&puppet, MESSAGE_ROUTE_REFRESH, foreign, sizeof foreign);
    puppet_send_message(&puppet, MESSAGE_ROUTE_REFRESH, request, sizeof request);
    puppet_expect(&puppet, MESSAGE_ROUTE_REFRESH, body, &size);
    assert_int_equal(body[2], REFRESH_BEGIN);
    assert_int_equal(puppet_next(&puppet, body, &size), MESSAGE_UPDATE);
    assert_int_equal(puppet_next(&puppet, body, &size), MESSAGE_ROUTE_REFRESH);
    assert_int_equal(body[2], REFRESH_END);
    puppet_close(&puppet);
}

static bool a_has_heard_refresh(struct pair *pair)
{
    return pair_status(&pair->a).received.route_refresh == 1;
}

/* While the first table is owed, it is the answer, and End-of-RIB its only mark. */
static void test_a_refresh_before_end_of_rib_has_no_marks(void **state)
{
    static const uint8_t request[] = {0, 1, 0, 1};
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    size_t size;
    open.capabilities.enhanced_refresh = true;
    puppet_reach_with(&puppet, pair, &open, SESSION_ESTABLISHED);
    puppet_send_message(&puppet, MESSAGE_ROUTE_REFRESH, request, sizeof request);
    WAIT_FOR(pair, a_has_heard_refresh);
    speaker_release(pair->a.speaker);
    puppet_expect(&puppet, MESSAGE_UPDATE, body, &size);
    assert_int_equal(pair_status(&pair->a).sent.route_refresh, 0);
    puppet_close(&puppet);
}

/* ---- UPDATEs ---- */

static bool a_has_counted(struct pair *pair)
{
    return pair_status(&pair->a).updates_malformed == 1;
}

static void test_malformed_update_costs_the_route_only(void **state)
{
    struct pair *pair = *state;
    static const uint8_t update[] = {
        0,    0,                    /* no withdrawn routes */
        0,    17,                   /* attributes */
        0x40, 1,   1, 9,            /* ORIGIN 9: undefined */
        0x40, 2,   0,               /* AS_PATH, empty */
        0x40, 3,   4, 192, 0, 2, 1, /* NEXT_HOP */
        0x80, 4,   0,               /* MULTI_EXIT_DISC without a value */
        24,   203, 0, 113,          /* 203.0.113.0/24 */
    };
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_send_message(&puppet, MESSAGE_UPDATE, update, sizeof update);
    WAIT_FOR(pair, a_has_counted);
    assert_true(peer_is_established(pair_peer(&pair->a)));
    assert_int_equal(pair_status(&pair->a).prefixes_received, 0);
    puppet_close(&puppet);
}

static bool a_has_refused_one(struct pair *pair)
{
    return pair_status(&pair->a).prefixes_looped == 1;
}

/* A route that cannot be ours is counted and not kept, and the session goes on. */
static void expect_refused(struct pair *pair, const uint8_t *update, size_t size)
{
    puppet_reach(&puppet, pair, SESSION_ESTABLISHED);
    puppet_send_message(&puppet, MESSAGE_UPDATE, update, size);
    WAIT_FOR(pair, a_has_refused_one);
    assert_true(peer_is_established(pair_peer(&pair->a)));
    assert_int_equal(pair_status(&pair->a).prefixes_kept, 0);
    assert_int_equal(pair_status(&pair->a).prefixes_received, 1);
    puppet_close(&puppet);
}

static void test_own_as_in_the_path(void **state)
{
    static const uint8_t update[] = {
        0,    0,                                    /* no withdrawn routes */
        0,    24,                                   /* attributes */
        0x40, 1,   1,    0,                         /* ORIGIN */
        0x40, 2,   10,   2,    2, 0, 0, 0xff, 0xeb, /* AS_PATH 65515 */
        0,    0,   0xfd, 0xf2,                      /* 65010: ourselves */
        0x40, 3,   4,    192,  0, 2, 1,             /* NEXT_HOP */
        24,   203, 0,    113,                       /* 203.0.113.0/24 */
    };
    expect_refused(*state, update, sizeof update);
}

/* RFC 9234 section 5: from a customer or rs-client, a route with OTC has leaked. */
static void test_route_leak(void **state)
{
    struct pair *pair = *state;
    static const uint8_t update[] = {
        0,    0,                                      /* no withdrawn routes */
        0,    27,                                     /* attributes */
        0x40, 1,   1, 0,                              /* ORIGIN */
        0x40, 2,   6, 2,   1, 0,    0,    0xff, 0xeb, /* AS_PATH 65515 */
        0x40, 3,   4, 192, 0, 2,    1,                /* NEXT_HOP */
        0xc0, 35,  4, 0,   0, 0xfb, 0xff,             /* ONLY_TO_CUSTOMER 64511 */
        24,   203, 0, 113,                            /* 203.0.113.0/24 */
    };
    pair->a.neighbor.role = ROLE_PROVIDER;
    expect_refused(pair, update, sizeof update);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unexpected_messages, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_marker_is_wrong, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_length_is_wrong, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_type_is_wrong, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_open_with_wrong_as, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_open_with_hold_time_of_one, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_open_without_common_family, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_open_cut_short, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_byte_at_a_time, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_notification_is_kept_in_words, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_the_cause_outlives_what_follows, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_back_off_after_repeated_rejection, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_connections_that_die_are_tried_again_ever_more_slowly, puppet_setup,
                                        pair_teardown),
        cmocka_unit_test_setup_teardown(test_second_connection_replaces_one_without_open, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_established_stays_and_is_asked_for_life, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_strangers_are_closed, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_silent_neighbor_is_let_go, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_neighbor_that_does_not_read_is_let_go, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_neighbor_that_does_not_read_is_let_go_without_a_hold_time, puppet_setup,
                                        pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_session_makes_good_for_failures, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_what_waits_unread_counts, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_idle_hold_grows, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_only_to_customer_is_attached, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_role_is_for_ebgp, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_answer_to_a_refresh_is_marked_at_both_ends, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_refresh_before_end_of_rib_has_no_marks, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_malformed_update_costs_the_route_only, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_own_as_in_the_path, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_route_leak, puppet_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
