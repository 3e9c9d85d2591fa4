#include "lib/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_numbers_are_big_endian(void **state)
{
    (void)state;
    const uint8_t data[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07};
    struct wire_reader reader = wire_reader_of(data, sizeof data);

    assert_int_equal(wire_read_u8(&reader), 0x01);
    assert_int_equal(wire_read_u16(&reader), 0x0203);
    assert_int_equal(wire_read_u32(&reader), 0x04050607);
    assert_true(wire_consumed(&reader));
}

static void test_reading_too_far_sticks(void **state)
{
    (void)state;
    const uint8_t data[] = {0xff, 0xff, 0xff};
    struct wire_reader reader = wire_reader_of(data, sizeof data);

    assert_int_equal(wire_read_u32(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(wire_read_u8(&reader), 0);
    assert_int_equal(wire_remaining(&reader), 0);
    assert_false(wire_consumed(&reader));
}

static void test_sub_reader_is_bounded(void **state)
{
    (void)state;
    const uint8_t data[] = {1, 2, 3, 4};
    struct wire_reader reader = wire_reader_of(data, sizeof data);
    struct wire_reader sub = wire_read_sub(&reader, 2);

    assert_int_equal(wire_read_u16(&sub), 0x0102);
    assert_null(wire_read_bytes(&sub, 1));
    assert_int_equal(wire_read_u16(&reader), 0x0304);
    assert_true(wire_read_sub(&reader, 1).failed);
    assert_true(reader.failed);
}

static void test_empty_input(void **state)
{
    (void)state;
    struct wire_reader reader = wire_reader_of(NULL, 0);

    assert_true(wire_consumed(&reader));
    assert_non_null(wire_read_bytes(&reader, 0));
    assert_int_equal(wire_read_u8(&reader), 0);
    assert_true(reader.failed);
}

static void test_writer_keeps_what_fits(void **state)
{
    (void)state;
    uint8_t data[4];
    struct wire_writer writer = wire_writer_of(data, sizeof data);

    wire_write_u16(&writer, 0);
    wire_write_u8(&writer, 9);
    wire_patch_u16(&writer, 0, 0xabcd);
    assert_int_equal(wire_space(&writer), 1);
    wire_write_u16(&writer, 1);
    assert_true(writer.failed);
    assert_int_equal(writer.position, 3);
    assert_memory_equal(data, "\xab\xcd\x09", 3);
    wire_patch_u8(&writer, 3, 0);
    assert_int_equal(writer.position, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_big_endian), cmocka_unit_test(test_reading_too_far_sticks),
        cmocka_unit_test(test_sub_reader_is_bounded),  cmocka_unit_test(test_empty_input),
        cmocka_unit_test(test_writer_keeps_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
