#include "bgpd/codec/message.h"
#include "bgpd/codec/notification.h"
#include "tests/unit/bgpd/codec/octets.h"
#include "tests/unit/bgpd/codec/vectors_header.h"
#include "tests/unit/bgpd/codec/vectors_refresh.h"

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof header_rows / sizeof *header_rows; i++) {
        const struct header_row *row = &header_rows[i];
        uint8_t octets[64];
        struct wire_reader stream = wire_reader_of(octets, octets_of(octets, sizeof octets, row->octets));
        struct message message;
        struct bgp_error error = {0};
        if (message_next(&stream, row->limit, &message, &error) != row->outcome)
            fail_msg("%s", row->clause);
        if (row->outcome != MESSAGE_ERROR)
            continue;
        assert_int_equal(error.code, ERROR_HEADER);
        assert_int_equal(error.subcode, row->subcode);
        assert_octets(error.data, error.data_size, row->data);
    }
}

static void test_messages_come_off_a_stream(void **state)
{
    (void)state;
    uint8_t octets[128];
    struct wire_reader stream = wire_reader_of(
        octets, octets_of(octets, sizeof octets, MARKER "0017 02 0000 0000" MARKER "0013 04" MARKER "0013"));
    struct message message;
    struct bgp_error error;

    assert_int_equal(message_next(&stream, MESSAGE_MAX, &message, &error), MESSAGE_COMPLETE);
    assert_int_equal(message.type, MESSAGE_UPDATE);
    assert_int_equal(wire_remaining(&message.body), 4);
    assert_int_equal(message_next(&stream, MESSAGE_MAX, &message, &error), MESSAGE_COMPLETE);
    assert_int_equal(message.type, MESSAGE_KEEPALIVE);
    assert_true(wire_consumed(&message.body));
    size_t position = stream.position;
    assert_int_equal(message_next(&stream, MESSAGE_MAX, &message, &error), MESSAGE_INCOMPLETE);
    assert_int_equal(stream.position, position);
    assert_false(stream.failed);
}

static void test_keepalive(void **state)
{
    (void)state;
    uint8_t octets[32];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);

    keepalive_encode(&writer);
    assert_octets(octets, writer.position, MARKER "0013 04");
}

static void test_messages_without_room_fail_cleanly(void **state)
{
    (void)state;
    const struct open_message open = {.as = 65010, .capabilities = capabilities_none()};
    const struct refresh_message refresh = {FAMILY_IPV4, REFRESH_REQUEST};
    struct bgp_error error;
    bgp_error_cease(&error, CEASE_ADMINISTRATIVE_RESET, "text");

    for (size_t room = 0; room < 19; room++) {
        uint8_t octets[19];
        struct wire_writer writer = wire_writer_of(octets, room);
        keepalive_encode(&writer);
        assert_true(writer.failed);
        writer = wire_writer_of(octets, room);
        open_encode(&writer, &open);
        assert_true(writer.failed);
        writer = wire_writer_of(octets, room);
        refresh_encode(&writer, &refresh);
        assert_true(writer.failed);
        writer = wire_writer_of(octets, room);
        notification_encode(&writer, &error);
        assert_true(writer.failed);
    }
}

static void test_refresh(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refresh_rows / sizeof *refresh_rows; i++) {
        const struct refresh_row *row = &refresh_rows[i];
        uint8_t octets[64];
        struct refresh_message refresh = {0};
        struct bgp_error error = {0};
        struct wire_reader body = wire_reader_of(octets, octets_of(octets, sizeof octets, row->body));
        if (refresh_decode(body, &refresh, &error) != row->outcome)
            fail_msg("%s", row->clause);
        assert_int_equal(refresh.family, row->family);
        assert_int_equal(refresh.subtype, row->subtype);
    }
}

static void test_refresh_error_holds_the_message(void **state)
{
    (void)state;
    uint8_t octets[64];
    struct refresh_message refresh;
    struct bgp_error error;
    struct wire_reader body = wire_reader_of(octets, octets_of(octets, sizeof octets, "0001 01 01 aa bb"));

    assert_int_equal(refresh_decode(body, &refresh, &error), REFRESH_ERROR);
    assert_int_equal(error.code, ERROR_ROUTE_REFRESH);
    assert_int_equal(error.subcode, ROUTE_REFRESH_INVALID_LENGTH);
    assert_octets(error.data, error.data_size, MARKER "0019 05 0001 01 01 aa bb");
}

static void test_refresh_round_trip(void **state)
{
    (void)state;
    for (uint8_t family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
        for (uint8_t subtype = REFRESH_REQUEST; subtype <= REFRESH_END; subtype++) {
            const struct refresh_message sent = {family, subtype};
            uint8_t octets[32];
            struct wire_writer writer = wire_writer_of(octets, sizeof octets);
            refresh_encode(&writer, &sent);
            struct wire_reader stream = wire_reader_of(octets, writer.position);
            struct message message;
            struct refresh_message received = {0};
            struct bgp_error error;
            assert_int_equal(message_next(&stream, MESSAGE_MAX, &message, &error), MESSAGE_COMPLETE);
            assert_int_equal(refresh_decode(message.body, &received, &error), REFRESH_VALID);
            assert_memory_equal(&sent, &received, sizeof sent);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_messages_come_off_a_stream),
        cmocka_unit_test(test_keepalive),
        cmocka_unit_test(test_messages_without_room_fail_cleanly),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_refresh_error_holds_the_message),
        cmocka_unit_test(test_refresh_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
