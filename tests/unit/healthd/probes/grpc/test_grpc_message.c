#include "healthd/probes/grpc/grpc_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_request(void **state)
{
    (void)state;
    uint8_t data[300];
    char longest[256];
    struct wire_writer writer = wire_writer_of(data, sizeof data);

    grpc_write_request(&writer, "");
    assert_int_equal(writer.position, 5);
    assert_memory_equal(data, "\0\0\0\0\0", 5);

    writer = wire_writer_of(data, sizeof data);
    grpc_write_request(&writer, "shop");
    assert_int_equal(writer.position, 11);
    assert_memory_equal(data, "\0\0\0\0\x06\x0a\x04shop", 11); /* field 1, length-delimited, 4 octets */

    writer = wire_writer_of(data, sizeof data);
    memset(longest, 's', 255);
    longest[255] = '\0';
    grpc_write_request(&writer, longest);
    assert_int_equal(writer.position, 5 + 3 + 255);
    assert_memory_equal(data, "\0\0\0\x01\x02\x0a\xff\x01", 8);
}

static const struct {
    const char *octets;
    size_t size;
    enum grpc_serving serving;
    const char *wrong; /* NULL: fine */
} responses[] = {
    {"\0\0\0\0\x02\x08\x01", 7, GRPC_SERVING, NULL},
    {"\0\0\0\0\x02\x08\x02", 7, GRPC_NOT_SERVING, NULL},
    {"\0\0\0\0\0", 5, GRPC_UNKNOWN, NULL},                      /* proto3: 0 is not sent */
    {"\0\0\0\0\x06\x12\x02hi\x08\x01", 11, GRPC_SERVING, NULL}, /* an unknown field before it */
    {"\0\0\0\0\x0b\x11"
     "12345678\x08\x01",
     16, GRPC_SERVING, NULL}, /* one of 64 bits */
    {"", 0, GRPC_UNKNOWN, "truncated message"},
    {"\0\0\0\0\x02\x08", 6, GRPC_UNKNOWN, "truncated message"},
    {"\x01\0\0\0\x02\x08\x01", 7, GRPC_UNKNOWN, "compressed message"},
    {"\0\0\0\0\x01\x08", 6, GRPC_UNKNOWN, "malformed message"},
    {"\0\0\0\0\x02\x12\x7f", 7, GRPC_UNKNOWN, "malformed message"},
    {"\0\0\0\0\x01\x0b", 6, GRPC_UNKNOWN, "malformed message"}, /* a wire type that proto3 lacks */
    {"\0\0\0\0\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16, GRPC_UNKNOWN,
     "malformed message"}, /* a varint without end */
};

static void test_responses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        enum grpc_serving serving;
        const char *wrong = grpc_read_response((const uint8_t *)responses[i].octets, responses[i].size, &serving);
        if (responses[i].wrong) {
            assert_non_null(wrong);
            assert_non_null(strstr(wrong, responses[i].wrong));
        } else {
            assert_null(wrong);
            assert_int_equal(serving, responses[i].serving);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(grpc_serving_name(GRPC_NOT_SERVING), "NOT_SERVING");
    assert_string_equal(grpc_serving_name((enum grpc_serving)200), "unknown status");
    assert_string_equal(grpc_status_name(12), "UNIMPLEMENTED");
    assert_string_equal(grpc_status_name(16), "UNAUTHENTICATED");
    assert_string_equal(grpc_status_name(17), "unknown grpc-status");
    assert_string_equal(grpc_status_name(-5), "unknown grpc-status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
