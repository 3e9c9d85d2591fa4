/* What a reload of 'import' and 'maximum-prefix' does to the routes that are there. */
#include "puppet.h"

static struct puppet puppet;
static struct neighbor_config neighbor;
static struct bgp_config config;

/* 203.0.113.9/32, which is a VIP, and 198.51.100.0/24. */
static const uint8_t two_routes[] = {
    0,    0,                                   /* no withdrawn routes */
    0,    20,                                  /* attributes */
    0x40, 1,   1, 0,                           /* ORIGIN */
    0x40, 2,   6, 2,   1, 0,  0,   0xff, 0xeb, /* AS_PATH 65515 */
    0x40, 3,   4, 192, 0, 2,  1,               /* NEXT_HOP */
    32,   203, 0, 113, 9, 24, 198, 51,   100,
};

static uint32_t kept;

static bool a_keeps(struct pair *pair)
{
    return pair_status(&pair->a).prefixes_kept == kept;
}

static bool a_has_received_both(struct pair *pair)
{
    return pair_status(&pair->a).prefixes_received == 2;
}

static struct pair *start(void **state, enum import_policy import, bool route_refresh)
{
    struct pair *pair = *state;
    struct open_message open = puppet_open();
    open.capabilities.route_refresh = route_refresh;
    pair->a.neighbor.import = import;
    pair_set_vip(pair->a.speaker, "203.0.113.9/32");
    puppet_reach_with(&puppet, pair, &open, SESSION_ESTABLISHED);
    puppet_send_message(&puppet, MESSAGE_UPDATE, two_routes, sizeof two_routes);
    WAIT_FOR(pair, a_has_received_both);
    config = pair->a.config;
    neighbor = pair->a.neighbor;
    config.neighbors = &neighbor;
    return pair;
}

static void reload(struct pair *pair)
{
    /* What runs stays as it is until the new one is applied. */
    static struct neighbor_config neighbors[2];
    static struct bgp_config configs[2];
    static unsigned next;
    char error[256];
    next = !next;
    neighbors[next] = neighbor;
    configs[next] = config;
    configs[next].neighbors = &neighbors[next];
    assert_true(speaker_prepare(pair->a.speaker, &configs[next], error, sizeof error));
    speaker_apply(pair->a.speaker, &configs[next]);
}

static void expect(struct pair *pair, enum import_policy import, uint32_t expected)
{
    neighbor.import = import;
    reload(pair);
    kept = expected;
    WAIT_FOR(pair, a_keeps);
    assert_int_equal(pair_status(&pair->a).prefixes_received, 2);
    assert_true(peer_is_established(pair_peer(&pair->a)));
}

/* Fewer are kept at once; more cannot be had, and the count is right throughout. */
static void test_without_route_refresh(void **state)
{
    struct pair *pair = start(state, IMPORT_ALL, false);
    expect(pair, IMPORT_VIPS, 1);
    expect(pair, IMPORT_NONE, 0);
    expect(pair, IMPORT_ALL, 0);
    assert_false(peer_refresh(pair_peer(&pair->a)));
    assert_int_equal(pair_status(&pair->a).sent.route_refresh, 0);
    puppet_send_message(&puppet, MESSAGE_UPDATE, two_routes, sizeof two_routes);
    kept = 2;
    WAIT_FOR(pair, a_keeps);
    assert_int_equal(pair_status(&pair->a).prefixes_received, 2);
    puppet_close(&puppet);
}

static void test_with_route_refresh(void **state)
{
    static uint8_t body[MESSAGE_MAX_EXTENDED];
    size_t size;
    struct pair *pair = start(state, IMPORT_ALL, true);
    expect(pair, IMPORT_VIPS, 1);
    assert_int_equal(pair_status(&pair->a).sent.route_refresh, 0); /* nothing more to be had */
    neighbor.import = IMPORT_ALL;
    reload(pair);
    puppet_expect(&puppet, MESSAGE_ROUTE_REFRESH, body, &size);
    assert_int_equal(pair_status(&pair->a).sent.route_refresh, 1); /* of the one family that was negotiated */
    puppet_send_message(&puppet, MESSAGE_UPDATE, two_routes, sizeof two_routes);
    kept = 2;
    WAIT_FOR(pair, a_keeps);
    assert_int_equal(pair_status(&pair->a).prefixes_received, 2);
    puppet_close(&puppet);
}

enum { UPDATES = 3, ROUTES = 800 };

/* An UPDATE with ROUTES prefixes 10.NUMBER.0.0/30 and so on. */
static void send_many(uint8_t number)
{
    uint8_t body[24 + ROUTES * 5];
    struct wire_writer writer = wire_writer_of(body, sizeof body);
    wire_write_bytes(&writer, two_routes, 24);
    for (unsigned i = 0; i < ROUTES; i++) {
        wire_write_u8(&writer, 30);
        wire_write_u32(&writer, 10u << 24 | (uint32_t)number << 16 | i << 2);
    }
    puppet_send_message(&puppet, MESSAGE_UPDATE, body, writer.position);
}

static bool a_has_received_all(struct pair *pair)
{
    return pair_status(&pair->a).prefixes_received == 2 + UPDATES * ROUTES;
}

/* A full table is not looked through in one turn of the loop. */
static void test_many_routes_in_pieces(void **state)
{
    struct pair *pair = start(state, IMPORT_ALL, false);
    for (uint8_t i = 0; i < UPDATES; i++)
        send_many(i);
    WAIT_FOR(pair, a_has_received_all);
    neighbor.import = IMPORT_VIPS;
    reload(pair);
    assert_in_range(pair_status(&pair->a).prefixes_kept, 2, UPDATES * ROUTES);
    kept = 1;
    WAIT_FOR(pair, a_keeps);
    assert_true(a_has_received_all(pair));
    puppet_close(&puppet);
}

static void test_another_set_of_vips(void **state)
{
    struct pair *pair = start(state, IMPORT_VIPS, false);
    pair_set_vip(pair->a.speaker, "198.51.100.9/32");
    kept = 0;
    WAIT_FOR(pair, a_keeps);
    assert_int_equal(pair_status(&pair->a).prefixes_received, 2);
    puppet_close(&puppet);
}

static void test_a_lower_maximum_counts_at_once(void **state)
{
    struct pair *pair = start(state, IMPORT_ALL, true);
    neighbor.maximum_prefix = 2;
    reload(pair);
    assert_true(peer_is_established(pair_peer(&pair->a)));
    neighbor.maximum_prefix = 1;
    reload(pair);
    puppet_expect_notification(&puppet, ERROR_CEASE, CEASE_MAXIMUM_PREFIXES);
    assert_true(pair_status(&pair->a).timers.idle_hold > 40);
    puppet_close(&puppet);
    puppet_connect(&puppet, pair, 0);
    puppet_expect_closed(&puppet); /* nor is it taken back before */
    puppet_close(&puppet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_without_route_refresh, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_with_route_refresh, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_many_routes_in_pieces, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_another_set_of_vips, puppet_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_lower_maximum_counts_at_once, puppet_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
