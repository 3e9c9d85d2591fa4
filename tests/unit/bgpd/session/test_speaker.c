/* The speaker's configuration: what a reload touches and what it does not. */
#include "pair.h"

#include "bgpd/codec/notification.h"

static struct neighbor_config neighbors[2];

/* A second configuration for END that differs where the test changes it; the first one stays as it was. */
static struct bgp_config changed_config(const struct end *end)
{
    struct bgp_config config = end->config;
    neighbors[0] = end->neighbor;
    neighbors[1] = end->neighbor;
    neighbors[1].address = pair_address(pair_host(14));
    neighbors[1].passive = true;
    config.neighbors = neighbors;
    return config;
}

static void reload(struct end *end, const struct bgp_config *config)
{
    char error[256] = "";
    if (!speaker_prepare(end->speaker, config, error, sizeof error))
        fail_msg("%s", error);
    speaker_apply(end->speaker, config);
}

static void test_another_neighbor_touches_nobody(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    config.neighbor_count = 2;
    reload(&pair->a, &config);
    struct peer *first = speaker_next(pair->a.speaker, NULL), *second = speaker_next(pair->a.speaker, first);
    assert_non_null(second);
    assert_null(speaker_next(pair->a.speaker, second));
    assert_ptr_equal(speaker_find(pair->a.speaker, &neighbors[1].address), second);
    assert_true(peer_is_established(first));

    config.neighbor_count = 1;
    reload(&pair->a, &config);
    assert_null(speaker_find(pair->a.speaker, &neighbors[1].address));
    assert_true(peer_is_established(first));
    assert_int_equal(pair_status(&pair->a).transitions, 1);
}

static void test_a_new_order_is_only_that(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct peer *first = pair_peer(&pair->a);
    struct bgp_config config = changed_config(&pair->a);
    struct neighbor_config swapped = neighbors[0];
    neighbors[0] = neighbors[1];
    neighbors[1] = swapped;
    config.neighbor_count = 2;
    reload(&pair->a, &config);
    assert_ptr_equal(speaker_next(pair->a.speaker, speaker_next(pair->a.speaker, NULL)), first);
    assert_true(peer_is_established(first));
}

/* Also those that differ in their family or their interface alone. */
static void test_each_is_found_by_its_address(void **state)
{
    static const struct address addresses[] = {
        {FAMILY_IPV6, {0xfe, 0x80}, 2},      {FAMILY_IPV4, {198, 51, 100, 2}, 0}, {FAMILY_IPV6, {0xfe, 0x80}, 1},
        {FAMILY_IPV6, {198, 51, 100, 2}, 0}, {FAMILY_IPV4, {198, 51, 100, 1}, 0},
    };
    enum { COUNT = sizeof addresses / sizeof *addresses };
    struct pair *pair = *state;
    struct neighbor_config many[COUNT];
    pair_start(pair);
    struct bgp_config config = changed_config(&pair->a);
    for (size_t i = 0; i < COUNT; i++) {
        many[i] = neighbors[1];
        many[i].address = addresses[i];
        many[i].shutdown = true;
    }
    config.neighbors = many;
    config.neighbor_count = COUNT;
    reload(&pair->a, &config);
    struct peer *peer = speaker_next(pair->a.speaker, NULL);
    for (size_t i = 0; i < COUNT; i++, peer = speaker_next(pair->a.speaker, peer)) {
        if (speaker_find(pair->a.speaker, &addresses[i]) != peer)
            fail_msg("neighbor %zu is not found", i);
    }
    assert_null(speaker_find(pair->a.speaker, &(struct address){FAMILY_IPV6, {0xfe, 0x80}, 3}));
    config = changed_config(&pair->a); /* MANY ends with this function */
    reload(&pair->a, &config);
}

static bool b_is_down(struct pair *pair)
{
    return !peer_is_established(pair_peer(&pair->b));
}

static void test_a_removed_neighbor_is_told(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    config.neighbor_count = 0;
    reload(&pair->a, &config);
    assert_null(speaker_next(pair->a.speaker, NULL));
    WAIT_FOR(pair, b_is_down);
    assert_int_equal(pair_status(&pair->b).last_error_received.subcode, CEASE_PEER_DECONFIGURED);
}

static void test_what_was_negotiated_needs_a_new_session(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    neighbors[0].hold_time_s = 30;
    reload(&pair->a, &config);
    WAIT_FOR(pair, b_is_down);
    assert_int_equal(pair_status(&pair->b).last_error_received.subcode, CEASE_CONFIGURATION_CHANGE);
    WAIT_FOR(pair, both_established);
    assert_int_equal(pair_status(&pair->b).hold_time_s, 30);
}

static void test_what_was_not_stays_in_place(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    neighbors[0].description = "another name";
    neighbors[0].maximum_prefix = 5;
    neighbors[0].import = IMPORT_NONE;
    reload(&pair->a, &config);
    assert_true(both_established(pair));
    assert_string_equal(peer_config(pair_peer(&pair->a))->description, "another name");
}

static void test_another_local_as_is_another_speaker(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    config.local_as = 65011;
    reload(&pair->a, &config);
    WAIT_FOR(pair, b_is_down);
    assert_false(pair_run_until(pair, both_established, 300)); /* the other end still wants 65010 */
}

static void test_shutdown_statement_and_back(void **state)
{
    struct pair *pair = *state;
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    neighbors[0].shutdown = true;
    neighbors[0].shutdown_text = "until Monday";
    reload(&pair->a, &config);
    WAIT_FOR(pair, b_is_down);
    assert_string_equal(pair_status(&pair->b).last_error_received.message, "until Monday");
    assert_true(pair_status(&pair->a).admin_down);
    reload(&pair->a, &pair->a.config);
    WAIT_FOR(pair, both_established);
}

static void test_a_port_in_use_is_named_and_nothing_has_changed(void **state)
{
    struct pair *pair = *state;
    char error[256] = "", expected[128];
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    config.neighbor_count = 2;
    config.listen_addresses = &pair->b.address; /* where the other end listens */
    assert_false(speaker_prepare(pair->a.speaker, &config, error, sizeof error));
    snprintf(expected, sizeof expected, "listen on %s port %u: address already in use", pair_host(12), pair_port());
    assert_string_equal(error, expected);
    assert_true(both_established(pair));
    assert_null(speaker_find(pair->a.speaker, &neighbors[1].address));
}

static void test_from_any_address_to_one_on_the_same_port(void **state)
{
    struct pair *pair = *state;
    struct address any = pair_address("0.0.0.0");
    pair->a.config.listen_addresses = &any;
    pair->b.config.listen_enabled = false;
    pair->a.neighbor.passive = true; /* so that all depends on its listeners */
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    struct bgp_config config = changed_config(&pair->a);
    config.listen_addresses = &pair->a.address;
    reload(&pair->a, &config);
    assert_true(both_established(pair));
    peer_reset(pair_peer(&pair->b), NULL);
    WAIT_FOR(pair, both_established);
}

static void test_abandoned_is_forgotten(void **state)
{
    struct pair *pair = *state;
    struct address elsewhere = pair_address(pair_host(15));
    char error[256];
    pair_start(pair);
    WAIT_FOR(pair, both_established);
    for (unsigned i = 0; i < 2; i++) { /* the second time the address is free again */
        struct bgp_config config = changed_config(&pair->a);
        config.neighbor_count = 2;
        config.listen_addresses = &elsewhere;
        assert_true(speaker_prepare(pair->a.speaker, &config, error, sizeof error));
        assert_null(speaker_find(pair->a.speaker, &neighbors[1].address));
        speaker_abandon(pair->a.speaker);
        assert_null(speaker_find(pair->a.speaker, &neighbors[1].address));
    }
    assert_true(both_established(pair));
}

/* What a session cannot take over, and what it can: one change each. */
static void test_needs_reset(void **state)
{
    (void)state;
    const struct neighbor_config base = {
        .peer_as = 65001, .port = 179, .hold_time_s = 90, .ttl = 1, .families = FAMILY_BIT_IPV4, .role = ROLE_NONE};
    struct neighbor_config changed[] = {base, base, base, base, base, base, base, base, base, base};
    struct neighbor_config same = base;

    changed[0].peer_as = 65002;
    changed[1].port = 1179;
    changed[2].hold_time_s = 180;
    changed[3].ttl = 64;
    changed[4].families = FAMILY_BIT_IPV6;
    changed[5].password = "new";
    changed[6].passive = true;
    changed[7].role = ROLE_PEER;
    changed[8].graceful_restart = true;
    assert_true(address_parse(&changed[9].local_address, "192.0.2.70"));
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
        if (!speaker_needs_reset(&base, &changed[i]))
            fail_msg("change %zu needs no reset", i);
    }
    same.description = "other";
    same.connect_retry_ms = 1;
    same.import = IMPORT_NONE;
    same.maximum_prefix = 7;
    assert_false(speaker_needs_reset(&base, &same));
    /* The same password at another address in memory. */
    struct neighbor_config one = base, other = base;
    char password[] = "new";
    one.password = "new";
    other.password = password;
    assert_false(speaker_needs_reset(&one, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs_reset),
        cmocka_unit_test_setup_teardown(test_another_neighbor_touches_nobody, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_new_order_is_only_that, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_each_is_found_by_its_address, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_removed_neighbor_is_told, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_negotiated_needs_a_new_session, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_not_stays_in_place, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_another_local_as_is_another_speaker, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_shutdown_statement_and_back, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_a_port_in_use_is_named_and_nothing_has_changed, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_from_any_address_to_one_on_the_same_port, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_abandoned_is_forgotten, pair_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
