#include "bgpd/codec/attribute_table.h"
#include "bgpd/codec/capability.h"
#include "bgpd/codec/message.h"
#include "bgpd/codec/notification.h"
#include "bgpd/codec/words.h"
#include "lib/prefix.h"
#include "lib/text.h"

#include <string.h>

/* How the data of an error reads. Where it does not fit that, it is shown in hexadecimal. */
typedef bool describe_data(struct wire_reader *data, struct words *words);

/* Two octets or four: neighbors write the AS in either. */
static bool describe_number(struct wire_reader *data, struct words *words, const char *noun)
{
    words_add(words, "%s %u", noun, wire_remaining(data) == 2 ? wire_read_u16(data) : wire_read_u32(data));
    return wire_consumed(data);
}

static bool describe_message_type(struct wire_reader *data, struct words *words)
{
    static const char *const names[] = {"type 0", "OPEN", "UPDATE", "NOTIFICATION", "KEEPALIVE", "ROUTE-REFRESH"};
    uint8_t type = wire_read_u8(data);

    if (type < sizeof names / sizeof *names)
        words_add(words, "message %s", names[type]);
    else
        words_add(words, "message type %u", type);
    return wire_consumed(data);
}

static bool describe_identifier(struct wire_reader *data, struct words *words)
{
    uint8_t octets[4];

    for (int i = 0; i < 4; i++)
        octets[i] = wire_read_u8(data);
    words_add(words, "identifier %u.%u.%u.%u", octets[0], octets[1], octets[2], octets[3]);
    return wire_consumed(data);
}

static bool describe_capabilities(struct wire_reader *data, struct words *words)
{
    struct capabilities capabilities = capabilities_none();
    struct capability_names names;
    size_t size = wire_remaining(data);

    if (!capabilities_decode(wire_read_sub(data, size), &capabilities))
        return false;
    capabilities_names(&capabilities, &names);
    for (size_t i = 0; i < names.count; i++)
        words_add(words, "%s%s", i ? ", " : "capability ", names.names[i]);
    return names.count > 0;
}

static bool describe_attribute_code(struct wire_reader *data, struct words *words)
{
    char name[ATTRIBUTE_NAME_SIZE];

    words_add(words, "attribute %s", attribute_name(wire_read_u8(data), name));
    return wire_consumed(data);
}

/* A whole attribute: flags, code, length, value. It may have been cut. */
static bool describe_attribute(struct wire_reader *data, struct words *words)
{
    char name[ATTRIBUTE_NAME_SIZE];
    struct wire_reader whole = *data;
    size_t size = wire_remaining(data);

    wire_read_u8(data);
    uint8_t code = wire_read_u8(data);
    if (data->failed)
        return false;
    words_add(words, "attribute %s: ", attribute_name(code, name));
    words_add_hex(words, wire_read_bytes(&whole, size), size);
    return true;
}

static bool describe_limit(struct wire_reader *data, struct words *words)
{
    uint16_t afi = wire_read_u16(data);
    uint8_t safi = wire_read_u8(data);
    uint32_t limit = wire_read_u32(data);

    if (family_of(afi, safi) != FAMILY_NONE)
        words_add(words, "%s, limit %u", afi == FAMILY_IPV4 ? "ipv4-unicast" : "ipv6-unicast", limit);
    else
        words_add(words, "AFI %u SAFI %u, limit %u", afi, safi, limit);
    return wire_consumed(data);
}

/* RFC 9003 section 2. The text is the neighbor's: what can't be shown becomes a question mark. */
static bool describe_shutdown(struct wire_reader *data, struct words *words)
{
    char text[SHUTDOWN_TEXT_MAX + 1];
    size_t size = wire_read_u8(data);
    const uint8_t *octets = wire_read_bytes(data, size);

    if (!octets)
        return false;
    for (size_t i = 0; i < size; i++)
        text[i] = octets[i] ? (char)octets[i] : '?';
    text[size] = '\0';
    text_clean(text);
    words_add(words, "%s", text);
    return true;
}

/* Subcode 0 names the code; a code's other rows follow it. */
static const struct error_row {
    uint8_t code, subcode;
    const char *name;
    describe_data *describe;
    const char *number; /* in place of DESCRIBE: what the data counts */
} error_rows[] = {
    /* RFC 4271 section 4.5 and 6.1 */
    {ERROR_HEADER, 0, "Message Header Error", NULL, NULL},
    {ERROR_HEADER, 1, "Connection Not Synchronized", NULL, NULL},
    {ERROR_HEADER, 2, "Bad Message Length", NULL, "length"},
    {ERROR_HEADER, 3, "Bad Message Type", describe_message_type, NULL},
    /* section 6.2 */
    {ERROR_OPEN, 0, "OPEN Message Error", NULL, NULL},
    {ERROR_OPEN, 1, "Unsupported Version Number", NULL, "supported version"},
    {ERROR_OPEN, 2, "Bad Peer AS", NULL, "AS"},
    {ERROR_OPEN, 3, "Bad BGP Identifier", describe_identifier, NULL},
    {ERROR_OPEN, 4, "Unsupported Optional Parameter", NULL, NULL},
    {ERROR_OPEN, 5, "Authentication Failure (deprecated)", NULL, NULL},
    {ERROR_OPEN, 6, "Unacceptable Hold Time", NULL, "hold time"},
    {ERROR_OPEN, 7, "Unsupported Capability", describe_capabilities, NULL}, /* RFC 5492 section 5 */
    {ERROR_OPEN, 11, "Role Mismatch", NULL, NULL},                          /* RFC 9234 section 4.2 */
    /* section 6.3 */
    {ERROR_UPDATE, 0, "UPDATE Message Error", NULL, NULL},
    {ERROR_UPDATE, 1, "Malformed Attribute List", NULL, NULL},
    {ERROR_UPDATE, 2, "Unrecognized Well-known Attribute", describe_attribute, NULL},
    {ERROR_UPDATE, 3, "Missing Well-known Attribute", describe_attribute_code, NULL},
    {ERROR_UPDATE, 4, "Attribute Flags Error", describe_attribute, NULL},
    {ERROR_UPDATE, 5, "Attribute Length Error", describe_attribute, NULL},
    {ERROR_UPDATE, 6, "Invalid ORIGIN Attribute", describe_attribute, NULL},
    {ERROR_UPDATE, 7, "AS Routing Loop (deprecated)", NULL, NULL},
    {ERROR_UPDATE, 8, "Invalid NEXT_HOP Attribute", describe_attribute, NULL},
    {ERROR_UPDATE, 9, "Optional Attribute Error", describe_attribute, NULL},
    {ERROR_UPDATE, 10, "Invalid Network Field", NULL, NULL},
    {ERROR_UPDATE, 11, "Malformed AS_PATH", describe_attribute, NULL},
    {ERROR_HOLD_TIMER, 0, "Hold Timer Expired", NULL, NULL},
    /* RFC 6608 section 3 */
    {ERROR_FSM, 0, "FSM Error", describe_message_type, NULL},
    {ERROR_FSM, 1, "Unexpected Message in OpenSent State", describe_message_type, NULL},
    {ERROR_FSM, 2, "Unexpected Message in OpenConfirm State", describe_message_type, NULL},
    {ERROR_FSM, 3, "Unexpected Message in Established State", describe_message_type, NULL},
    /* RFC 4486 section 3 */
    {ERROR_CEASE, 0, "Cease", NULL, NULL},
    {ERROR_CEASE, 1, "Maximum Number of Prefixes Reached", describe_limit, NULL},
    {ERROR_CEASE, 2, "Administrative Shutdown", describe_shutdown, NULL},
    {ERROR_CEASE, 3, "Peer De-configured", NULL, NULL},
    {ERROR_CEASE, 4, "Administrative Reset", describe_shutdown, NULL},
    {ERROR_CEASE, 5, "Connection Rejected", NULL, NULL},
    {ERROR_CEASE, 6, "Other Configuration Change", NULL, NULL},
    {ERROR_CEASE, 7, "Connection Collision Resolution", NULL, NULL},
    {ERROR_CEASE, 8, "Out of Resources", NULL, NULL},
    {ERROR_CEASE, 9, "Hard Reset", NULL, NULL}, /* RFC 8538 section 3 */
    {ERROR_CEASE, 10, "BFD Down", NULL, NULL},  /* RFC 9384 section 2 */
    /* RFC 7313 section 5 */
    {ERROR_ROUTE_REFRESH, 0, "ROUTE-REFRESH Message Error", NULL, NULL},
    {ERROR_ROUTE_REFRESH, 1, "Invalid Message Length", NULL, NULL},
    /* RFC 9687 section 4 */
    {ERROR_SEND_HOLD_TIMER, 0, "Send Hold Timer Expired", NULL, NULL},
};

static const struct error_row *error_row_of(uint8_t code, uint8_t subcode)
{
    for (size_t i = 0; i < sizeof error_rows / sizeof *error_rows; i++) {
        if (error_rows[i].code == code && error_rows[i].subcode == subcode)
            return &error_rows[i];
    }
    return NULL;
}

static void add_name(struct words *words, uint8_t code, uint8_t subcode)
{
    const struct error_row *code_row = error_row_of(code, 0);
    const struct error_row *row = error_row_of(code, subcode);

    if (code_row)
        words_add(words, "%s", code_row->name);
    else
        words_add(words, "Code %u", code);
    if (subcode != 0 && row)
        words_add(words, "/%s", row->name);
    else if (subcode != 0)
        words_add(words, "/Subcode %u", subcode);
}

static void add_data(struct words *words, const struct error_row *row, const uint8_t *octets, size_t size)
{
    struct wire_reader data = wire_reader_of(octets, size);

    if (size == 0)
        return;
    if (row && row->number ? describe_number(&data, words, row->number)
                           : row && row->describe && row->describe(&data, words))
        return;
    *words = words_of(words->buffer, words->size);
    words_add(words, "data ");
    words_add_hex(words, octets, size);
}

void notification_describe(const struct bgp_error *error, char name[static ERROR_NAME_SIZE],
                           char message[static ERROR_MESSAGE_SIZE])
{
    struct words name_text = words_of(name, ERROR_NAME_SIZE), message_text = words_of(message, ERROR_MESSAGE_SIZE);
    struct wire_reader data = wire_reader_of(error->data, error->data_size);
    uint8_t code = error->code, subcode = error->subcode;

    if (code == ERROR_CEASE && subcode == CEASE_HARD_RESET && wire_remaining(&data) >= 2) {
        code = wire_read_u8(&data);
        subcode = wire_read_u8(&data);
        words_add(&name_text, "Hard Reset: ");
    }
    add_name(&name_text, code, subcode);
    size_t size = wire_remaining(&data);
    add_data(&message_text, error_row_of(code, subcode), wire_read_bytes(&data, size), size);
}
