/* Operations on an Adj-RIB-In, side by side with a model: an array with a place for each prefix. */
#include "bgpd/rib/rib_in.h"
#include "lib/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

enum { PREFIXES = 1024 };

struct model {
    struct {
        bool there, stale;
        uint8_t attributes;
    } routes[2][PREFIXES];
    size_t count[2];
};

enum operation { SET, SET_RANGE, WITHDRAW, WITHDRAW_RANGE, MARK, SWEEP, WALK, CLEAR, OPERATIONS };

static struct prefix prefix_of(int table, unsigned number)
{
    uint8_t family = table ? FAMILY_IPV6 : FAMILY_IPV4;
    struct prefix prefix = {.family = family, .length = (uint8_t)(16 + number % 9)};

    prefix.octets[0] = (uint8_t)(number >> 8);
    prefix.octets[1] = (uint8_t)number;
    return prefix;
}

static void set(struct rib_in *rib, struct model *model, int table, unsigned number, uint8_t attributes)
{
    struct prefix prefix = prefix_of(table, number);
    uint32_t handle = rib_in_attributes(rib, &attributes, attributes ? 1 : 0);

    REQUIRE(handle != 0);
    rib_in_set(rib, &prefix, 1, ROUTE_KEPT, handle);
    rib_in_attributes_done(rib, handle);
    model->count[table] += !model->routes[table][number].there;
    model->routes[table][number].there = true;
    model->routes[table][number].stale = false;
    model->routes[table][number].attributes = attributes;
}

static void withdraw(struct rib_in *rib, struct model *model, int table, unsigned number)
{
    struct prefix prefix = prefix_of(table, number);

    rib_in_withdraw(rib, &prefix, 1);
    model->count[table] -= model->routes[table][number].there;
    model->routes[table][number].there = false;
}

static void mark(struct rib_in *rib, struct model *model, int table)
{
    if (!rib_in_mark_stale(rib, table ? FAMILY_IPV6 : FAMILY_IPV4))
        return;
    for (unsigned i = 0; i < PREFIXES; i++)
        model->routes[table][i].stale = model->routes[table][i].there;
}

static void sweep(struct rib_in *rib, struct model *model, int table)
{
    size_t swept = 0;

    for (unsigned i = 0; i < PREFIXES; i++) {
        if (!model->routes[table][i].there || !model->routes[table][i].stale)
            continue;
        model->routes[table][i].there = false;
        swept++;
    }
    model->count[table] -= swept;
    REQUIRE(rib_in_sweep_stale(rib, table ? FAMILY_IPV6 : FAMILY_IPV4) == swept);
}

/* A step of a walk that goes on through all changes. */
static void walk(const struct rib_in *rib, const struct model *model, uint64_t *cursor)
{
    struct rib_in_route route;

    if (!rib_in_walk(rib, cursor, &route)) {
        *cursor = 0;
        return;
    }
    int table = route.prefix.family == FAMILY_IPV6;
    unsigned number = (unsigned)route.prefix.octets[0] << 8 | route.prefix.octets[1];
    REQUIRE(number < PREFIXES && model->routes[table][number].there);
    REQUIRE(route.stale == model->routes[table][number].stale);
}

static void require_as_model(const struct rib_in *rib, const struct model *model)
{
    struct rib_in_route route;
    uint64_t cursor = 0;
    size_t walked = 0;

    for (int table = 0; table < 2; table++) {
        REQUIRE(rib_in_count(rib, table ? FAMILY_IPV6 : FAMILY_IPV4) == model->count[table]);
        for (unsigned i = 0; i < PREFIXES; i++) {
            struct prefix prefix = prefix_of(table, i);
            REQUIRE(rib_in_find(rib, &prefix, &route) == model->routes[table][i].there);
            if (!model->routes[table][i].there)
                continue;
            uint8_t attributes = model->routes[table][i].attributes;
            REQUIRE(route.attributes_size == (attributes ? 1 : 0));
            REQUIRE(!attributes || route.attributes[0] == attributes);
        }
    }
    while (rib_in_walk(rib, &cursor, &route))
        walked++;
    REQUIRE(walked == model->count[0] + model->count[1]);
}

static void step(struct rib_in *rib, struct model *model, uint64_t *cursor, struct wire_reader *input)
{
    uint8_t head = wire_read_u8(input), attributes = wire_read_u8(input);
    unsigned number = wire_read_u16(input) % PREFIXES, range = attributes;
    int table = head >> 7;

    switch ((enum operation)(head % OPERATIONS)) {
    case SET:
        set(rib, model, table, number, attributes);
        break;
    case SET_RANGE:
        for (unsigned i = 0; i <= range; i++)
            set(rib, model, table, (number + i) % PREFIXES, (uint8_t)(attributes + i / 4));
        break;
    case WITHDRAW:
        withdraw(rib, model, table, number);
        break;
    case WITHDRAW_RANGE:
        for (unsigned i = 0; i <= range; i++)
            withdraw(rib, model, table, (number + i) % PREFIXES);
        break;
    case MARK:
        mark(rib, model, table);
        break;
    case SWEEP:
        sweep(rib, model, table);
        break;
    case WALK:
        walk(rib, model, cursor);
        break;
    case CLEAR:
        rib_in_clear(rib);
        memset(model, 0, sizeof *model);
        break;
    case OPERATIONS:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct model model;
    struct wire_reader input = wire_reader_of(data, size < 2048 ? size : 2048);
    struct rib_in *rib = rib_in_new();
    uint64_t cursor = 0;

    REQUIRE(rib);
    memset(&model, 0, sizeof model);
    while (wire_remaining(&input) > 0) {
        step(rib, &model, &cursor, &input);
        rib_in_clean(rib, 3);
    }
    require_as_model(rib, &model);
    rib_in_free(rib);
    return 0;
}
