#include "lib/control/frame.h"

#include "lib/control/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_every_cut_waits_for_more(void **state)
{
    (void)state;
    static const uint8_t data[] = "\0\0\0\x19{\"vipgate:get-config\":{}}";
    struct arena arena = {0};
    const struct json_node *rpc;
    char error[256];

    for (size_t size = 0; size < sizeof data - 1; size++) {
        struct wire_reader reader = wire_reader_of(data, size);
        assert_int_equal(control_request_take(&reader, &arena, &rpc, error, sizeof error), 0);
        assert_int_equal(reader.position, 0);
    }
    struct wire_reader reader = wire_reader_of(data, sizeof data - 1);
    assert_int_equal(control_request_take(&reader, &arena, &rpc, error, sizeof error), 1);
    assert_string_equal(rpc->name, "get-config");
    assert_true(wire_consumed(&reader));
    arena_free(&arena);
}

static void test_a_long_request_is_refused_by_its_length(void **state)
{
    (void)state;
    struct wire_reader reader = wire_reader_of("\0\0\x20\1", 4); /* 8193 */
    const struct json_node *rpc;
    char error[256];

    assert_int_equal(control_request_take(&reader, NULL, &rpc, error, sizeof error), -1);
    assert_string_equal(error, "bad request: longer than 8192 bytes");
    reader = wire_reader_of("\0\0\x20\0", 4);
    assert_int_equal(control_request_take(&reader, NULL, &rpc, error, sizeof error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut_waits_for_more),
        cmocka_unit_test(test_a_long_request_is_refused_by_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
