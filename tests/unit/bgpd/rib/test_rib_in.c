#include "bgpd/rib/rib_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct prefix prefix_of(const char *text)
{
    struct prefix prefix;

    assert_true(prefix_parse(&prefix, text));
    return prefix;
}

static void set(struct rib_in *rib, const struct prefix *prefix, const char *attributes)
{
    uint32_t handle = rib_in_attributes(rib, (const uint8_t *)attributes, strlen(attributes));

    assert_int_not_equal(handle, 0);
    rib_in_set(rib, prefix, 1, ROUTE_KEPT, handle);
    rib_in_attributes_done(rib, handle);
}

static void assert_route(const struct rib_in *rib, const struct prefix *prefix, const char *attributes)
{
    struct rib_in_route route;

    assert_true(rib_in_find(rib, prefix, &route));
    assert_int_equal(prefix_compare(&route.prefix, prefix), 0);
    assert_int_equal(route.attributes_size, strlen(attributes));
    assert_memory_equal(route.attributes, attributes, strlen(attributes));
}

static void test_set_replace_withdraw(void **state)
{
    (void)state;
    struct rib_in *rib = rib_in_new();
    struct prefix ipv4 = prefix_of("203.0.113.0/24"), longer = prefix_of("203.0.113.0/25");
    struct prefix ipv6 = prefix_of("2001:db8::/32");
    struct rib_in_route route;

    set(rib, &ipv4, "one");
    set(rib, &longer, "two");
    set(rib, &ipv6, "");
    assert_route(rib, &ipv4, "one");
    assert_route(rib, &longer, "two");
    assert_route(rib, &ipv6, "");
    set(rib, &ipv4, "three");
    assert_route(rib, &ipv4, "three");
    assert_int_equal(rib_in_count(rib, FAMILY_IPV4), 2);
    assert_int_equal(rib_in_count(rib, FAMILY_IPV6), 1);
    assert_int_equal(rib_in_count(rib, FAMILY_NONE), 3);
    rib_in_withdraw(rib, &ipv4, 1);
    rib_in_withdraw(rib, &ipv4, 1);
    assert_int_equal(rib_in_count(rib, FAMILY_NONE), 2);
    assert_false(rib_in_find(rib, &ipv4, &route));
    assert_route(rib, &longer, "two");
    rib_in_clear(rib);
    assert_int_equal(rib_in_count(rib, FAMILY_NONE), 0);
    set(rib, &ipv4, "again");
    rib_in_free(rib);
    rib_in_free(NULL);
}

static void test_default_routes(void **state)
{
    (void)state;
    struct rib_in *rib = rib_in_new();
    struct prefix ipv4 = prefix_of("0.0.0.0/0"), ipv6 = prefix_of("::/0"), zero = prefix_of("0.0.0.0/32");

    set(rib, &ipv4, "4");
    set(rib, &ipv6, "6");
    set(rib, &zero, "0");
    assert_route(rib, &ipv4, "4");
    assert_route(rib, &ipv6, "6");
    assert_route(rib, &zero, "0");
    rib_in_free(rib);
}

static struct prefix numbered(uint8_t family, uint32_t number)
{
    struct prefix prefix = {.family = family, .length = (uint8_t)(family == FAMILY_IPV4 ? 32 : 64)};

    for (int i = 0; i < 4; i++)
        prefix.octets[i] = (uint8_t)(number >> (24 - 8 * i));
    return prefix;
}

static void test_memory_is_given_back(void **state)
{
    (void)state;
    struct rib_in *rib = rib_in_new();
    size_t empty = rib_in_memory(rib);
    enum { ROUTES = 20000 };

    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < ROUTES; i++) {
            char attributes[32];
            struct prefix prefix = numbered(FAMILY_IPV4, i);
            snprintf(attributes, sizeof attributes, "attributes %u", i / 4);
            set(rib, &prefix, attributes);
        }
        /* Half-full at worst: 24 octets a route, and what its share of the attributes takes. */
        assert_in_range(rib_in_memory(rib) - empty, 1, ROUTES * 45);
        for (uint32_t i = 0; i < ROUTES; i++) {
            struct prefix prefix = numbered(FAMILY_IPV4, i);
            rib_in_withdraw(rib, &prefix, 1);
        }
        assert_int_equal(rib_in_count(rib, FAMILY_NONE), 0);
        /* The tables of handles keep their size. */
        assert_in_range(rib_in_memory(rib) - empty, 0, ROUTES * 12);
    }
    rib_in_free(rib);
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20, BLOBS = RIB_IN_MEMORY_MAX / SIZE };
    static uint8_t octets[SIZE];
    static uint32_t handles[BLOBS + 1];
    struct rib_in *rib = rib_in_new();
    unsigned taken = 0;

    for (; taken <= BLOBS; taken++) {
        memcpy(octets, &taken, sizeof taken);
        handles[taken] = rib_in_attributes(rib, octets, sizeof octets);
        if (handles[taken] == 0)
            break;
    }
    assert_in_range(taken, BLOBS - 2, BLOBS);
    rib_in_attributes_done(rib, handles[0]);
    assert_int_not_equal(rib_in_attributes(rib, octets, 10), 0);
    rib_in_free(rib);
}

static void test_stale(void **state)
{
    (void)state;
    struct rib_in *rib = rib_in_new();
    enum { ROUTES = 1000 };
    struct rib_in_route route;

    for (uint32_t i = 0; i < ROUTES; i++) {
        struct prefix ipv4 = numbered(FAMILY_IPV4, i), ipv6 = numbered(FAMILY_IPV6, i);
        set(rib, &ipv4, "old");
        set(rib, &ipv6, "old");
    }
    rib_in_mark_stale(rib, FAMILY_IPV4);
    for (uint32_t i = 0; i < ROUTES; i += 3) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        assert_true(rib_in_find(rib, &prefix, &route));
        assert_true(route.stale);
        set(rib, &prefix, "old"); /* the same again is fresh, too */
        assert_true(rib_in_find(rib, &prefix, &route));
        assert_false(route.stale);
    }
    assert_int_equal(rib_in_sweep_stale(rib, FAMILY_IPV4), ROUTES - 334);
    assert_int_equal(rib_in_sweep_stale(rib, FAMILY_IPV6), 0);
    for (uint32_t i = 0; i < ROUTES; i++) {
        struct prefix ipv4 = numbered(FAMILY_IPV4, i), ipv6 = numbered(FAMILY_IPV6, i);
        assert_int_equal(rib_in_find(rib, &ipv4, &route), i % 3 == 0);
        assert_true(rib_in_find(rib, &ipv6, &route));
        assert_false(route.stale);
    }
    assert_int_equal(rib_in_count(rib, FAMILY_IPV4), 334);
    rib_in_free(rib);
}

static const char *longest(const struct rib_in *rib, const char *address, char text[static PREFIX_TEXT_SIZE])
{
    struct rib_in_route route;
    struct prefix host;

    assert_true(prefix_parse(&host, address));
    return rib_in_longest(rib, &host, &route) ? prefix_format(&route.prefix, text) : "none";
}

static void test_longest_match(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"203.0.113.0/24", "203.0.113.8/29", "203.0.113.9/32",
                                           "192.0.0.0/2",    "2001:db8::/32",  "2001:db8::/33"};
    struct rib_in *rib = rib_in_new();
    char text[PREFIX_TEXT_SIZE];

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct prefix prefix;
        assert_true(prefix_parse(&prefix, prefixes[i]));
        set(rib, &prefix, "a");
    }
    assert_string_equal(longest(rib, "203.0.113.9", text), "203.0.113.9/32");
    assert_string_equal(longest(rib, "203.0.113.15", text), "203.0.113.8/29");
    assert_string_equal(longest(rib, "203.0.113.16", text), "203.0.113.0/24");
    assert_string_equal(longest(rib, "198.51.100.1", text), "192.0.0.0/2");
    assert_string_equal(longest(rib, "10.0.0.1", text), "none");
    assert_string_equal(longest(rib, "2001:db8:7fff::1", text), "2001:db8::/33");
    assert_string_equal(longest(rib, "2001:db8:8000::1", text), "2001:db8::/32");
    assert_string_equal(longest(rib, "2001:db9::1", text), "none");
    rib_in_free(rib);
}

/* A walk goes over the room there is: a sweep that leaves little leaves little room. */
static void test_a_sweep_gives_room_back(void **state)
{
    (void)state;
    struct rib_in *rib = rib_in_new();
    enum { ROUTES = 100000, FRESH = 2000 };

    for (uint32_t i = 0; i < FRESH; i++) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        set(rib, &prefix, "old");
    }
    size_t memory = rib_in_memory(rib);
    for (uint32_t i = FRESH; i < ROUTES; i++) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        set(rib, &prefix, "old");
    }
    rib_in_mark_stale(rib, FAMILY_IPV4);
    for (uint32_t i = 0; i < FRESH; i++) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        set(rib, &prefix, "old");
    }
    assert_int_equal(rib_in_sweep_stale(rib, FAMILY_IPV4), ROUTES - FRESH);
    for (unsigned turns = 0; !rib_in_clean(rib, 1000); turns++)
        assert_in_range(turns, 0, 3 * ROUTES / 1000);
    assert_in_range(rib_in_memory(rib), 1, 8 * memory);
    rib_in_free(rib);
}

/* The naive model: an array with a place for every prefix that the test uses. */
enum { MODEL_PREFIXES = 3000 };

struct model_route {
    bool there, stale;
    enum rib_in_state state;
    int attributes;
};

struct model {
    struct model_route routes[2][MODEL_PREFIXES];
};

/* A generator of numbers that are the same on every run. */
static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static const char *attributes_text(int number, char buffer[static 32])
{
    snprintf(buffer, 32, "attributes %d", number);
    return buffer;
}

static void model_mark(struct model *model, struct rib_in *rib, int f)
{
    assert_true(rib_in_mark_stale(rib, (uint8_t)(f + 1)));
    for (int i = 0; i < MODEL_PREFIXES; i++)
        model->routes[f][i].stale = true;
}

static void model_sweep(struct model *model, struct rib_in *rib, int f)
{
    size_t swept = 0;

    for (int i = 0; i < MODEL_PREFIXES; i++) {
        struct model_route *route = &model->routes[f][i];
        swept += route->there && route->stale;
        route->there &= !route->stale;
    }
    assert_int_equal(rib_in_sweep_stale(rib, (uint8_t)(f + 1)), swept);
}

static void model_set(struct model_route *route, struct rib_in *rib, const struct prefix *prefix, uint32_t random)
{
    static const enum rib_in_state states[] = {ROUTE_KEPT, ROUTE_KEPT, ROUTE_COUNTED, ROUTE_LOOPED};
    char text[32];

    *route = (struct model_route){true, false, states[random % 4], (int)(random / 4 % 500)};
    if (route->state == ROUTE_KEPT)
        set(rib, prefix, attributes_text(route->attributes, text));
    else
        rib_in_set(rib, prefix, 1, route->state, 0);
}

static void model_step(struct model *model, struct rib_in *rib, uint64_t *seed, unsigned set_share)
{
    int f = (int)(next_random(seed) % 2), i = (int)(next_random(seed) % MODEL_PREFIXES);
    struct prefix prefix = numbered((uint8_t)(f + 1), (uint32_t)i * 2654435761u);
    struct model_route *route = &model->routes[f][i];
    unsigned action = next_random(seed) % 100;

    if (action < set_share) {
        model_set(route, rib, &prefix, next_random(seed));
    } else if (action % 8 == 0) {
        rib_in_narrow(rib, &prefix);
        route->state = route->state == ROUTE_KEPT ? ROUTE_COUNTED : route->state;
    } else {
        rib_in_withdraw(rib, &prefix, 1);
        route->there = false;
    }
    rib_in_clean(rib, next_random(seed) % 4);
}

static void assert_as_model(const struct model *model, const struct rib_in *rib)
{
    size_t counts[3] = {0}, walked = 0;
    uint64_t cursor = 0;
    struct rib_in_route found;

    for (int f = 0; f < 2; f++) {
        for (int i = 0; i < MODEL_PREFIXES; i++) {
            const struct model_route *route = &model->routes[f][i];
            struct prefix prefix = numbered((uint8_t)(f + 1), (uint32_t)i * 2654435761u);
            char text[32];
            counts[route->state] += route->there;
            assert_int_equal(rib_in_find(rib, &prefix, &found), route->there && route->state == ROUTE_KEPT);
            if (!route->there || route->state != ROUTE_KEPT)
                continue;
            assert_route(rib, &prefix, attributes_text(route->attributes, text));
            assert_int_equal(found.stale, route->stale);
        }
    }
    assert_int_equal(rib_in_count(rib, FAMILY_NONE), counts[ROUTE_KEPT]);
    assert_int_equal(rib_in_counted(rib), counts[ROUTE_COUNTED]);
    assert_int_equal(rib_in_looped(rib), counts[ROUTE_LOOPED]);
    assert_int_equal(rib_in_received(rib), counts[ROUTE_KEPT] + counts[ROUTE_COUNTED] + counts[ROUTE_LOOPED]);
    while (rib_in_walk(rib, &cursor, &found))
        walked++;
    assert_int_equal(walked, counts[ROUTE_KEPT]);
    assert_false(rib_in_walk(rib, &cursor, &found));
}

static void test_against_a_naive_model(void **state)
{
    (void)state;
    static struct model model;
    struct rib_in *rib = rib_in_new();
    uint64_t seed = 1;

    /* Growing, churning, shrinking, with refreshes in between. */
    static const unsigned set_shares[] = {90, 50, 10, 50, 95, 5, 5, 60};
    for (size_t phase = 0; phase < sizeof set_shares / sizeof *set_shares; phase++) {
        for (int step = 0; step < 6000; step++)
            model_step(&model, rib, &seed, set_shares[phase]);
        assert_as_model(&model, rib);
        int f = (int)(phase % 2);
        model_mark(&model, rib, f);
        for (int step = 0; step < 2000; step++)
            model_step(&model, rib, &seed, set_shares[phase]);
        assert_as_model(&model, rib);
        model_sweep(&model, rib, f);
        assert_as_model(&model, rib);
    }
    rib_in_clear(rib);
    memset(&model, 0, sizeof model);
    assert_as_model(&model, rib);
    rib_in_free(rib);
}

/* What is begun again and again and never ended: nothing more is marked, and nothing is lost. */
static void test_generations_run_out(void **state)
{
    (void)state;
    struct rib_in *rib = rib_in_new();
    uint32_t marked = 0;

    for (uint32_t i = 0; i < 20; i++) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        set(rib, &prefix, "a");
        marked += rib_in_mark_stale(rib, FAMILY_IPV4);
    }
    assert_int_equal(marked, 6);
    assert_int_equal(rib_in_count(rib, FAMILY_IPV4), 20);
    assert_int_equal(rib_in_sweep_stale(rib, FAMILY_IPV4), 6);
    assert_int_equal(rib_in_count(rib, FAMILY_IPV4), 14);
    assert_false(rib_in_mark_stale(rib, FAMILY_IPV4)); /* not cleaned yet */
    rib_in_clear(rib);
    assert_int_equal(rib_in_received(rib), 0);
    assert_true(rib_in_clean(rib, SIZE_MAX));
    struct prefix prefix = numbered(FAMILY_IPV4, 1);
    set(rib, &prefix, "b");
    assert_true(rib_in_mark_stale(rib, FAMILY_IPV4));
    assert_int_equal(rib_in_sweep_stale(rib, FAMILY_IPV4), 1);
    rib_in_free(rib);
}

/* A generation that was dropped, and whose routes were all set again before any was cleaned, serves once more. */
static void test_generations_serve_again(void **state)
{
    (void)state;
    struct rib_in *rib = rib_in_new();
    struct prefix prefix = numbered(FAMILY_IPV6, 1);

    set(rib, &prefix, "a");
    for (int round = 0; round < 20; round++) {
        assert_true(rib_in_mark_stale(rib, FAMILY_IPV6));
        assert_int_equal(rib_in_sweep_stale(rib, FAMILY_IPV6), 1);
        assert_int_equal(rib_in_received(rib), 0);
        set(rib, &prefix, "a");
        assert_route(rib, &prefix, "a");
        assert_int_equal(rib_in_received(rib), 1);
    }
    rib_in_free(rib);
}

/* A route that is only counted takes about five octets, and nothing when it is gone. */
static void test_counted_routes_are_small(void **state)
{
    (void)state;
    enum { ROUTES = 400000 };
    struct rib_in *rib = rib_in_new();
    size_t empty = rib_in_memory(rib);

    for (uint32_t i = 0; i < ROUTES; i++) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        rib_in_set(rib, &prefix, 1, i % 2 ? ROUTE_COUNTED : ROUTE_LOOPED, 0);
    }
    assert_int_equal(rib_in_counted(rib), ROUTES / 2);
    assert_in_range(rib_in_memory(rib) - empty, ROUTES * 4, ROUTES * 6);
    for (uint32_t i = 0; i < ROUTES; i++) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        rib_in_withdraw(rib, &prefix, 1);
    }
    assert_int_equal(rib_in_memory(rib), empty);
    rib_in_free(rib);
}

/* Routes that stay are seen, whatever is added and withdrawn around the cursor. */
static void test_walk_while_the_table_changes(void **state)
{
    (void)state;
    enum { STAYING = 2000, PASSING = 20000 };
    static unsigned char seen[STAYING];
    struct rib_in *rib = rib_in_new();
    struct rib_in_route route;
    uint64_t cursor = 0, seed = 7;
    uint32_t added = 0, removed = 0;

    for (uint32_t i = 0; i < STAYING; i++) {
        struct prefix prefix = numbered(FAMILY_IPV4, i);
        set(rib, &prefix, "staying");
    }
    memset(seen, 0, sizeof seen);
    while (rib_in_walk(rib, &cursor, &route)) {
        if (route.attributes_size == strlen("staying")) {
            uint32_t number = (uint32_t)route.prefix.octets[2] << 8 | route.prefix.octets[3];
            assert_in_range(number, 0, STAYING - 1);
            seen[number]++;
        }
        for (uint32_t n = next_random(&seed) % 20; n > 0 && added < PASSING; n--) {
            struct prefix prefix = numbered(FAMILY_IPV4, 1u << 24 | added++);
            set(rib, &prefix, "passing by");
        }
        for (uint32_t n = next_random(&seed) % 8; n > 0 && removed < added; n--) {
            struct prefix prefix = numbered(FAMILY_IPV4, 1u << 24 | removed++);
            rib_in_withdraw(rib, &prefix, 1);
        }
    }
    assert_int_equal(added, PASSING);
    for (uint32_t i = 0; i < STAYING; i++)
        assert_int_equal(seen[i], 1);
    rib_in_free(rib);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_replace_withdraw),
        cmocka_unit_test(test_default_routes),
        cmocka_unit_test(test_memory_is_given_back),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_longest_match),
        cmocka_unit_test(test_a_sweep_gives_room_back),
        cmocka_unit_test(test_against_a_naive_model),
        cmocka_unit_test(test_generations_run_out),
        cmocka_unit_test(test_generations_serve_again),
        cmocka_unit_test(test_counted_routes_are_small),
        cmocka_unit_test(test_walk_while_the_table_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
