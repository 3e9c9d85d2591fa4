/*
 * Two speakers that talk to each other over loopback sockets, in one loop. "a" is 127.x.y.11, AS 65010, identifier
 * 192.0.2.11; "b" is 127.x.y.12, AS 65515, identifier 192.0.2.12. Tests change the configurations before pair_start.
 */
#ifndef VIPGATE_TESTS_SESSION_PAIR_H
#define VIPGATE_TESTS_SESSION_PAIR_H

#include "bgpd/session/speaker.h"
#include "lib/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 10000 };

struct end {
    struct journal *journal;
    struct speaker *speaker;
    struct bgp_config config;
    struct neighbor_config neighbor;
    struct address address;
    unsigned ups, downs;
};

struct pair {
    uv_loop_t loop;
    struct end a, b;
};

static inline struct address pair_address(const char *text)
{
    struct address address;
    assert_true(address_parse(&address, text));
    return address;
}

/* Of this process alone, and none that the kernel hands out: nobody else takes it, on these addresses or on any. */
static inline uint16_t pair_port(void)
{
    return (uint16_t)(10000 + getpid() % 20000);
}

/* 127.x.y.NUMBER, of this process alone. */
static inline const char *pair_host(unsigned number)
{
    static char texts[4][ADDRESS_TEXT_SIZE];
    static unsigned next;
    char *text = texts[next++ % 4];
    snprintf(text, sizeof texts[0], "127.%u.%u.%u", 1 + (unsigned)getpid() / 256 % 254, (unsigned)getpid() % 256,
             number);
    return text;
}

static inline void pair_changed(struct peer *peer, void *user)
{
    struct end *end = user;
    if (peer_is_established(peer))
        end->ups++;
    else
        end->downs++;
}

static inline void pair_configure(struct pair *pair, struct end *end, uint32_t as, const struct end *other,
                                  uint32_t peer_as)
{
    end->neighbor = (struct neighbor_config){.address = other->address,
                                             .peer_as = peer_as,
                                             .local_address = end->address,
                                             .port = pair_port(),
                                             .hold_time_s = 90,
                                             .connect_retry_ms = 100,
                                             .ttl = 1,
                                             .families = FAMILY_BIT_IPV4,
                                             .role = ROLE_NONE};
    end->config = (struct bgp_config){.local_as = as,
                                      .router_id = 0xc0000200u | end->address.octets[3],
                                      .listen_enabled = true,
                                      .listen_port = pair_port(),
                                      .listen_addresses = &end->address,
                                      .listen_count = 1,
                                      .neighbors = &end->neighbor,
                                      .neighbor_count = 1};
    end->journal = journal_new("bgpd");
    end->speaker = speaker_new(&pair->loop, end->journal, pair_changed, end);
    assert_non_null(end->journal);
    assert_non_null(end->speaker);
}

static inline int pair_setup(void **state)
{
    struct pair *pair = calloc(1, sizeof *pair);
    assert_non_null(pair);
    assert_int_equal(uv_loop_init(&pair->loop), 0);
    pair->a.address = pair_address(pair_host(11));
    pair->b.address = pair_address(pair_host(12));
    pair_configure(pair, &pair->a, 65010, &pair->b, 65515);
    pair_configure(pair, &pair->b, 65515, &pair->a, 65010);
    *state = pair;
    return 0;
}

static inline int pair_teardown(void **state)
{
    struct pair *pair = *state;
    speaker_free(pair->a.speaker);
    speaker_free(pair->b.speaker);
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&pair->loop), 0);
    journal_free(pair->a.journal);
    journal_free(pair->b.journal);
    free(pair);
    return 0;
}

static inline void pair_apply(struct end *end)
{
    char error[256] = "";
    if (!speaker_prepare(end->speaker, &end->config, error, sizeof error))
        fail_msg("%s", error);
    speaker_apply(end->speaker, &end->config);
}

static inline struct peer *pair_peer(const struct end *end)
{
    return speaker_next(end->speaker, NULL);
}

static inline struct peer_status pair_status(const struct end *end)
{
    struct peer_status status;
    peer_status(pair_peer(end), &status);
    return status;
}

typedef bool pair_condition(struct pair *pair);

static inline void pair_ignore(uv_timer_t *timer)
{
    (void)timer;
}

/* Runs the loop until CONDITION holds; whether it did within MS. */
static inline bool pair_run_until(struct pair *pair, pair_condition *condition, uint64_t ms)
{
    uint64_t deadline = clock_monotonic_ms() + ms;
    uv_timer_t tick; /* so that the loop comes round though nothing else happens */
    uv_timer_init(&pair->loop, &tick);
    uv_timer_start(&tick, pair_ignore, 5, 5);
    bool held = false;
    while (!(held = condition(pair)) && clock_monotonic_ms() < deadline)
        uv_run(&pair->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    return held;
}

static inline void pair_wait(struct pair *pair, pair_condition *condition, const char *what)
{
    if (!pair_run_until(pair, condition, DEADLINE_MS))
        fail_msg("not within %d ms: %s", DEADLINE_MS, what);
}

#define WAIT_FOR(pair, condition) pair_wait(pair, condition, #condition)

static inline bool both_established(struct pair *pair)
{
    return peer_is_established(pair_peer(&pair->a)) && peer_is_established(pair_peer(&pair->b));
}

static inline bool none_established(struct pair *pair)
{
    return !peer_is_established(pair_peer(&pair->a)) && !peer_is_established(pair_peer(&pair->b));
}

static inline void pair_start(struct pair *pair)
{
    pair_apply(&pair->a);
    pair_apply(&pair->b);
}

static inline struct prefix pair_prefix(const char *text)
{
    struct prefix prefix;
    assert_true(prefix_parse(&prefix, text));
    return prefix;
}

/* The one prefix that 'import vips' of SPEAKER is about. */
static inline void pair_set_vip(struct speaker *speaker, const char *text)
{
    static struct prefix prefixes[2]; /* the one before is still looked at */
    static unsigned next;
    struct prefix *prefix = &prefixes[next++ % 2];

    *prefix = pair_prefix(text);
    speaker_set_vips(speaker, prefix, 1);
}

/* States that the neighbor of END is to have PREFIX with so many extra ASes; -1: not to have it. Without flushing. */
static inline void pair_desire(const struct end *end, const char *text, int prepend)
{
    struct prefix prefix = pair_prefix(text);
    /* Loopback addresses are no next hops. */
    struct path_attributes attributes = {.prepend = (uint8_t)(prepend < 0 ? 0 : prepend),
                                         .next_hop = pair_address("192.0.2.1")};
    const struct path_attributes *interned = path_attributes_intern(&attributes);
    assert_true(rib_out_set(peer_rib_out(pair_peer(end)), &prefix, prepend < 0 ? NULL : interned));
    path_attributes_unref(interned);
}

#endif
