/*
 * The body of an UPDATE, on a session that the first octet chooses. What is kept of the attributes must be shown
 * without complaint, and, sent to us as an UPDATE of its own, be kept as the very same octets.
 */
#include "bgpd/codec/attribute.h"
#include "bgpd/codec/attribute_table.h"
#include "bgpd/codec/notification.h"
#include "bgpd/codec/update.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

static uint8_t scratch[UPDATE_SCRATCH_SIZE];

static struct update_session session_of(uint8_t choice)
{
    return (struct update_session){
        .local_as = 65010,
        .peer_as = 65515,
        .ebgp = !(choice & 1),
        .four_octet_as = !(choice & 2),
        .extended_next_hop = choice & 4,
        .families = choice & 8 ? FAMILY_BIT_IPV4 : FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6,
        .role = choice & 16 ? ROLE_PROVIDER : ROLE_NONE,
        .message_max = MESSAGE_MAX,
    };
}

static void require_prefixes(struct nlri nlri)
{
    struct prefix prefix;
    char text[PREFIX_TEXT_SIZE];

    while (nlri_next(&nlri, &prefix)) {
        struct prefix again;
        REQUIRE(prefix.family == nlri.family);
        REQUIRE(prefix_parse(&again, prefix_format(&prefix, text)));
        REQUIRE(prefix_compare(&prefix, &again) == 0);
    }
    REQUIRE(wire_consumed(&nlri.reader));
}

/* An UPDATE with the kept attributes and a default route for each next hop. */
static size_t write_again(const struct update_view *view, uint8_t *out, size_t room)
{
    struct wire_writer writer = wire_writer_of(out, room);
    struct wire_reader kept = wire_reader_of(view->attributes, view->attributes_size);
    struct attribute attribute;
    bool classic = false;

    wire_write_u16(&writer, 0);
    wire_write_u16(&writer, 0);
    while (wire_remaining(&kept) > 0) {
        REQUIRE(attribute_next(&kept, &attribute));
        size_t value = wire_remaining(&attribute.value);
        bool mp = attribute.code == ATTRIBUTE_MP_REACH_NLRI;
        attribute_write_header(&writer, attribute.flags & 0xe0, attribute.code, value + (mp ? 2 : 0));
        wire_write_bytes(&writer, wire_read_bytes(&attribute.value, value), value);
        if (mp)
            wire_write_u16(&writer, 0); /* reserved, and a prefix of length 0 */
        classic |= attribute.code == ATTRIBUTE_NEXT_HOP;
    }
    wire_patch_u16(&writer, 2, (uint16_t)(writer.position - 4));
    if (classic)
        wire_write_u8(&writer, 0);
    REQUIRE(!writer.failed);
    return writer.position;
}

static void require_same_again(const struct update_view *view, struct update_session session)
{
    static uint8_t message[2 * MESSAGE_MAX_EXTENDED], scratch_again[UPDATE_SCRATCH_SIZE];
    size_t size = write_again(view, message, sizeof message);
    struct update_view again;

    if (size > MESSAGE_MAX_EXTENDED) /* two-octet paths have doubled */
        return;
    session.four_octet_as = true;
    update_decode(wire_reader_of(message, size), &session, scratch_again, &again);
    REQUIRE(again.outcome == UPDATE_ACCEPT);
    REQUIRE(again.attributes_size == view->attributes_size);
    REQUIRE(memcmp(again.attributes, view->attributes, view->attributes_size) == 0);
    REQUIRE(again.own_as == view->own_as && again.leak == view->leak);
}

static bool announces(const struct update_view *view)
{
    return wire_remaining(&view->announced[0].reader) + wire_remaining(&view->announced[1].reader) > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct route_view shown;
    struct wire_reader input = wire_reader_of(data, size);
    struct update_session session = session_of(wire_read_u8(&input));
    struct update_view view;

    if (size > MESSAGE_MAX_EXTENDED)
        return 0;
    update_decode(wire_read_sub(&input, wire_remaining(&input)), &session, scratch, &view);
    REQUIRE((view.what[0] == '\0') == (view.outcome == UPDATE_ACCEPT));
    if (view.outcome == UPDATE_RESET) {
        char name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
        REQUIRE(view.error.code == ERROR_UPDATE);
        notification_describe(&view.error, name, message);
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        require_prefixes(view.withdrawn[i]);
        require_prefixes(view.announced[i]);
    }
    if (view.outcome == UPDATE_TREAT_AS_WITHDRAW || !announces(&view))
        return 0;
    for (uint8_t family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
        REQUIRE(attributes_decode(view.attributes, view.attributes_size, family, &shown));
    require_same_again(&view, session);
    return 0;
}
