/* What a reload does to VIPs, and what it leaves alone. */
#include "tests/unit/bgpd/announce/stage.h"

static void test_reload_changes_what_it_changes(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    apply(fixture);
    assert_string_equal(done(), "");
    fixture->vip.profile = &(struct profile_config){"other", fixture->secondary};
    apply(fixture);
    assert_string_equal(done(), "0+2 1+2");
    assert_string_equal(last_event(fixture)->from, "announced");
    assert_string_equal(last_event(fixture)->to, "announced");
    assert_string_equal(last_event(fixture)->cause, "reload: the attributes of profile other changed");
    /* Only one of the neighbors. */
    struct vip_config narrowed = fixture->vip;
    narrowed.neighbors = &peers[1].config.address;
    narrowed.neighbor_count = 1;
    fixture->config.vips = &narrowed;
    apply(fixture);
    assert_string_equal(done(), "0-");
    assert_string_equal(last_event(fixture)->cause, "reload: its neighbors changed");
    /* A new check in the gate: as it is until its verdict. */
    const struct gate_check both[] = {{"backend", 10000}, {"front", 10000}};
    narrowed.gate.checks = both;
    narrowed.gate.check_count = 2;
    apply(fixture);
    assert_string_equal(done(), "");
    assert_int_equal(the_vip(fixture)->state, VIP_ANNOUNCED);
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "1-");
}

/* It has all that is announced, though no VIP changed. */
static void test_reload_brings_a_neighbor(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    rib_out_free(peers[1].rib);
    peers[1].rib = rib_out_new();
    done();
    apply(fixture);
    assert_string_equal(done(), "1+0");
}

static void test_reload_looks_at_what_it_changes(void **state)
{
    struct fixture *fixture = *state;
    unsigned before[26];

    configure_many(fixture, 26);
    apply(fixture);
    for (char name[2] = "a"; name[0] <= 'z'; name[0]++)
        say_of(fixture, name, VERDICT_UP, 100);
    memcpy(before, looks, sizeof before);
    struct vip_config *third = (struct vip_config *)&fixture->config.vips[2];
    third->on_health_loss = HEALTH_LOSS_HOLD;
    apply(fixture);
    for (size_t i = 0; i < 26; i++)
        assert_int_equal(looks[i] - before[i], i == 2);
    /* Those that it has left as they were read the new configuration, too: the old one is gone. */
    apply(fixture);
    say_of(fixture, "a", VERDICT_DOWN, 0);
    assert_int_equal(vips_at(fixture->vips, 0)->state, VIP_WITHDRAWN);
    assert_string_equal(vips_at(fixture->vips, 1)->decision.profile->name, "primary");
}

static void test_reload_moves_an_address(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    fixture->vip.interface = "dummy0";
    apply(fixture);
    assert_string_equal(done(), "0- 1-");
    acknowledged = true;
    vips_run(fixture->vips);
    assert_string_equal(done(), "remove");
    uv_run(&fixture->loop, UV_RUN_ONCE); /* without anything else to do so */
    assert_string_equal(done(), "add-elsewhere 0+0 1+0");
}

static void test_reload_removes_a_vip(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    fixture->config.vip_count = 0;
    apply(fixture);
    assert_string_equal(done(), "0- 1-");
    assert_null(the_vip(fixture));
    assert_string_equal(last_event(fixture)->to, "removed");
    /* Until the neighbors know, its address is no leftover of somebody else's. */
    left[0] = fixture->vip.prefix;
    renames++;
    vips_run(fixture->vips);
    assert_string_equal(done(), "");
    acknowledged = true;
    vips_run(fixture->vips);
    assert_string_equal(done(), "remove");
    assert_null(vips_at(fixture->vips, 0));
}

static bool has_all(const struct fixture *fixture, size_t first, size_t count)
{
    bool all = true;

    for (size_t i = 0; i < 26; i++) {
        struct prefix prefix = fixture->vip.prefix;
        prefix.octets[3] = (uint8_t)i;
        all &= (vips_find(fixture->vips, &prefix) != NULL) == (i >= first && i < first + count);
    }
    return all;
}

static void test_reload_removes_many_and_brings_them_back(void **state)
{
    struct fixture *fixture = *state;

    acknowledged = true;
    configure_many(fixture, 26);
    apply(fixture);
    assert_true(has_all(fixture, 0, 26));
    const struct vip_config *all = fixture->config.vips;
    fixture->config.vips = all + 7;
    fixture->config.vip_count = 10;
    apply(fixture);
    vips_run(fixture->vips);
    assert_true(has_all(fixture, 7, 10));
    for (size_t i = 0; i < 26; i++)
        assert_int_equal(there[i], i >= 7 && i < 17);
    say_of(fixture, "h", VERDICT_UP, 100);
    assert_int_equal(vips_at(fixture->vips, 0)->state, VIP_ANNOUNCED);
    fixture->config.vips = all;
    fixture->config.vip_count = 26;
    apply(fixture);
    assert_true(has_all(fixture, 0, 26));
    assert_int_equal(vips_at(fixture->vips, 7)->state, VIP_ANNOUNCED);
}

/* How long a check is waited for is the gate's, and ends with it. */
static void test_reload_changes_what_is_awaited(void **state)
{
    struct fixture *fixture = *state;
    static const struct gate_check soon[] = {{"backend", 500}};
    static const struct gate_check none[] = {{"front", 10000}};

    fixture->vip.gate.checks = soon;
    apply(fixture);
    assert_in_range(verdict_table_next_ms(table), clock_monotonic_ms(), clock_monotonic_ms() + 500);
    fixture->vip.gate.checks = none;
    apply(fixture);
    assert_in_range(verdict_table_next_ms(table), clock_monotonic_ms() + 500, clock_monotonic_ms() + 3000);
}

/* Configured again while its address still waits to go, behind a check that has said nothing: it is a new VIP. */
static void test_reload_brings_a_vip_back(void **state)
{
    struct fixture *fixture = *state;
    const struct gate_check front[] = {{"front", 10000}};

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    fixture->config.vip_count = 0;
    apply(fixture);
    assert_true(there[VIP]);
    done();
    uint64_t number = last_event(fixture)->number;
    apply(fixture);
    assert_int_equal(last_event(fixture)->number, number);
    fixture->config.vip_count = 1;
    fixture->vip.gate.checks = front;
    apply(fixture);
    assert_string_equal(done(), "");
    assert_int_equal(the_vip(fixture)->state, VIP_PENDING);
    assert_string_equal(last_event(fixture)->to, "removed");
    acknowledged = true;
    vips_run(fixture->vips);
    assert_string_equal(done(), ""); /* the address stays, as it is wanted again */
    const struct verdict_message message = {
        .type = VERDICT_CHANGE, .name = "front", .reason = "well", .verdict = VERDICT_UP, .healthy_percent = 100};
    verdict_table_message(table, &message, clock_monotonic_ms());
    vips_run(fixture->vips);
    assert_string_equal(done(), "0+0 1+0");
    assert_string_equal(last_event(fixture)->from, "pending");
    assert_string_equal(last_event(fixture)->cause, "check front up: well");
}

/* What is prepared may hold a VIP that would have gone meanwhile. */
static void test_a_vip_that_goes_while_it_is_wanted_again(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    fixture->config.vip_count = 0;
    apply(fixture);
    fixture->config.vip_count = 1;
    const struct bgpd_config *config = prepare(fixture, &fixture->config);
    done();
    acknowledged = true;
    vips_run(fixture->vips);
    vips_run(fixture->vips);
    assert_string_equal(done(), "remove");
    vips_apply(fixture->vips, config);
    fixture->turn++;
    assert_string_equal(done(), "add 0+0 1+0");
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "0- 1-");
}

static void test_prepared_and_abandoned_changes_nothing(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    struct vip_config others[2] = {fixture->vip, fixture->vip};
    assert_true(prefix_parse(&others[0].prefix, "203.0.113.10/32"));
    const struct bgpd_config config = {.vips = others, .vip_count = 2, .lease_ms = 3000};
    prepare(fixture, &config);
    vips_abandon(fixture->vips);
    vips_run(fixture->vips);
    assert_string_equal(done(), "");
    assert_ptr_equal(vips_at(fixture->vips, 0), the_vip(fixture));
    assert_null(vips_at(fixture->vips, 1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_reload_changes_what_it_changes),
        TEST(test_reload_brings_a_neighbor),
        TEST(test_reload_looks_at_what_it_changes),
        TEST(test_reload_moves_an_address),
        TEST(test_reload_removes_a_vip),
        TEST(test_reload_removes_many_and_brings_them_back),
        TEST(test_reload_changes_what_is_awaited),
        TEST(test_reload_brings_a_vip_back),
        TEST(test_a_vip_that_goes_while_it_is_wanted_again),
        TEST(test_prepared_and_abandoned_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
