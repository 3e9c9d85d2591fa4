#include "lib/control/rpc.h"

#include "lib/model.h"
#include "tests/unit/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool is_taken(const char *json, char error[static 256])
{
    struct arena arena = {0};

    error[0] = '\0';
    bool taken = rpc_of(json_parse(&arena, json, strlen(json), NULL), error, 256);
    arena_free(&arena);
    return taken;
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json, *error;
    } rows[] = {
        {"{}", "expected one RPC"},
        {"[]", "expected one RPC"},
        {"{\"vipgate:get-config\":{},\"vipgate:get-config\":{}}", "expected one RPC"},
        {"{\"vipgate:site\":\"x\"}", "expected one RPC"},
        {"{\"vipgate:nonsense\":{}}", "expected one RPC"},
        {"{\"get-config\":{}}", "expected one RPC"},
        {"{\"vipgate:get-config\":[null]}", "expected one RPC"},
        {"{\"vipgate:get-config\":[{}]}", "expected one RPC"},
        {"{\"vipgate:get\":{}}", "get needs 'what'"},
        {"{\"vipgate:get\":{\"what\":\"vip\"}}", "invalid value of 'what'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\",\"nonsense\"]}}", "invalid value of 'what'"},
        {"{\"vipgate:get\":{\"what\":[\"vi\"]}}", "invalid value of 'what'"},
        {"{\"vipgate:get\":{\"what\":[\"\"]}}", "invalid value of 'what'"},
        {"{\"vipgate:get\":{\"what\":[{}]}}", "invalid value of 'what'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"nonsense\":1}}", "get has no input 'nonsense'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"neighbor\":1}}", "invalid value of 'neighbor'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"last\":\"1\"}}", "invalid value of 'last'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"last\":-1}}", "invalid value of 'last'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"last\":1.5}}", "invalid value of 'last'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"last\":4294967296}}", "invalid value of 'last'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"last\":99999999999999999999999}}", "invalid value of 'last'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"last\":1,\"last\":2}}", "'last' is given more than once"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"follow\":\"true\"}}", "invalid value of 'follow'"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"follow\":maybe}}", "invalid value of 'follow'"},
        {"{\"vipgate:check-run\":{}}", "check-run needs 'name'"},
        {"{\"vipgate:check-run\":{\"name\":{}}}", "invalid value of 'name'"},
        {"{\"vipgate:neighbor\":{\"remote-address\":\"192.0.2.1\",\"action\":\"up down\"}}",
         "invalid value of 'action'"},
    };
    char error[256];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].json);
        assert_false(is_taken(rows[i].json, error));
        assert_non_null(strstr(error, "bad request: "));
        assert_non_null(strstr(error, rows[i].error));
    }
}

static void test_a_text_is_of_255_octets_at_most(void **state)
{
    (void)state;
    char text[257], json[512], error[256];

    memset(text, 'x', sizeof text);
    for (int length = 255; length <= 256; length++) {
        snprintf(json, sizeof json, "{\"vipgate:check-run\":{\"name\":\"%.*s\"}}", length, text);
        assert_int_equal(is_taken(json, error), length == 255);
    }
}

/* A value of LEAF, the Nth of an enumeration; NULL: there are no more. */
static const char *sample(const struct lysc_node *leaf, size_t n)
{
    const struct lysc_type *type = leaf->nodetype == LYS_LEAFLIST ? ((const struct lysc_node_leaflist *)leaf)->type
                                                                  : ((const struct lysc_node_leaf *)leaf)->type;
    static char text[64];

    if (type->basetype == LY_TYPE_ENUM) {
        const struct lysc_type_enum *words = (const struct lysc_type_enum *)type;
        if (n >= LY_ARRAY_COUNT(words->enums))
            return NULL;
        snprintf(text, sizeof text, leaf->nodetype == LYS_LEAFLIST ? "[\"%s\"]" : "\"%s\"", words->enums[n].name);
        return text;
    }
    if (n > 0)
        return NULL;
    return type->basetype == LY_TYPE_BOOL ? "true" : type->basetype == LY_TYPE_UINT32 ? "4294967295" : "\"x\"";
}

/* RPC with each of its inputs; the leaf VARIED has its Nth value. */
static void compose(const struct lysc_node *rpc, const struct lysc_node *varied, size_t n, char json[static 1024])
{
    const struct lysc_node *leaf = NULL;
    int at = snprintf(json, 1024, "{\"vipgate:%s\":{", rpc->name);

    while ((leaf = lys_getnext(leaf, rpc, NULL, 0)) && leaf->parent->nodetype == LYS_INPUT)
        at += snprintf(json + at, (size_t)(1024 - at), "%s\"%s\":%s", json[at - 1] == '{' ? "" : ",", leaf->name,
                       sample(leaf, leaf == varied ? n : 0));
    snprintf(json + at, (size_t)(1024 - at), "}}");
}

/* Whatever the module says may be asked is taken. */
static void test_the_module_says_the_same(void **state)
{
    (void)state;
    const struct lysc_node *rpc = NULL;
    char json[1024], error[256];
    size_t requests = 0;

    while ((rpc = lys_getnext(rpc, NULL, model_module(context)->compiled, 0))) {
        const struct lysc_node *leaf = NULL;
        if (rpc->nodetype != LYS_RPC)
            continue;
        compose(rpc, NULL, 0, json);
        assert_true(is_taken(json, error));
        while ((leaf = lys_getnext(leaf, rpc, NULL, 0)) && leaf->parent->nodetype == LYS_INPUT) {
            for (size_t n = 0; sample(leaf, n); n++, requests++) {
                compose(rpc, leaf, n, json);
                print_message("%s\n", json);
                assert_true(is_taken(json, error));
            }
        }
    }
    assert_true(requests > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_text_is_of_255_octets_at_most),
        cmocka_unit_test(test_the_module_says_the_same),
    };
    return cmocka_run_group_tests(tests, context_open, context_close);
}
