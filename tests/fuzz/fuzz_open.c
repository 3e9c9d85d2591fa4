/* The body of an OPEN. What is accepted must, written by us, say the same again; and it is negotiated with. */
#include "bgpd/codec/message.h"
#include "bgpd/codec/notification.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct capabilities everything(void)
{
    struct capabilities capabilities = capabilities_none();

    capabilities.families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6;
    capabilities.four_octet_as = capabilities.route_refresh = capabilities.enhanced_refresh = true;
    capabilities.extended_message = capabilities.extended_next_hop = true;
    capabilities.graceful_restart.offered = true;
    capabilities.role = ROLE_PEER;
    return capabilities;
}

/* What we would never send: it does not come back. */
static struct capabilities sendable(const struct open_message *open)
{
    struct capabilities capabilities = open->capabilities;

    capabilities.four_octet_as = true;
    capabilities.as = open->as;
    capabilities.multiprotocol = capabilities.families != 0;
    capabilities.other_families = capabilities.add_path = capabilities.role_conflict = false;
    memset(capabilities.other, 0, sizeof capabilities.other);
    return capabilities;
}

static void require_same_again(const struct open_message *open)
{
    uint8_t octets[512];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);
    struct message message;
    struct open_message again;
    struct bgp_error error;

    open_encode(&writer, open);
    struct wire_reader stream = wire_reader_of(octets, writer.position);
    if (writer.failed || message_next(&stream, MESSAGE_MAX, &message, &error) != MESSAGE_COMPLETE ||
        !open_decode(message.body, &again, &error))
        abort();
    struct capabilities expected = sendable(open);
    if (again.as != open->as || again.hold_time_s != open->hold_time_s || again.router_id != open->router_id ||
        memcmp(&again.capabilities, &expected, sizeof expected) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct open_message local = {.as = 65010, .router_id = 1, .capabilities = everything()};
    struct open_message open;
    struct bgp_error error = {0};
    struct capability_names names;
    struct negotiated negotiated;

    if (!open_decode(wire_reader_of(data, size), &open, &error)) {
        char name[ERROR_NAME_SIZE], message[ERROR_MESSAGE_SIZE];
        if (error.code != ERROR_OPEN)
            abort();
        notification_describe(&error, name, message);
        return 0;
    }
    capabilities_names(&open.capabilities, &names);
    open_check(&open, &local, open.as, &error);
    capabilities_negotiate(&local.capabilities, &open.capabilities, true, &negotiated, &error);
    require_same_again(&open);
    return 0;
}
