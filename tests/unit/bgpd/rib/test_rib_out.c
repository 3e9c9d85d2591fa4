#include "bgpd/rib/rib_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct prefix prefix_of(const char *text)
{
    struct prefix prefix;
    assert_true(prefix_parse(&prefix, text));
    return prefix;
}

static const struct path_attributes *attributes_of(uint8_t prepend)
{
    struct path_attributes attributes = {.prepend = prepend};
    const struct path_attributes *interned = path_attributes_intern(&attributes);
    assert_non_null(interned);
    return interned;
}

/* The next group as text, "0: 192.0.2.1/32 192.0.2.2/32", prepend or "withdraw" first; and marks it as sent. */
static const char *send_group(struct rib_out *rib, size_t limit)
{
    static char text[512];
    const struct path_attributes *attributes = NULL;
    struct prefix prefixes[16];
    size_t count = rib_out_next_group(rib, &attributes, prefixes, limit);
    if (count == 0)
        return "nothing";
    size_t length = attributes ? (size_t)snprintf(text, sizeof text, "%u:", attributes->prepend)
                               : (size_t)snprintf(text, sizeof text, "withdraw:");
    for (size_t i = 0; i < count; i++) {
        char prefix[PREFIX_TEXT_SIZE];
        length += (size_t)snprintf(text + length, sizeof text - length, " %s", prefix_format(&prefixes[i], prefix));
    }
    rib_out_sent(rib, prefixes, count, 1000, 7);
    return text;
}

struct fixture {
    struct rib_out *rib;
    const struct path_attributes *plain, *prepended;
    struct prefix a, b, c, six;
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){rib_out_new(),
                               attributes_of(0),
                               attributes_of(2),
                               prefix_of("192.0.2.1/32"),
                               prefix_of("192.0.2.2/32"),
                               prefix_of("192.0.2.3/32"),
                               prefix_of("2001:db8::1/128")};
    assert_non_null(fixture.rib);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    rib_out_free(f->rib);
    path_attributes_unref(f->plain);
    path_attributes_unref(f->prepended);
    return 0;
}

static void test_said_twice_goes_out_once(void **state)
{
    struct fixture *f = *state;
    assert_false(rib_out_pending(f->rib));
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_string_equal(send_group(f->rib, 16), "0: 192.0.2.1/32");
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_false(rib_out_pending(f->rib));

    const struct rib_out_route *route = rib_out_find(f->rib, &f->a);
    assert_ptr_equal(route->sent, f->plain);
    assert_int_equal(route->sent_offset, 1000);
    assert_int_equal(route->since_us, 7);
    assert_int_equal(rib_out_sent_count(f->rib), 1);
}

static void test_change_of_mind_before_sending_sends_nothing(void **state)
{
    struct fixture *f = *state;
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->a, NULL));
    assert_false(rib_out_pending(f->rib));
    assert_null(rib_out_find(f->rib, &f->a));

    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_string_equal(send_group(f->rib, 16), "0: 192.0.2.1/32");
    assert_true(rib_out_set(f->rib, &f->a, f->prepended));
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_string_equal(send_group(f->rib, 16), "nothing");
}

static void test_groups_share_attributes_and_family(void **state)
{
    struct fixture *f = *state;
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->six, f->plain));
    assert_true(rib_out_set(f->rib, &f->b, f->prepended));
    assert_true(rib_out_set(f->rib, &f->c, f->plain));

    /* IPv4 before IPv6; the order of the two groups of IPv4 is that of the objects' addresses. */
    const char *plain = "0: 192.0.2.1/32 192.0.2.3/32", *prepended = "2: 192.0.2.2/32";
    const char *first = send_group(f->rib, 16);
    bool plain_first = strcmp(first, plain) == 0;
    assert_true(plain_first || strcmp(first, prepended) == 0);
    assert_string_equal(send_group(f->rib, 16), plain_first ? prepended : plain);
    assert_string_equal(send_group(f->rib, 16), "0: 2001:db8::1/128");
    assert_string_equal(send_group(f->rib, 16), "nothing");
}

static void test_withdrawals_come_first_and_the_limit_holds(void **state)
{
    struct fixture *f = *state;
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->b, f->plain));
    assert_string_equal(send_group(f->rib, 1), "0: 192.0.2.1/32");
    assert_string_equal(send_group(f->rib, 1), "0: 192.0.2.2/32");

    assert_true(rib_out_set(f->rib, &f->c, f->plain));
    assert_true(rib_out_set(f->rib, &f->a, NULL));
    assert_true(rib_out_set(f->rib, &f->b, NULL));
    assert_string_equal(send_group(f->rib, 16), "withdraw: 192.0.2.1/32 192.0.2.2/32");
    assert_string_equal(send_group(f->rib, 16), "0: 192.0.2.3/32");
    assert_null(rib_out_find(f->rib, &f->a));
    assert_int_equal(rib_out_sent_count(f->rib), 1);
}

static void test_lost_session_sends_all_again(void **state)
{
    struct fixture *f = *state;
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->b, f->plain));
    send_group(f->rib, 16);
    assert_true(rib_out_set(f->rib, &f->b, NULL)); /* its withdrawal need not be sent any more */
    rib_out_session_lost(f->rib);
    assert_int_equal(rib_out_sent_count(f->rib), 0);
    assert_string_equal(send_group(f->rib, 16), "0: 192.0.2.1/32");
    assert_string_equal(send_group(f->rib, 16), "nothing");
}

static void test_refresh_sends_the_family_again(void **state)
{
    struct fixture *f = *state;
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->six, f->plain));
    send_group(f->rib, 16);
    send_group(f->rib, 16);
    rib_out_refresh(f->rib, FAMILY_IPV4);
    assert_true(rib_out_find(f->rib, &f->a)->pending);
    assert_true(rib_out_set(f->rib, &f->a, f->prepended)); /* there and back: it is asked for all the same */
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_string_equal(send_group(f->rib, 16), "0: 192.0.2.1/32");
    assert_string_equal(send_group(f->rib, 16), "nothing");
    assert_int_equal(rib_out_sent_count(f->rib), 2);
}

static void test_withheld_is_as_not_desired(void **state)
{
    struct fixture *f = *state;
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->b, f->plain));
    send_group(f->rib, 1);
    rib_out_withhold(f->rib, &f->b, 1);
    assert_true(rib_out_find(f->rib, &f->b)->withheld);
    assert_string_equal(send_group(f->rib, 16), "nothing");

    assert_true(rib_out_set(f->rib, &f->a, f->prepended)); /* cannot be said: what they have is not to stay */
    rib_out_withhold(f->rib, &f->a, 1);
    rib_out_refresh(f->rib, FAMILY_IPV4);
    assert_string_equal(send_group(f->rib, 16), "withdraw: 192.0.2.1/32");
    assert_string_equal(send_group(f->rib, 16), "nothing");

    rib_out_session_lost(f->rib);
    assert_true(rib_out_find(f->rib, &f->a)->pending);
    assert_true(rib_out_find(f->rib, &f->b)->pending);
}

/* A route that changes again and again before anything is sent leaves holes in the queue: they are closed when it is
 * full, and what waits beside it is still there, once. */
static void test_holes_in_a_queue(void **state)
{
    struct fixture *f = *state;
    rib_out_set(f->rib, &f->a, f->plain);
    rib_out_set(f->rib, &f->b, f->prepended);
    for (int i = 0; i < 200; i++) {
        rib_out_set(f->rib, &f->c, i % 2 ? f->plain : f->prepended);
        assert_true(rib_out_pending(f->rib));
    }
    bool prepended_first = f->prepended < f->plain; /* announcements are sorted by where their attributes are */
    assert_string_equal(send_group(f->rib, 16), prepended_first ? "2: 192.0.2.2/32" : "0: 192.0.2.1/32 192.0.2.3/32");
    assert_string_equal(send_group(f->rib, 16), prepended_first ? "0: 192.0.2.1/32 192.0.2.3/32" : "2: 192.0.2.2/32");
    assert_string_equal(send_group(f->rib, 16), "nothing");
}

static void test_walk_is_in_order_of_prefix(void **state)
{
    struct fixture *f = *state;
    assert_null(rib_out_after(f->rib, &(struct prefix){0}));
    assert_true(rib_out_set(f->rib, &f->six, f->plain));
    assert_true(rib_out_set(f->rib, &f->c, f->plain));
    assert_true(rib_out_set(f->rib, &f->a, f->plain));
    assert_true(rib_out_set(f->rib, &f->b, f->plain));
    assert_true(rib_out_set(f->rib, &f->b, NULL));
    /* From a prefix that may be gone by now. */
    assert_memory_equal(&rib_out_after(f->rib, &(struct prefix){0})->prefix, &f->a, sizeof f->a);
    assert_memory_equal(&rib_out_after(f->rib, &f->a)->prefix, &f->c, sizeof f->c);
    assert_memory_equal(&rib_out_after(f->rib, &f->b)->prefix, &f->c, sizeof f->c);
    assert_memory_equal(&rib_out_after(f->rib, &f->c)->prefix, &f->six, sizeof f->six);
    assert_null(rib_out_after(f->rib, &f->six));
}

/* ---- against a naive model ------------------------------------------------------------------------------------- */

enum { PREFIXES = 300, ATTRIBUTES = 5 };

/* What the neighbor believes, told by nothing but groups; and what it should believe. */
struct model {
    uint8_t desired[PREFIXES], sent[PREFIXES]; /* prepend + 1; 0: no route */
    bool withheld[PREFIXES], refresh[PREFIXES];
};

static struct prefix numbered_prefix(unsigned number)
{
    struct prefix prefix = {.family = number % 3 ? FAMILY_IPV4 : FAMILY_IPV6};
    prefix.length = prefix.family == FAMILY_IPV4 ? 32 : 128;
    prefix.octets[0] = prefix.family == FAMILY_IPV4 ? 198 : 0x20;
    prefix.octets[2] = (uint8_t)(number >> 8);
    prefix.octets[3] = (uint8_t)number;
    return prefix;
}

static unsigned number_of(const struct prefix *prefix)
{
    return (unsigned)prefix->octets[2] << 8 | prefix->octets[3];
}

static unsigned model_wanted(const struct model *model, unsigned number)
{
    return model->withheld[number] ? 0 : model->desired[number];
}

static bool model_pending(const struct model *model, unsigned number)
{
    unsigned wanted = model_wanted(model, number);
    return wanted != model->sent[number] || (wanted && model->refresh[number]);
}

static void model_set(struct model *model, unsigned number, uint8_t desired)
{
    if (model->desired[number] == desired)
        return;
    model->desired[number] = desired;
    model->withheld[number] = false;
    if (!desired)
        model->refresh[number] = false;
}

/* Takes a group and checks that it is one: same family and attributes, pending, withdrawals before announcements. */
static size_t take_group(struct rib_out *rib, struct model *model, size_t limit, bool withhold)
{
    const struct path_attributes *attributes = NULL;
    struct prefix prefixes[64];
    size_t count = rib_out_next_group(rib, &attributes, prefixes, limit);
    bool withdrawal_pending = false, pending = false;
    for (unsigned i = 0; i < PREFIXES; i++) {
        withdrawal_pending |= model->sent[i] && !model_wanted(model, i);
        pending |= model_pending(model, i);
    }
    assert_int_equal(pending, count > 0);
    assert_int_equal(pending, rib_out_pending(rib));
    assert_true(!withdrawal_pending || !attributes);
    for (size_t i = 0; i < count; i++) {
        unsigned number = number_of(&prefixes[i]);
        assert_int_equal(prefixes[i].family, prefixes[0].family);
        assert_true(model_pending(model, number));
        assert_int_equal(model_wanted(model, number), attributes ? attributes->prepend + 1 : 0);
        if (withhold && attributes) {
            model->withheld[number] = true;
        } else {
            model->sent[number] = (uint8_t)model_wanted(model, number);
        }
        model->refresh[number] = false;
    }
    if (withhold && attributes)
        rib_out_withhold(rib, prefixes, count);
    else
        rib_out_sent(rib, prefixes, count, 1, 1);
    return count;
}

static void check_against_model(const struct rib_out *rib, const struct model *model)
{
    size_t sent = 0, walked = 0, alive = 0;
    for (unsigned i = 0; i < PREFIXES; i++) {
        struct prefix prefix = numbered_prefix(i);
        const struct rib_out_route *route = rib_out_find(rib, &prefix);
        assert_int_equal(route != NULL, model->desired[i] || model->sent[i]);
        sent += model->sent[i] != 0;
        alive += route != NULL;
        if (!route)
            continue;
        assert_int_equal(route->desired ? route->desired->prepend + 1 : 0, model->desired[i]);
        assert_int_equal(route->sent ? route->sent->prepend + 1 : 0, model->sent[i]);
        assert_int_equal(route->pending, model_pending(model, i));
    }
    assert_int_equal(rib_out_sent_count(rib), sent);
    const struct rib_out_route *next;
    for (struct prefix at = {0}; (next = rib_out_after(rib, &at)); at = next->prefix) {
        assert_true(prefix_compare(&at, &next->prefix) < 0);
        walked++;
    }
    assert_int_equal(walked, alive);
}

static void model_session_lost(struct model *model)
{
    memset(model->sent, 0, sizeof model->sent);
    memset(model->withheld, 0, sizeof model->withheld);
}

static void model_refresh(struct model *model, uint8_t family)
{
    for (unsigned i = 0; i < PREFIXES; i++) {
        if (numbered_prefix(i).family == family && model->desired[i] && !model->withheld[i])
            model->refresh[i] = true;
    }
}

static void test_random_operations(void **state)
{
    struct rib_out *rib = ((struct fixture *)*state)->rib;
    struct model model = {0};
    const struct path_attributes *attributes[ATTRIBUTES];
    for (uint8_t i = 0; i < ATTRIBUTES; i++)
        attributes[i] = attributes_of(i);

    srandom(4271);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned dice = (unsigned)random() % 100, number = (unsigned)random() % PREFIXES;
        uint8_t desired = (uint8_t)((unsigned)random() % (ATTRIBUTES + 1));
        struct prefix prefix = numbered_prefix(number);
        if (dice < 80) {
            assert_true(rib_out_set(rib, &prefix, desired ? attributes[desired - 1] : NULL));
            model_set(&model, number, desired);
        } else if (dice < 97) {
            take_group(rib, &model, 1 + (unsigned)random() % 64, dice == 80);
        } else if (dice < 98) {
            rib_out_refresh(rib, prefix.family);
            model_refresh(&model, prefix.family);
        } else if (step % 16 == 0) {
            rib_out_session_lost(rib);
            model_session_lost(&model);
        }
        if (step % 100 == 0)
            check_against_model(rib, &model);
    }
    while (take_group(rib, &model, 64, false))
        continue;
    check_against_model(rib, &model);
    for (unsigned i = 0; i < ATTRIBUTES; i++)
        path_attributes_unref(attributes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_said_twice_goes_out_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_change_of_mind_before_sending_sends_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_groups_share_attributes_and_family, setup, teardown),
        cmocka_unit_test_setup_teardown(test_withdrawals_come_first_and_the_limit_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost_session_sends_all_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refresh_sends_the_family_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_withheld_is_as_not_desired, setup, teardown),
        cmocka_unit_test_setup_teardown(test_holes_in_a_queue, setup, teardown),
        cmocka_unit_test_setup_teardown(test_walk_is_in_order_of_prefix, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_operations, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
