#include "lib/control/frame.h"

#include "lib/control/control.h"
#include "lib/model.h"
#include "tests/unit/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int take(const char *json, struct lyd_node **rpc, char error[static 256])
{
    uint8_t data[CONTROL_LENGTH_SIZE + 1024];
    struct wire_writer writer = wire_writer_of(data, sizeof data);

    wire_write_u32(&writer, (uint32_t)strlen(json));
    wire_write_bytes(&writer, json, strlen(json));
    assert_false(writer.failed);
    struct wire_reader reader = wire_reader_of(data, writer.position);
    return control_request_take(context, &reader, rpc, error, 256);
}

static void test_a_request_is_validated_and_completed(void **state)
{
    (void)state;
    struct lyd_node *rpc;
    char error[256];

    assert_int_equal(take("{\"vipgate:get\": {\"what\": [\"vip\"], \"neighbor\": \"2001:DB8::1\"}}", &rpc, error), 1);
    assert_string_equal(rpc->schema->name, "get");
    assert_string_equal(model_text(rpc, "neighbor"), "2001:db8::1");
    assert_string_equal(model_text(rpc, "follow"), "false");
    lyd_free_all(rpc);
    assert_int_equal(take(" {\"vipgate:get-config\":{}} \n", &rpc, error), 1);
    lyd_free_all(rpc);
}

static void test_what_is_no_request(void **state)
{
    (void)state;
    static const struct {
        const char *json, *error;
    } rows[] = {
        {"", "not one RPC"},
        {"{}", "not one RPC"},
        {"[]", "not one RPC"},
        {"null", "not one RPC"},
        {"\"vipgate:reload\"", "not one RPC"},
        {"{\"vipgate:get-config\":{}} x", "not one RPC"},
        {"{\"vipgate:get-config\":{}}{}", "not one RPC"},
        {"{\"vipgate:get-config\":{},\"vipgate:get-config\":{}}", "not one RPC"},
        {"{\"vipgate:site\":\"x\"}", "not one RPC"},
        {"{\"vipgate:nonsense\":{}}", "not one RPC"},
        {"{\"vipgate:get-config", "not one RPC"},
        {"{\"vipgate:get-config\\", "not one RPC"},
        {"{\"vipgate:get-config\":{}", "not one RPC"},
        {"{\"vipgate:get\":[[[[[[[[[[]]]]]]]]]]}", "not one RPC"},
        {"{\"vipgate:get-config\":[null]}", "not one RPC"},
        {"{\"vipgate:get-config\":{}!}", "not one RPC"},
        {"{\"vipgate:get-config\":{}]", "not one RPC"},
        {"{\"vipgate:get-config\":{]}", "not one RPC"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"last\":[{{{{{{{{{{}}}}}}}}}}]}}", "not one RPC"},
        {"{\"vipgate:get\":{}}", "what"},
        {"{\"vipgate:get\":{\"what\":[\"nonsense\"]}}", "bad request: "},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"nonsense\":1}}", "nonsense"},
        {"{\"vipgate:get\":{\"what\":[\"vip\"],\"neighbor\":\"x\"}}", "bad request: "},
        {"{\"vipgate:check-run\":{}}", "name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lyd_node *rpc;
        char error[256];
        assert_int_equal(take(rows[i].json, &rpc, error), -1);
        assert_non_null(strstr(error, rows[i].error));
        assert_null(strchr(error, '\n'));
    }
}

static void test_every_cut_waits_for_more(void **state)
{
    (void)state;
    static const uint8_t data[] = "\0\0\0\x19{\"vipgate:get-config\":{}}";
    struct lyd_node *rpc;
    char error[256];

    for (size_t size = 0; size < sizeof data - 1; size++) {
        struct wire_reader reader = wire_reader_of(data, size);
        assert_int_equal(control_request_take(context, &reader, &rpc, error, sizeof error), 0);
        assert_int_equal(reader.position, 0);
    }
    struct wire_reader reader = wire_reader_of(data, sizeof data - 1);
    assert_int_equal(control_request_take(context, &reader, &rpc, error, sizeof error), 1);
    assert_true(wire_consumed(&reader));
    lyd_free_all(rpc);
}

static void test_a_long_request_is_refused_by_its_length(void **state)
{
    (void)state;
    struct wire_reader reader = wire_reader_of("\0\1\0\1", 4); /* 65537 */
    struct lyd_node *rpc;
    char error[256];

    assert_int_equal(control_request_take(context, &reader, &rpc, error, sizeof error), -1);
    assert_non_null(strstr(error, "8192"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_is_validated_and_completed),
        cmocka_unit_test(test_what_is_no_request),
        cmocka_unit_test(test_every_cut_waits_for_more),
        cmocka_unit_test(test_a_long_request_is_refused_by_its_length),
    };
    return cmocka_run_group_tests(tests, context_open, context_close);
}
