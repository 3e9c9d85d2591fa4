#include "lib/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int decode(const void *data, size_t size, struct verdict_message *message)
{
    struct wire_reader reader = wire_reader_of(data, size);

    return verdict_decode(&reader, message);
}

static const uint8_t change[] = {
    0x00, 0x17,                                     /* length 23 */
    0x02,                                           /* CHANGE */
    0x04, 'w',  'e',  'b',  '1',                    /* name */
    0x02,                                           /* down */
    0x01,                                           /* first verdict still to come */
    0x32,                                           /* 50 % */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x03, /* since */
    0x05, 'f',  'a',  'i',  'l',  's',              /* reason */
};

static void test_change_on_the_wire(void **state)
{
    (void)state;
    const struct verdict_message message = {
        .type = VERDICT_CHANGE,
        .name = "web1",
        .verdict = VERDICT_DOWN,
        .first_pending = true,
        .healthy_percent = 50,
        .since_us = 0x010203,
        .reason = "fails",
    };
    uint8_t data[VERDICT_FRAME_MAX];
    struct verdict_message decoded;

    assert_int_equal(verdict_encode(data, &message), sizeof change);
    assert_memory_equal(data, change, sizeof change);
    assert_int_equal(decode(data, sizeof change, &decoded), 1);
    assert_int_equal(decoded.type, VERDICT_CHANGE);
    assert_string_equal(decoded.name, "web1");
    assert_int_equal(decoded.verdict, VERDICT_DOWN);
    assert_true(decoded.first_pending);
    assert_int_equal(decoded.healthy_percent, 50);
    assert_true(decoded.since_us == 0x010203);
    assert_string_equal(decoded.reason, "fails");
}

static void test_every_type_round_trips(void **state)
{
    (void)state;
    static const struct verdict_message messages[] = {
        {.type = VERDICT_HELLO, .version = VERDICT_VERSION},
        {.type = VERDICT_CHANGE, .name = "a", .verdict = VERDICT_UNKNOWN},
        {.type = VERDICT_SNAPSHOT_END},
        {.type = VERDICT_REMOVED, .name = "a"},
        {.type = VERDICT_ALIVE},
    };
    enum { COUNT = sizeof messages / sizeof *messages };
    uint8_t data[2 * VERDICT_FRAME_MAX];
    size_t size = 0;
    for (int i = 0; i < COUNT; i++)
        size += verdict_encode(data + size, &messages[i]);

    struct wire_reader reader = wire_reader_of(data, size);
    struct verdict_message message;
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(verdict_decode(&reader, &message), 1);
        assert_memory_equal(&message, &messages[i], sizeof message);
    }
    assert_int_equal(verdict_decode(&reader, &message), 0);
}

static void test_the_longest_texts_fit(void **state)
{
    (void)state;
    struct verdict_message message = {.type = VERDICT_CHANGE}, decoded;
    memset(message.name, 'n', sizeof message.name - 1);
    memset(message.reason, 'r', sizeof message.reason - 1);
    uint8_t data[VERDICT_FRAME_MAX];

    assert_int_equal(decode(data, verdict_encode(data, &message), &decoded), 1);
    assert_string_equal(decoded.name, message.name);
    assert_string_equal(decoded.reason, message.reason);

    /* A field that is full to its end is cut, so that it can be read. */
    message.name[sizeof message.name - 1] = 'n';
    assert_int_equal(decode(data, verdict_encode(data, &message), &decoded), 1);
    assert_int_equal(strlen(decoded.name), sizeof decoded.name - 1);
}

static void test_a_name_that_does_not_fit(void **state)
{
    (void)state;
    struct verdict_message message;
    uint8_t data[4 + VERDICT_NAME_SIZE] = {0, 2 + VERDICT_NAME_SIZE, VERDICT_REMOVED, VERDICT_NAME_SIZE};

    memset(&data[4], 'n', VERDICT_NAME_SIZE);
    assert_int_equal(decode(data, sizeof data, &message), -1);
}

static void test_every_cut_waits_for_more(void **state)
{
    (void)state;
    struct verdict_message message;

    for (size_t size = 0; size < sizeof change; size++) {
        struct wire_reader reader = wire_reader_of(change, size);
        assert_int_equal(verdict_decode(&reader, &message), 0);
        assert_int_equal(reader.position, 0);
    }
    assert_int_equal(decode(change, sizeof change, &message), 1);
}

#define FRAME(octets) octets, sizeof octets - 1

static void test_frames_that_are_not_sound(void **state)
{
    (void)state;
    static const struct {
        const char *name, *data;
        size_t size;
        int result;
    } rows[] = {
        {"no type", FRAME("\x00\x00"), -1},
        {"the longest, still to come", FRAME("\x01\xfe"), 0},
        {"longer than any frame", FRAME("\x01\xff"), -1},
        {"type 0", FRAME("\x00\x01\x00"), -1},
        {"unknown type", FRAME("\x00\x01\x06"), -1},
        {"ALIVE with a payload", FRAME("\x00\x02\x05\x00"), -1},
        {"HELLO without its version", FRAME("\x00\x01\x01"), -1},
        {"REMOVED without a name", FRAME("\x00\x02\x04\x00"), -1},
        {"a name past the frame's end", FRAME("\x00\x03\x04\x02x"), -1},
        {"NUL in a name", FRAME("\x00\x04\x04\x02x\x00"), -1},
        {"CHANGE with all it needs", FRAME("\x00\x0f\x02\x01x\x02\x00\x64\0\0\0\0\0\0\0\0\0"), 1},
        {"CHANGE without a name", FRAME("\x00\x0e\x02\x00\x02\x00\x64\0\0\0\0\0\0\0\0\0"), -1},
        {"verdict 3", FRAME("\x00\x0f\x02\x01x\x03\x00\x00\0\0\0\0\0\0\0\0\0"), -1},
        {"101 %", FRAME("\x00\x0f\x02\x01x\x01\x00\x65\0\0\0\0\0\0\0\0\0"), -1},
        {"one octet too many", FRAME("\x00\x10\x02\x01x\x01\x00\x64\0\0\0\0\0\0\0\0\0\0"), -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict_message message;
        int result = decode(rows[i].data, rows[i].size, &message);
        if (result != rows[i].result)
            fail_msg("%s: %d instead of %d", rows[i].name, result, rows[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change_on_the_wire),       cmocka_unit_test(test_every_type_round_trips),
        cmocka_unit_test(test_the_longest_texts_fit),    cmocka_unit_test(test_a_name_that_does_not_fit),
        cmocka_unit_test(test_every_cut_waits_for_more), cmocka_unit_test(test_frames_that_are_not_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
