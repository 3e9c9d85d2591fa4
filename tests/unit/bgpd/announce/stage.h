/*
 * A stage for tests of VIPs: the health daemon, addresses and the speaker are all played here, each writing what it is
 * asked to do into one list, so that the order of promises 1, 2 and 3 can be tested.
 */
#ifndef VIPGATE_TESTS_ANNOUNCE_STAGE_H
#define VIPGATE_TESTS_ANNOUNCE_STAGE_H

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
    bool down;        /* no session: nothing is sent */
    uint8_t families; /* that it takes */
};

static struct peer peers[2];
/* The VIP of most tests is 203.0.113.9; addresses are known by their last octets. */
enum { VIP = 9 };

static bool acknowledged, there[256], address_marked, interface_gone, interface_down;
static int add_error;
static char story[4096];

static unsigned looks[256]; /* how often it was asked whether an address is there */

static uint8_t last_octet(const struct prefix *prefix)
{
    return prefix->octets[family_octets(prefix->family) - 1];
}

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

bool peer_is_established(const struct peer *peer)
{
    return !peer->down;
}

bool peer_carries(const struct peer *peer, uint8_t family)
{
    return peer->families & family_bit(family);
}

const char *peer_obstacle(const struct peer *peer, uint8_t family, const struct path_attributes *attributes)
{
    (void)family;
    return !peer->down && attributes->has_med ? "as the test says" : NULL;
}

bool peer_all_acknowledged(const struct peer *peer)
{
    (void)peer;
    return acknowledged;
}

void speaker_set_vips(struct speaker *speaker, const struct prefix *prefixes, size_t count)
{
    (void)speaker;
    for (size_t i = 1; i < count; i++)
        assert_true(prefix_compare(&prefixes[i - 1], &prefixes[i]) < 0);
}

void speaker_release(struct speaker *speaker)
{
    (void)speaker;
    note("release");
}

/* Sends what is pending: "+2" announced with two prepends, "-" withdrawn, with the neighbor's number before it. */
static void send_pending(int number, bool withdrawals_only)
{
    const struct path_attributes *attributes;
    struct prefix prefixes[8];
    size_t count;
    while (!peers[number].down && (count = rib_out_next_group(peers[number].rib, &attributes, prefixes, 8)) > 0 &&
           !(withdrawals_only && attributes)) {
        char word[32];
        snprintf(word, sizeof word, attributes ? "%d+%u" : "%d-", number, attributes ? attributes->prepend : 0u);
        for (size_t k = 0; k < count; k++)
            note(word);
        rib_out_sent(peers[number].rib, prefixes, count, 1, 1);
    }
}

void peer_flush_withdrawals(struct peer *peer)
{
    send_pending(peer == &peers[0] ? 0 : 1, true);
}

void speaker_flush(struct speaker *speaker)
{
    (void)speaker;
    for (int i = 0; i < 2; i++)
        send_pending(i, false);
}

int addresses_add(struct addresses *addresses, const struct placement *placement)
{
    (void)addresses;
    if (add_error)
        return add_error;
    note(placement->interface[0] == 'l' ? "add" : "add-elsewhere");
    there[last_octet(&placement->prefix)] = address_marked = true;
    return 0;
}

int addresses_remove(struct addresses *addresses, const struct placement *placement)
{
    (void)addresses;
    note("remove");
    there[last_octet(&placement->prefix)] = false;
    return 0;
}

bool addresses_has(const struct addresses *addresses, const struct placement *placement, bool *ours)
{
    (void)addresses;
    bool is_there = there[last_octet(&placement->prefix)];

    looks[last_octet(&placement->prefix)]++;
    if (ours)
        *ours = is_there && address_marked;
    return is_there;
}

bool addresses_has_interface(const struct addresses *addresses, const char *name)
{
    (void)addresses;
    (void)name;
    return !interface_gone;
}

/* What a vipgate before left on lo: the prefixes in LEFT; those that are not claimed go. */
static struct prefix left[4];
static uint64_t renames;

unsigned addresses_remove_ours(struct addresses *addresses, addresses_claim *claim, void *user, unsigned limit)
{
    unsigned removed = 0;

    (void)addresses;
    for (size_t i = 0; i < 4 && removed < limit; i++) {
        if (left[i].family == FAMILY_NONE || claim(&left[i], "lo", user))
            continue;
        note("sweep");
        left[i].family = FAMILY_NONE;
        removed++;
    }
    return removed;
}

uint64_t addresses_renames(const struct addresses *addresses)
{
    (void)addresses;
    return renames;
}

bool addresses_is_down(const struct addresses *addresses, const char *interface)
{
    (void)addresses;
    (void)interface;
    return interface_down;
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
    struct profile_config profiles[2];
    struct vip_config vip;
    struct bgpd_config config;
    struct bgpd_config applied[2]; /* copies of it, the last two in turns */
    struct arena arenas[2];
    unsigned turn;
};

static char logged[4096]; /* a line after the other */

static void on_log(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    strncat(logged, line, sizeof logged - strlen(logged) - 1);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    log_set_sink(on_log, NULL);
    memset(looks, 0, sizeof looks);
    acknowledged = address_marked = interface_gone = interface_down = false;
    memset(there, 0, sizeof there);
    memset(left, 0, sizeof left);
    renames = 0;
    add_error = 0;
    story[0] = logged[0] = '\0';
    for (int i = 0; i < 2; i++) {
        peers[i] = (struct peer){.rib = rib_out_new(), .families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6};
        address_parse(&peers[i].config.address, i ? "198.51.100.5" : "198.51.100.4");
    }
    table = verdict_table_new(3000, clock_monotonic_ms());
    fixture->primary = path_attributes_intern(&(struct path_attributes){.prepend = 0});
    fixture->secondary = path_attributes_intern(&(struct path_attributes){.prepend = 2});
    fixture->profiles[0] = (struct profile_config){"primary", fixture->primary};
    fixture->profiles[1] = (struct profile_config){"secondary", fixture->secondary};
    uv_loop_init(&fixture->loop);
    fixture->journal = journal_new("bgpd");
    fixture->vips = vips_new(&fixture->loop, NULL, NULL, NULL, fixture->journal);
    fixture->vip = (struct vip_config){.profile = &fixture->profiles[0],
                                       .degraded_profile = &fixture->profiles[1],
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
    arena_free(&fixture->arenas[0]);
    arena_free(&fixture->arenas[1]);
    free(fixture);
    return 0;
}

/* A copy of CONFIG as a file would give it, prepared. */
static const struct bgpd_config *prepare(struct fixture *fixture, const struct bgpd_config *config)
{
    struct arena *arena = &fixture->arenas[fixture->turn % 2];
    struct bgpd_config *copy = &fixture->applied[fixture->turn % 2];

    arena_free(arena);
    *arena = (struct arena){0};
    *copy = *config;
    struct vip_config *vips = arena_alloc(arena, config->vip_count * sizeof *vips);
    assert_non_null(vips);
    memcpy(vips, config->vips, config->vip_count * sizeof *vips);
    copy->vips = vips;
    assert_true(vip_index_build(&copy->vip_index, arena, vips, copy->vip_count));
    assert_true(vips_prepare(fixture->vips, copy));
    return copy;
}

static void apply(struct fixture *fixture)
{
    vips_apply(fixture->vips, prepare(fixture, &fixture->config));
    fixture->turn++;
}

/* The VIPs 203.0.113.0 and so on, COUNT of them, each behind a check of its own: "a", "b" and so on. */
static inline void configure_many(struct fixture *fixture, size_t count)
{
    static char names[26][2];
    static struct gate_check checks[26];
    static struct vip_config many[26];

    for (size_t i = 0; i < count; i++) {
        names[i][0] = (char)('a' + i);
        checks[i] = (struct gate_check){names[i], 10000};
        many[i] = fixture->vip;
        many[i].prefix.octets[3] = (uint8_t)i;
        many[i].gate.checks = &checks[i];
    }
    fixture->config.vips = many;
    fixture->config.vip_count = count;
}

static inline void addresses_changed(struct fixture *fixture)
{
    vips_addresses_changed(fixture->vips, NULL, NULL);
    vips_run(fixture->vips);
}

static void say_of(struct fixture *fixture, const char *check, enum verdict verdict, uint8_t percent)
{
    struct verdict_message message = {.type = VERDICT_CHANGE, .verdict = verdict, .healthy_percent = percent};

    snprintf(message.name, sizeof message.name, "%s", check);
    snprintf(message.reason, sizeof message.reason, "as the test says");
    verdict_table_message(table, &message, clock_monotonic_ms());
    vips_run(fixture->vips);
}

static void say(struct fixture *fixture, enum verdict verdict, uint8_t percent)
{
    say_of(fixture, "backend", verdict, percent);
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

#endif
