#include "lib/conf/neighbor.h"

#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct ly_ctx *context;
    struct lyd_node *tree;
};

static const char *const document =
    "{\"vipgate:bgp\":{\"local-as\":65010,\"router-id\":\"198.51.100.70\","
    "\"neighbor-group\":[{\"name\":\"ars\",\"peer-as\":65515,\"platform\":\"azure-route-server\",\"multihop\":9,"
    "\"password\":\"example\",\"family\":[\"ipv6-unicast\",\"ipv4-unicast\"],\"graceful-restart\":{}},"
    "{\"name\":\"bare\",\"platform\":\"azure-route-server\"}],"
    "\"neighbor\":[{\"remote-address\":\"198.51.100.4\",\"group\":\"ars\",\"hold-time\":\"30s\"},"
    "{\"remote-address\":\"198.51.100.5\",\"group\":\"ars\",\"ttl-security\":1,\"password-file\":\"/etc/key\"},"
    "{\"remote-address\":\"198.51.100.6\",\"group\":\"bare\"},"
    "{\"remote-address\":\"2001:db8::6\",\"peer-as\":65001}]}}";

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char error[256];

    fixture->context = model_open(error, sizeof error);
    assert_non_null(fixture->context);
    assert_int_equal(lyd_parse_data_mem(fixture->context, document, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_NO_STATE,
                                        &fixture->tree),
                     LY_SUCCESS);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    lyd_free_all(fixture->tree);
    ly_ctx_destroy(fixture->context);
    free(fixture);
    return 0;
}

static const struct lyd_node *neighbor(void **state, const char *address)
{
    const struct fixture *fixture = *state;
    const struct lyd_node *node;

    LY_LIST_FOR(lyd_child(model_sibling(fixture->tree, "bgp")), node)
    {
        if (strcmp(node->schema->name, "neighbor") == 0 && strcmp(model_text(node, "remote-address"), address) == 0)
            return node;
    }
    fail_msg("no neighbor %s", address);
    return NULL;
}

static void test_neighbor_then_group_then_platform_then_default(void **state)
{
    const struct lyd_node *node = neighbor(state, "198.51.100.4");

    assert_string_equal(conf_neighbor_option(node, "hold-time"), "30s");
    assert_string_equal(conf_neighbor_option(node, "peer-as"), "65515");
    assert_string_equal(conf_neighbor_option(node, "multihop"), "9");
    assert_string_equal(conf_neighbor_option(node, "port"), "179");
    assert_null(conf_neighbor_option(node, "shutdown"));

    node = neighbor(state, "198.51.100.6");
    assert_string_equal(conf_neighbor_option(node, "hold-time"), "180s");
    assert_string_equal(conf_neighbor_option(node, "multihop"), "64");
    assert_null(conf_neighbor_option(node, "peer-as"));

    node = neighbor(state, "2001:db8::6");
    assert_string_equal(conf_neighbor_option(node, "hold-time"), "90s");
    assert_null(conf_neighbor_option(node, "multihop"));
}

static void test_nearest_level_decides_a_choice(void **state)
{
    const struct lyd_node *node = neighbor(state, "198.51.100.5");

    assert_string_equal(conf_neighbor_option(node, "ttl-security"), "1");
    assert_null(conf_neighbor_option(node, "multihop"));
    assert_string_equal(conf_neighbor_option(node, "password-file"), "/etc/key");
    assert_null(conf_neighbor_option(node, "password"));
    assert_null(conf_neighbor_node(node, "password"));
}

static void test_nodes_and_families(void **state)
{
    const struct lyd_node *node = neighbor(state, "198.51.100.4");

    assert_string_equal(model_text(conf_neighbor_node(node, "graceful-restart"), "restart-time"), "120s");
    assert_string_equal(lyd_get_value(conf_neighbor_node(node, "family")), "ipv6-unicast");
    assert_true(conf_neighbor_has_family(node, "ipv4-unicast"));
    assert_true(conf_neighbor_has_family(node, "ipv6-unicast"));

    node = neighbor(state, "198.51.100.6");
    assert_null(conf_neighbor_node(node, "graceful-restart"));
    assert_true(conf_neighbor_has_family(node, "ipv4-unicast"));
    assert_false(conf_neighbor_has_family(node, "ipv6-unicast"));

    node = neighbor(state, "2001:db8::6");
    assert_null(conf_neighbor_group(node));
    assert_true(conf_neighbor_has_family(node, "ipv6-unicast"));
    assert_false(conf_neighbor_has_family(node, "ipv4-unicast"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbor_then_group_then_platform_then_default),
        cmocka_unit_test(test_nearest_level_decides_a_choice),
        cmocka_unit_test(test_nodes_and_families),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
