/*
 * VIPs between a health daemon, addresses and a speaker that are all played here, each writing what it is asked to do
 * into one list: what is tested is the order of promises 1, 2 and 3.
 */
#include "bgpd/announce/vips.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the rooms around ---- */

struct peer {
    struct neighbor_config config;
    struct rib_out *rib;
};

static struct peer peers[2];
static bool acknowledged, address_there, address_marked;
static int add_error;
static char story[512];

static void note(const char *word)
{
    if (story[0])
        strncat(story, " ", sizeof story - strlen(story) - 1);
    strncat(story, word, sizeof story - strlen(story) - 1);
}

struct peer *speaker_next(const struct speaker *speaker, const struct peer *previous)
{
    (void)speaker;
    if (!previous)
        return &peers[0];
    return previous == &peers[0] ? &peers[1] : NULL;
}

struct rib_out *peer_rib_out(const struct peer *peer)
{
    return peer->rib;
}

const struct neighbor_config *peer_config(const struct peer *peer)
{
    return &peer->config;
}

bool peer_all_acknowledged(const struct peer *peer)
{
    (void)peer;
    return acknowledged;
}

void speaker_set_vips(struct speaker *speaker, const struct prefix *prefixes, size_t count)
{
    (void)speaker;
    (void)prefixes;
    (void)count;
}

void speaker_release(struct speaker *speaker)
{
    (void)speaker;
    note("release");
}

/* Sends what is pending: "+2" announced with two prepends, "-" withdrawn, with the neighbour's number before it. */
void speaker_flush(struct speaker *speaker)
{
    (void)speaker;
    for (int i = 0; i < 2; i++) {
        const struct path_attributes *attributes;
        struct prefix prefixes[8];
        size_t count;
        while ((count = rib_out_next_group(peers[i].rib, &attributes, prefixes, 8)) > 0) {
            char word[32];
            snprintf(word, sizeof word, attributes ? "%d+%u" : "%d-", i, attributes ? attributes->prepend : 0u);
            for (size_t k = 0; k < count; k++)
                note(word);
            rib_out_sent(peers[i].rib, prefixes, count, 1, 1);
        }
    }
}

int loopback_add(struct loopback *loopback, const struct placement *placement)
{
    (void)loopback;
    if (add_error)
        return add_error;
    note(placement->interface[0] == 'l' ? "add" : "add-elsewhere");
    address_there = address_marked = true;
    return 0;
}

int loopback_remove(struct loopback *loopback, const struct placement *placement)
{
    (void)loopback;
    (void)placement;
    note("remove");
    address_there = false;
    return 0;
}

bool loopback_has(const struct loopback *loopback, const struct placement *placement, bool *ours)
{
    (void)loopback;
    (void)placement;
    if (ours)
        *ours = address_there && address_marked;
    return address_there;
}

bool loopback_is_down(const struct loopback *loopback, const char *interface)
{
    (void)loopback;
    (void)interface;
    return false;
}

static struct verdict_table *table;

struct verdict_table *health_verdicts(struct health *health)
{
    (void)health;
    return table;
}

void health_rearm(struct health *health)
{
    (void)health;
}

/* ---- the stage ---- */

static const struct gate_check backend[] = {{"backend", 10000}};

struct fixture {
    uv_loop_t loop;
    struct journal *journal;
    struct vips *vips;
    const struct path_attributes *primary, *secondary;
    struct vip_config vip;
    struct bgpd_config config;
};

static void on_log(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)line;
    (void)user;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    log_set_sink(on_log, NULL);
    acknowledged = address_there = address_marked = false;
    add_error = 0;
    story[0] = '\0';
    for (int i = 0; i < 2; i++) {
        peers[i].rib = rib_out_new();
        address_parse(&peers[i].config.address, i ? "198.51.100.5" : "198.51.100.4");
    }
    table = verdict_table_new(3000, clock_monotonic_ms());
    fixture->primary = path_attributes_intern(&(struct path_attributes){.prepend = 0});
    fixture->secondary = path_attributes_intern(&(struct path_attributes){.prepend = 2});
    uv_loop_init(&fixture->loop);
    fixture->journal = journal_new("bgpd");
    fixture->vips = vips_new(&fixture->loop, NULL, NULL, NULL, fixture->journal);
    fixture->vip = (struct vip_config){.profile = {"primary", fixture->primary},
                                       .degraded_profile = {"secondary", fixture->secondary},
                                       .gate = {backend, 1, REQUIRE_ALL, 0, 50, 50},
                                       .manage_address = true,
                                       .keep_address = true,
                                       .interface = "lo"};
    assert_true(prefix_parse(&fixture->vip.prefix, "203.0.113.9/32"));
    fixture->config = (struct bgpd_config){.vips = &fixture->vip, .vip_count = 1, .lease_ms = 3000};
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    vips_free(fixture->vips);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    journal_free(fixture->journal);
    verdict_table_free(table);
    for (int i = 0; i < 2; i++)
        rib_out_free(peers[i].rib);
    path_attributes_unref(fixture->primary);
    path_attributes_unref(fixture->secondary);
    free(fixture);
    return 0;
}

static void apply(struct fixture *fixture)
{
    assert_true(vips_prepare(fixture->vips, &fixture->config));
    vips_apply(fixture->vips, &fixture->config);
}

static void say(struct fixture *fixture, enum verdict verdict, uint8_t percent)
{
    struct verdict_message message = {.type = VERDICT_CHANGE, .name = "backend", .reason = "as the test says"};

    message.verdict = verdict;
    message.healthy_percent = percent;
    verdict_table_message(table, &message, clock_monotonic_ms());
    vips_run(fixture->vips);
}

/* What was done since it was last asked. */
static const char *done(void)
{
    static char answer[sizeof story];

    memcpy(answer, story, sizeof story);
    story[0] = '\0';
    return answer;
}

static const struct vip *the_vip(const struct fixture *fixture)
{
    return vips_find(fixture->vips, &fixture->vip.prefix);
}

static const struct event *last_event(const struct fixture *fixture)
{
    return journal_latest(fixture->journal, "vip", "203.0.113.9/32");
}

/* ---- the tests ---- */

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
    /* It stays until the neighbours' TCP has the withdrawal. */
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
    while (address_there && clock_monotonic_ms() < since_ms + 5000)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_string_equal(done(), "remove");
    assert_true(clock_monotonic_ms() - since_ms >= 900);
}

static void test_address_of_somebody_else_is_left_alone(void **state)
{
    struct fixture *fixture = *state;

    address_there = true;
    acknowledged = true;
    fixture->vip.keep_address = false;
    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    say(fixture, VERDICT_DOWN, 0);
    vips_remove_addresses(fixture->vips);
    assert_string_equal(done(), "0+0 1+0 release 0- 1-");
    assert_true(address_there);
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
    add_error = 0;
    vips_addresses_changed(fixture->vips);
    assert_string_equal(done(), "add 0+0 1+0");
    assert_int_equal(the_vip(fixture)->state, VIP_ANNOUNCED);
}

static void test_address_that_somebody_removes(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    address_there = false;
    vips_addresses_changed(fixture->vips);
    assert_string_equal(done(), "add");
    assert_non_null(strstr(last_event(fixture)->cause, "removed from lo by another program"));
    address_there = false;
    add_error = -EPERM;
    vips_addresses_changed(fixture->vips);
    assert_string_equal(done(), "0- 1-");
    assert_int_equal(the_vip(fixture)->state, VIP_WITHDRAWN);
}

static void test_no_gate_needs_no_health(void **state)
{
    struct fixture *fixture = *state;

    fixture->vip.gate = (struct gate_config){.degraded_below = -1};
    apply(fixture);
    assert_string_equal(done(), "add 0+0 1+0 release");
}

static void test_reload_changes_what_it_changes(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    say(fixture, VERDICT_UP, 100);
    done();
    apply(fixture);
    assert_string_equal(done(), "");
    fixture->vip.profile = (struct profile_config){"other", fixture->secondary};
    apply(fixture);
    assert_string_equal(done(), "0+2 1+2");
    assert_string_equal(last_event(fixture)->from, "announced");
    assert_string_equal(last_event(fixture)->to, "announced");
    /* Only one of the neighbours. */
    fixture->vip.neighbors = &peers[1].config.address;
    fixture->vip.neighbor_count = 1;
    apply(fixture);
    assert_string_equal(done(), "0-");
    /* A new check in the gate: as it is until its verdict. */
    const struct gate_check both[] = {{"backend", 10000}, {"front", 10000}};
    fixture->vip.gate.checks = both;
    fixture->vip.gate.check_count = 2;
    apply(fixture);
    assert_string_equal(done(), "");
    assert_int_equal(the_vip(fixture)->state, VIP_ANNOUNCED);
    say(fixture, VERDICT_DOWN, 0);
    assert_string_equal(done(), "1-");
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
    vips_run(fixture->vips);
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
    acknowledged = true;
    vips_run(fixture->vips);
    assert_string_equal(done(), "remove");
    assert_null(vips_next(fixture->vips, NULL));
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
    assert_true(vips_prepare(fixture->vips, &config));
    vips_abandon(fixture->vips);
    vips_run(fixture->vips);
    assert_string_equal(done(), "");
    assert_ptr_equal(vips_next(fixture->vips, NULL), the_vip(fixture));
    assert_null(vips_next(fixture->vips, the_vip(fixture)));
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
        TEST(test_no_gate_needs_no_health),
        TEST(test_reload_changes_what_it_changes),
        TEST(test_reload_moves_an_address),
        TEST(test_reload_removes_a_vip),
        TEST(test_prepared_and_abandoned_changes_nothing),
        TEST(test_stop_and_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
