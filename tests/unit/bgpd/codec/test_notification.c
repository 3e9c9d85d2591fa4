#include "bgpd/codec/message.h"
#include "bgpd/codec/notification.h"
#include "tests/unit/bgpd/codec/octets.h"
#include "tests/unit/bgpd/codec/vectors_notification.h"

#define MARKER "ffff ffff ffff ffff ffff ffff ffff ffff "

static void test_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof notification_rows / sizeof *notification_rows; i++) {
        uint8_t octets[64];
        char name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
        struct bgp_error error;
        notification_decode(wire_reader_of(octets, octets_of(octets, sizeof octets, notification_rows[i].body)),
                            &error);
        notification_describe(&error, name, message);
        assert_string_equal(name, notification_rows[i].name);
        assert_string_equal(message, notification_rows[i].message);
    }
}

static void assert_encodes(const struct bgp_error *error, const char *expected)
{
    uint8_t octets[512];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);

    notification_encode(&writer, error);
    assert_octets(octets, writer.position, expected);
}

static void test_encode(void **state)
{
    (void)state;
    struct bgp_error error;

    bgp_error_set(&error, ERROR_HOLD_TIMER, 0, NULL, 0);
    assert_encodes(&error, MARKER "0015 03 04 00");
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_SHUTDOWN, "bye");
    assert_encodes(&error, MARKER "0019 03 06 02 03 627965");
    bgp_error_hard_reset(&error); /* RFC 8538 3.1 */
    assert_encodes(&error, MARKER "001b 03 06 09 06 02 03 627965");
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_RESET, "");
    assert_encodes(&error, MARKER "0015 03 06 04");
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_RESET, NULL);
    assert_encodes(&error, MARKER "0015 03 06 04");
    bgp_error_cease(&error, CEASE_PEER_DECONFIGURED, "text that it can't carry");
    assert_encodes(&error, MARKER "0015 03 06 03");
    bgp_error_maximum_prefixes(&error, FAMILY_IPV6, 1000);
    assert_encodes(&error, MARKER "001c 03 06 01 0002 01 000003e8");
}

/* RFC 9003 section 2: at most 255 octets, whole characters only. */
static void test_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[300], name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
    struct bgp_error error;

    memset(text, 'x', sizeof text);
    text[255] = '\0';
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_SHUTDOWN, text);
    assert_int_equal(error.data[0], 255);
    memcpy(text + 253, "\xe2\x82\xac and more", 12); /* a euro sign across the limit */
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_SHUTDOWN, text);
    assert_int_equal(error.data[0], 253);
    assert_int_equal(error.data_size, 254);
    bgp_error_hard_reset(&error);
    notification_describe(&error, name, message);
    assert_string_equal(name, "Hard Reset: Cease/Administrative Shutdown");
    assert_int_equal(strlen(message), 253);
}

static void test_long_data_is_cut(void **state)
{
    (void)state;
    uint8_t octets[2 + 1000] = {ERROR_UPDATE, UPDATE_LENGTH, 0xc0, 99};
    char name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
    struct bgp_error error;

    notification_decode(wire_reader_of(octets, sizeof octets), &error);
    assert_int_equal(error.data_size, ERROR_DATA_MAX);
    notification_describe(&error, name, message);
    assert_memory_equal(message, "attribute 99: c0 63 00", 22);
    assert_in_range(strlen(message), ERROR_MESSAGE_SIZE - 4, ERROR_MESSAGE_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_words),
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_long_text_is_cut_between_characters),
        cmocka_unit_test(test_long_data_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
