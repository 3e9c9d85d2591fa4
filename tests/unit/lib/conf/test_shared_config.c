#include "lib/conf/shared_config.h"

#include "tests/unit/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* JSON with ' for ". */
static struct lyd_node *parse(const char *text)
{
    struct lyd_node *tree = NULL;
    char json[256];

    snprintf(json, sizeof json, "%s", text);
    for (char *at = json; (at = strchr(at, '\''));)
        *at = '"';
    assert_int_equal(lyd_parse_data_mem(context, json, LYD_JSON, 0, LYD_VALIDATE_NO_STATE, &tree), LY_SUCCESS);
    return tree;
}

static void test_settings(void **state)
{
#define RUN "/run/vipgate"
    static const struct {
        const char *name, *json;
        struct shared_config expected;
    } rows[] = {
        {"nothing written", "{}", {NULL, LOG_LEVEL_INFO, LOG_FORMAT_TEXT, RUN, 3000}},
        {"site", "{'vipgate:site':'x'}", {"x", LOG_LEVEL_INFO, LOG_FORMAT_TEXT, RUN, 3000}},
        {"error", "{'vipgate:log':{'level':'error'}}", {NULL, LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, RUN, 3000}},
        {"warning", "{'vipgate:log':{'level':'warning'}}", {NULL, LOG_LEVEL_WARNING, LOG_FORMAT_TEXT, RUN, 3000}},
        {"info", "{'vipgate:log':{'level':'info'}}", {NULL, LOG_LEVEL_INFO, LOG_FORMAT_TEXT, RUN, 3000}},
        {"debug", "{'vipgate:log':{'level':'debug'}}", {NULL, LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT, RUN, 3000}},
        {"text", "{'vipgate:log':{'format':'text'}}", {NULL, LOG_LEVEL_INFO, LOG_FORMAT_TEXT, RUN, 3000}},
        {"json", "{'vipgate:log':{'format':'json'}}", {NULL, LOG_LEVEL_INFO, LOG_FORMAT_JSON, RUN, 3000}},
        {"directory", "{'vipgate:control':{'directory':'/x'}}", {NULL, LOG_LEVEL_INFO, LOG_FORMAT_TEXT, "/x", 3000}},
        {"lease", "{'vipgate:health':{'lease':'1500ms'}}", {NULL, LOG_LEVEL_INFO, LOG_FORMAT_TEXT, RUN, 1500}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lyd_node *tree = parse(rows[i].json);
        const struct shared_config *expected = &rows[i].expected, shared = shared_config_of(tree);

        print_message("%s\n", rows[i].name);
        assert_string_equal(shared.site ? shared.site : "none", expected->site ? expected->site : "none");
        assert_int_equal(shared.log_level, expected->log_level);
        assert_int_equal(shared.log_format, expected->log_format);
        assert_string_equal(shared.control_directory, expected->control_directory);
        assert_int_equal(shared.lease_ms, expected->lease_ms);
        lyd_free_all(tree);
    }
}

static void test_damping(void **state)
{
    static const struct {
        const char *name, *json;
        struct damping_config expected;
    } rows[] = {
        {"absent", "", {false, 0, 0, 0}},
        {"as it is by default", ",'damping':{}", {true, 60000, 3000, 1000}},
        {"half-life", ",'damping':{'half-life':'5s'}", {true, 5000, 3000, 1000}},
        {"suppress", ",'damping':{'suppress':2000}", {true, 60000, 2000, 1000}},
        {"reuse", ",'damping':{'reuse':500}", {true, 60000, 3000, 500}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char json[256];
        snprintf(json, sizeof json, "{'vipgate:check':[{'name':'a','file':{'path':'/x'}%s}]}", rows[i].json);
        struct lyd_node *tree = parse(json);
        const struct damping_config damping = damping_config_of(model_sibling(tree, "check"));

        print_message("%s\n", rows[i].name);
        assert_int_equal(damping.enabled, rows[i].expected.enabled);
        assert_int_equal(damping.half_life_ms, rows[i].expected.half_life_ms);
        assert_int_equal(damping.suppress, rows[i].expected.suppress);
        assert_int_equal(damping.reuse, rows[i].expected.reuse);
        lyd_free_all(tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_settings), cmocka_unit_test(test_damping)};

    return cmocka_run_group_tests(tests, context_open, context_close);
}
