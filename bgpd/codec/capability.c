#include "bgpd/codec/capability.h"

#include "bgpd/codec/message.h"
#include "bgpd/codec/words.h"

#include <bsd/string.h>
#include <string.h>

enum {
    SAFI_UNICAST = 1,
    RESTART_STATE = 0x8000,
    RESTART_NOTIFICATION = 0x4000,
    RESTART_TIME = 0x0fff,
    FORWARDING = 0x80
};

uint8_t family_bit(uint8_t family)
{
    return family == FAMILY_IPV4 ? FAMILY_BIT_IPV4 : family == FAMILY_IPV6 ? FAMILY_BIT_IPV6 : 0;
}

struct capabilities capabilities_none(void)
{
    return (struct capabilities){.role = ROLE_NONE};
}

/* Whether CAPABILITIES has it; its value in OPEN; its value read, false where malformed. NULL: no value. */
typedef bool capability_offered(const struct capabilities *capabilities);
typedef void capability_write(struct wire_writer *writer, const struct capabilities *capabilities);
typedef bool capability_read(struct wire_reader *value, struct capabilities *capabilities);

static bool has_ipv4(const struct capabilities *capabilities)
{
    return capabilities->families & FAMILY_BIT_IPV4;
}

static void write_ipv4(struct wire_writer *writer, const struct capabilities *capabilities)
{
    (void)capabilities;
    wire_write_u32(writer, FAMILY_IPV4 << 16 | SAFI_UNICAST);
}

static bool has_ipv6(const struct capabilities *capabilities)
{
    return capabilities->families & FAMILY_BIT_IPV6;
}

static void write_ipv6(struct wire_writer *writer, const struct capabilities *capabilities)
{
    (void)capabilities;
    wire_write_u32(writer, FAMILY_IPV6 << 16 | SAFI_UNICAST);
}

/* The bit of an AFI and SAFI; 0 where vipgate does not speak it. */
static uint8_t bit_of(uint16_t afi, uint8_t safi)
{
    return safi == SAFI_UNICAST && afi <= FAMILY_IPV6 ? family_bit((uint8_t)afi) : 0;
}

static bool read_multiprotocol(struct wire_reader *value, struct capabilities *capabilities)
{
    uint16_t afi = wire_read_u16(value);
    wire_read_u8(value); /* reserved */
    uint8_t bit = bit_of(afi, wire_read_u8(value));

    if (!wire_consumed(value))
        return false;
    capabilities->multiprotocol = true;
    capabilities->families |= bit;
    capabilities->other_families |= bit == 0;
    return true;
}

static bool has_other_families(const struct capabilities *capabilities)
{
    return capabilities->other_families;
}

static bool has_route_refresh(const struct capabilities *capabilities)
{
    return capabilities->route_refresh;
}

static bool read_route_refresh(struct wire_reader *value, struct capabilities *capabilities)
{
    if (!wire_consumed(value))
        return false;
    return capabilities->route_refresh = true;
}

static bool has_extended_next_hop(const struct capabilities *capabilities)
{
    return capabilities->extended_next_hop;
}

static void write_extended_next_hop(struct wire_writer *writer, const struct capabilities *capabilities)
{
    (void)capabilities;
    wire_write_u32(writer, FAMILY_IPV4 << 16 | SAFI_UNICAST);
    wire_write_u16(writer, FAMILY_IPV6);
}

static bool read_extended_next_hop(struct wire_reader *value, struct capabilities *capabilities)
{
    bool found = false;

    while (wire_remaining(value) > 0) {
        uint16_t afi = wire_read_u16(value), safi = wire_read_u16(value), next_hop_afi = wire_read_u16(value);
        found |= afi == FAMILY_IPV4 && safi == SAFI_UNICAST && next_hop_afi == FAMILY_IPV6;
    }
    if (!wire_consumed(value))
        return false;
    capabilities->extended_next_hop |= found;
    return true;
}

static bool has_extended_message(const struct capabilities *capabilities)
{
    return capabilities->extended_message;
}

static bool read_extended_message(struct wire_reader *value, struct capabilities *capabilities)
{
    if (!wire_consumed(value))
        return false;
    return capabilities->extended_message = true;
}

static bool has_role(const struct capabilities *capabilities)
{
    return capabilities->role != ROLE_NONE;
}

static void write_role(struct wire_writer *writer, const struct capabilities *capabilities)
{
    wire_write_u8(writer, (uint8_t)capabilities->role);
}

/* RFC 9234 section 4.2: roles that differ are an error; the number is kept also where it is unknown, to be refused. */
static bool read_role(struct wire_reader *value, struct capabilities *capabilities)
{
    uint8_t number = wire_read_u8(value);
    int8_t role = (int8_t)(number <= INT8_MAX ? number : INT8_MAX);

    if (!wire_consumed(value))
        return false;
    capabilities->role_conflict |= capabilities->role != ROLE_NONE && capabilities->role != role;
    capabilities->role = role;
    return true;
}

static bool has_graceful_restart(const struct capabilities *capabilities)
{
    return capabilities->graceful_restart.offered;
}

static void write_restart_family(struct wire_writer *writer, const struct graceful_restart *restart, uint8_t family)
{
    if (!(restart->families & family_bit(family)))
        return;
    wire_write_u16(writer, family);
    wire_write_u8(writer, SAFI_UNICAST);
    wire_write_u8(writer, restart->forwarding & family_bit(family) ? FORWARDING : 0);
}

static void write_graceful_restart(struct wire_writer *writer, const struct capabilities *capabilities)
{
    const struct graceful_restart *restart = &capabilities->graceful_restart;
    uint16_t head = restart->restart_time & RESTART_TIME;

    head |= restart->restart_state ? RESTART_STATE : 0;
    head |= restart->notification ? RESTART_NOTIFICATION : 0;
    wire_write_u16(writer, head);
    write_restart_family(writer, restart, FAMILY_IPV4);
    write_restart_family(writer, restart, FAMILY_IPV6);
}

/* RFC 4724 section 3: the last one counts, whole. */
static bool read_graceful_restart(struct wire_reader *value, struct capabilities *capabilities)
{
    uint16_t head = wire_read_u16(value);
    struct graceful_restart restart = {
        .offered = true,
        .restart_state = head & RESTART_STATE,
        .notification = head & RESTART_NOTIFICATION,
        .restart_time = head & RESTART_TIME,
    };

    while (wire_remaining(value) > 0) {
        uint16_t afi = wire_read_u16(value);
        uint8_t bit = bit_of(afi, wire_read_u8(value));
        restart.families |= bit;
        if (wire_read_u8(value) & FORWARDING)
            restart.forwarding |= bit;
    }
    if (!wire_consumed(value))
        return false;
    capabilities->graceful_restart = restart;
    return true;
}

static bool has_four_octet_as(const struct capabilities *capabilities)
{
    return capabilities->four_octet_as;
}

static void write_four_octet_as(struct wire_writer *writer, const struct capabilities *capabilities)
{
    wire_write_u32(writer, capabilities->as);
}

static bool read_four_octet_as(struct wire_reader *value, struct capabilities *capabilities)
{
    uint32_t as = wire_read_u32(value);

    if (!wire_consumed(value))
        return false;
    capabilities->as = as;
    return capabilities->four_octet_as = true;
}

static bool has_add_path(const struct capabilities *capabilities)
{
    return capabilities->add_path;
}

static bool read_add_path(struct wire_reader *value, struct capabilities *capabilities)
{
    wire_read_bytes(value, wire_remaining(value));
    return capabilities->add_path = true;
}

static bool has_enhanced_refresh(const struct capabilities *capabilities)
{
    return capabilities->enhanced_refresh;
}

static bool read_enhanced_refresh(struct wire_reader *value, struct capabilities *capabilities)
{
    if (!wire_consumed(value))
        return false;
    return capabilities->enhanced_refresh = true;
}

/* In ascending order. A row without a writer of its own and with SENT has no value; one without SENT is only
 * understood. The first row of a code reads for all of that code. */
static const struct capability_row {
    uint8_t code;
    bool sent;
    const char *name;
    capability_offered *offered;
    capability_write *write;
    capability_read *read;
} capability_rows[] = {
    /* RFC 4760 section 8 */
    {1, true, "multiprotocol-ipv4-unicast", has_ipv4, write_ipv4, read_multiprotocol},
    {1, true, "multiprotocol-ipv6-unicast", has_ipv6, write_ipv6, NULL},
    {1, false, "multiprotocol-other", has_other_families, NULL, NULL},
    /* RFC 2918 section 2 */
    {2, true, "route-refresh", has_route_refresh, NULL, read_route_refresh},
    /* RFC 8950 section 4 */
    {5, true, "extended-next-hop", has_extended_next_hop, write_extended_next_hop, read_extended_next_hop},
    /* RFC 8654 section 3 */
    {6, true, "extended-message", has_extended_message, NULL, read_extended_message},
    /* RFC 9234 section 4.1 */
    {9, true, "role", has_role, write_role, read_role},
    /* RFC 4724 section 3, RFC 8538 section 2 */
    {64, true, "graceful-restart", has_graceful_restart, write_graceful_restart, read_graceful_restart},
    /* RFC 6793 section 3 */
    {65, true, "four-octet-as", has_four_octet_as, write_four_octet_as, read_four_octet_as},
    /* RFC 7911 section 4 */
    {69, false, "add-path", has_add_path, NULL, read_add_path},
    /* RFC 7313 section 3.1 */
    {70, true, "enhanced-route-refresh", has_enhanced_refresh, NULL, read_enhanced_refresh},
};

enum { CAPABILITY_ROWS = sizeof capability_rows / sizeof *capability_rows };

void capabilities_encode(struct wire_writer *writer, const struct capabilities *capabilities)
{
    for (size_t i = 0; i < CAPABILITY_ROWS; i++) {
        const struct capability_row *row = &capability_rows[i];
        if (!row->sent || !row->offered(capabilities))
            continue;
        wire_write_u8(writer, row->code);
        wire_write_u8(writer, 0);
        size_t begin = writer->position;
        if (row->write)
            row->write(writer, capabilities);
        wire_patch_u8(writer, begin - 1, (uint8_t)(writer->position - begin));
    }
}

static void read_capability(uint8_t code, struct wire_reader value, struct capabilities *capabilities)
{
    for (size_t i = 0; i < CAPABILITY_ROWS; i++) {
        if (capability_rows[i].code != code || !capability_rows[i].read)
            continue;
        capability_rows[i].read(&value, capabilities);
        return;
    }
    capabilities->other[code / 8] |= (uint8_t)(1 << code % 8);
}

bool capabilities_decode(struct wire_reader value, struct capabilities *capabilities)
{
    while (wire_remaining(&value) > 0) {
        uint8_t code = wire_read_u8(&value);
        struct wire_reader one = wire_read_sub(&value, wire_read_u8(&value));
        if (value.failed)
            return false;
        read_capability(code, one, capabilities);
    }
    return true;
}

/* RFC 9234 section 4.2, table 2. */
static bool roles_correspond(int8_t local, int8_t remote)
{
    switch (local) {
    case ROLE_PROVIDER:
        return remote == ROLE_CUSTOMER;
    case ROLE_CUSTOMER:
        return remote == ROLE_PROVIDER;
    case ROLE_RS_SERVER:
        return remote == ROLE_RS_CLIENT;
    case ROLE_RS_CLIENT:
        return remote == ROLE_RS_SERVER;
    default:
        return local == ROLE_PEER && remote == ROLE_PEER;
    }
}

static bool roles_accepted(const struct capabilities *local, const struct capabilities *remote)
{
    if (remote->role_conflict)
        return false;
    return local->role == ROLE_NONE || remote->role == ROLE_NONE || roles_correspond(local->role, remote->role);
}

static struct capabilities common_of(const struct capabilities *local, const struct capabilities *remote)
{
    struct capabilities common = {
        .four_octet_as = local->four_octet_as && remote->four_octet_as,
        .as = remote->as,
        .families = local->families & remote->families,
        .route_refresh = local->route_refresh && remote->route_refresh,
        .enhanced_refresh = local->enhanced_refresh && remote->enhanced_refresh,
        .extended_message = local->extended_message && remote->extended_message,
        .extended_next_hop = local->extended_next_hop && remote->extended_next_hop,
        .role = local->role != ROLE_NONE && remote->role != ROLE_NONE ? local->role : ROLE_NONE,
    };

    if (local->graceful_restart.offered)
        common.graceful_restart = remote->graceful_restart;
    return common;
}

/* RFC 5492 section 5: the data is what the neighbour lacks, as it would have to be sent. */
static void refuse_families(const struct capabilities *local, struct bgp_error *error)
{
    uint8_t data[32];
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    struct capabilities lacking = capabilities_none();

    lacking.families = local->families;
    capabilities_encode(&writer, &lacking);
    bgp_error_set(error, ERROR_OPEN, OPEN_UNSUPPORTED_CAPABILITY, data, writer.position);
}

bool capabilities_negotiate(const struct capabilities *local, const struct capabilities *remote, bool ebgp,
                            struct negotiated *negotiated, struct bgp_error *error)
{
    /* RFC 4760 section 8: one that says nothing of multiprotocol speaks IPv4 unicast. */
    uint8_t families = local->families & (remote->multiprotocol ? remote->families : FAMILY_BIT_IPV4);

    if (ebgp && !roles_accepted(local, remote)) {
        bgp_error_set(error, ERROR_OPEN, OPEN_ROLE_MISMATCH, NULL, 0);
        return false;
    }
    if (families == 0) {
        refuse_families(local, error);
        return false;
    }
    *negotiated = (struct negotiated){
        .common = common_of(local, remote),
        .families = families,
        .four_octet_as = local->four_octet_as && remote->four_octet_as,
        .message_max = remote->extended_message ? MESSAGE_MAX_EXTENDED : MESSAGE_MAX,
        .receive_max = local->extended_message ? MESSAGE_MAX_EXTENDED : MESSAGE_MAX,
        .role = ebgp ? local->role : ROLE_NONE,
    };
    return true;
}

static void add_name(struct capability_names *names, const char *name)
{
    if (names->count < CAPABILITY_NAMES_MAX)
        strlcpy(names->names[names->count++], name, CAPABILITY_NAME_SIZE);
}

void capabilities_names(const struct capabilities *capabilities, struct capability_names *names)
{
    names->count = 0;
    for (size_t i = 0; i < CAPABILITY_ROWS; i++) {
        if (capability_rows[i].offered(capabilities))
            add_name(names, capability_rows[i].name);
    }
    for (unsigned code = 0; code < 256; code++) {
        char name[CAPABILITY_NAME_SIZE];
        struct words words = words_of(name, sizeof name);
        if (!(capabilities->other[code / 8] & 1 << code % 8))
            continue;
        words_add(&words, "unknown-%u", code);
        add_name(names, name);
    }
}
