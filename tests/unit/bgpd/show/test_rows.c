/* Each row that is shown is one that the schema has, whatever state the neighbor and the route are in. */
#include "bgpd/show/rows.h"

#include "tests/unit/bgpd/session/pair.h"
#include "tests/unit/context.h"

/* Ends STATE and reads it as libyang does, strictly; free it with lyd_free_all. */
static struct lyd_node *validated(struct json *state)
{
    struct lyd_node *tree = NULL;

    json_finish(state);
    assert_false(state->failed);
    char *text = strndup(state->text, state->length);
    print_message("%s\n", text);
    assert_int_equal(lyd_parse_data_mem(context, text, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_PRESENT, &tree), 0);
    free(text);
    free(state->text);
    return tree;
}

static struct lyd_node *neighbor_row(const struct pair *pair)
{
    struct json state = control_state();

    show_neighbor(&state, pair_peer(&pair->a));
    return validated(&state);
}

static void expect(struct lyd_node *tree, const char *list, const char *leaf, const char *value)
{
    const char *text = model_text(model_child(model_sibling(tree, "state"), list), leaf);

    assert_int_equal(text != NULL, value != NULL);
    if (value)
        assert_string_equal(text, value);
    lyd_free_all(tree);
}

static void test_a_neighbor_idle_established_and_lost(void **state)
{
    struct pair *pair = *state;

    pair->a.neighbor.description = "a \"quoted\"\tname";
    pair_apply(&pair->a);
    expect(neighbor_row(pair), "neighbor", "description", "a \"quoted\"?name");
    expect(neighbor_row(pair), "neighbor", "uptime", NULL);
    pair_apply(&pair->b);
    pair_wait(pair, both_established, "both");
    expect(neighbor_row(pair), "neighbor", "session-state", "established");
    expect(neighbor_row(pair), "neighbor", "hold-time", "90");
    peer_reset(pair_peer(&pair->a), "text");
    expect(neighbor_row(pair), "neighbor", "uptime", NULL);
}

static const uint8_t rich[] = {
    0x40, 1, 1, 2,                                        /* ORIGIN incomplete */
    0x40, 2, 6, 2,    1,    0, 0,    0xff, 0xeb,          /* AS_PATH 65515 */
    0x40, 3, 4, 192,  0,    2, 1,                         /* NEXT_HOP */
    0x80, 4, 4, 0,    0,    0, 7,                         /* MED */
    0xc0, 8, 8, 0xfd, 0xf2, 2, 0x9a, 0xff, 0xff, 0xff, 1, /* 65010:666 no-export */
};

static void test_received_routes(void **state)
{
    struct pair *pair = *state;
    const struct {
        const char *name;
        struct rib_in_route route;
        const char *leaf, *value;
    } rows[] = {
        {"all of them", {pair_prefix("203.0.113.9/32"), rich, sizeof rich, false}, "origin", "incomplete"},
        {"a MED", {pair_prefix("203.0.113.9/32"), rich, sizeof rich, false}, "med", "7"},
        {"a next hop", {pair_prefix("203.0.113.9/32"), rich, sizeof rich, false}, "next-hop", "192.0.2.1"},
        {"not stale", {pair_prefix("203.0.113.9/32"), rich, sizeof rich, false}, "stale", NULL},
        {"stale", {pair_prefix("203.0.113.9/32"), rich, sizeof rich, true}, "stale", "true"},
        {"an empty AS path",
         {pair_prefix("2001:db8::/32"), (const uint8_t[]){0x40, 1, 1, 0, 0x40, 2, 0}, 7, false},
         "as-path",
         ""},
        {"attributes cut short", {pair_prefix("203.0.113.9/32"), rich, 5, false}, "origin", NULL},
    };

    pair_apply(&pair->a);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json json = control_state();
        print_message("%s\n", rows[i].name);
        show_received(&json, pair_peer(&pair->a), &rows[i].route);
        show_received(&json, pair_peer(&pair->a), &(struct rib_in_route){pair_prefix("0.0.0.0/0"), rich, 4, false});
        expect(validated(&json), "received-route", rows[i].leaf, rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_neighbor_idle_established_and_lost, pair_setup, pair_teardown),
        cmocka_unit_test_setup_teardown(test_received_routes, pair_setup, pair_teardown),
    };
    return cmocka_run_group_tests(tests, context_open, context_close);
}
