#include "bgpd/codec/capability.h"

#include <bsd/string.h>
#include <stddef.h>
#include <stdio.h>

enum {
    CODE_ROLE = 9,
    RESTART_STATE = 0x8000,
    RESTART_NOTIFICATION = 0x4000,
    RESTART_TIME = 0x0fff,
    FORWARDING = 0x80,
};

uint8_t family_of(uint16_t afi, uint8_t safi)
{
    return safi == SAFI_UNICAST && (afi == FAMILY_IPV4 || afi == FAMILY_IPV6) ? (uint8_t)afi : FAMILY_NONE;
}

uint8_t family_bit(uint8_t family)
{
    return family == FAMILY_IPV4 ? FAMILY_BIT_IPV4 : family == FAMILY_IPV6 ? FAMILY_BIT_IPV6 : 0;
}

struct capabilities capabilities_none(void)
{
    return (struct capabilities){.role = ROLE_NONE};
}

/* Its value in OPEN; and reads that, changing nothing where it is malformed. */
typedef void capability_write(struct wire_writer *writer, const struct capabilities *capabilities);
typedef void capability_read(struct wire_reader *value, struct capabilities *capabilities);

static void read_multiprotocol(struct wire_reader *value, struct capabilities *capabilities)
{
    uint16_t afi = wire_read_u16(value);

    wire_read_u8(value); /* reserved */
    uint8_t bit = family_bit(family_of(afi, wire_read_u8(value)));

    if (!wire_consumed(value))
        return;
    capabilities->multiprotocol = true;
    capabilities->families |= bit;
    capabilities->other_families |= bit == 0;
}

static void read_extended_next_hop(struct wire_reader *value, struct capabilities *capabilities)
{
    bool found = false;

    while (wire_remaining(value) > 0) {
        uint16_t afi = wire_read_u16(value), safi = wire_read_u16(value), next_hop_afi = wire_read_u16(value);
        found |= afi == FAMILY_IPV4 && safi == SAFI_UNICAST && next_hop_afi == FAMILY_IPV6;
    }
    capabilities->extended_next_hop |= found && wire_consumed(value);
}

static void write_role(struct wire_writer *writer, const struct capabilities *capabilities)
{
    wire_write_u8(writer, (uint8_t)capabilities->role);
}

/* RFC 9234 section 4.2: roles that differ are an error; the number is kept also where it is unknown, to be refused. */
static void read_role(struct wire_reader *value, struct capabilities *capabilities)
{
    uint8_t number = wire_read_u8(value);
    int8_t role = (int8_t)(number <= INT8_MAX ? number : INT8_MAX);

    if (!wire_consumed(value))
        return;
    capabilities->role_conflict |= capabilities->role != ROLE_NONE && capabilities->role != role;
    capabilities->role = role;
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
static void read_graceful_restart(struct wire_reader *value, struct capabilities *capabilities)
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
        uint8_t bit = family_bit(family_of(afi, wire_read_u8(value)));
        restart.families |= bit;
        if (wire_read_u8(value) & FORWARDING)
            restart.forwarding |= bit;
    }
    if (wire_consumed(value))
        capabilities->graceful_restart = restart;
}

/* What it says does not matter to a speaker that never offers it. */
static void read_add_path(struct wire_reader *value, struct capabilities *capabilities)
{
    (void)value;
    capabilities->add_path = true;
}

static void write_four_octet_as(struct wire_writer *writer, const struct capabilities *capabilities)
{
    wire_write_u32(writer, capabilities->as);
}

static void read_four_octet_as(struct wire_reader *value, struct capabilities *capabilities)
{
    uint32_t as = wire_read_u32(value);

    if (!wire_consumed(value))
        return;
    capabilities->as = as;
    capabilities->four_octet_as = true;
}

/* In ascending order; the first row of a code reads for all of that code. A row that is not sent is only understood. */
static const struct capability_row {
    uint8_t code;
    bool sent;
    uint8_t bit;   /* of the octet of struct capabilities that says whether it is offered */
    size_t offset; /* of that octet */
    const char *name;
    capability_write *write; /* NULL: the value is always VALUE */
    capability_read *read;   /* NULL: the value is empty */
    uint8_t size, value[6];
} capability_rows[] = {
/* clang-format off */
#define AT(member) offsetof(struct capabilities, member)
    /* RFC 4760 section 8 */
    {1,  true,  FAMILY_BIT_IPV4, AT(families), "multiprotocol-ipv4-unicast", NULL, read_multiprotocol,
     4, {0, FAMILY_IPV4, 0, SAFI_UNICAST}},
    {1,  true,  FAMILY_BIT_IPV6, AT(families), "multiprotocol-ipv6-unicast", NULL, NULL,
     4, {0, FAMILY_IPV6, 0, SAFI_UNICAST}},
    {1,  false, 1, AT(other_families),    "multiprotocol-other",    NULL, NULL, 0, {0}},
    /* RFC 2918 section 2 */
    {2,  true,  1, AT(route_refresh),     "route-refresh",          NULL, NULL, 0, {0}},
    /* RFC 8950 section 4 */
    {5,  true,  1, AT(extended_next_hop), "extended-next-hop",      NULL, read_extended_next_hop,
     6, {0, FAMILY_IPV4, 0, SAFI_UNICAST, 0, FAMILY_IPV6}},
    /* RFC 8654 section 3 */
    {6,  true,  1, AT(extended_message),  "extended-message",       NULL, NULL, 0, {0}},
    /* RFC 9234 section 4.1 */
    {CODE_ROLE, true, 0, AT(role),              "role",                   write_role, read_role, 0, {0}},
    /* RFC 4724 section 3, RFC 8538 section 2 */
    {64, true,  1, AT(graceful_restart.offered), "graceful-restart", write_graceful_restart, read_graceful_restart,
     0, {0}},
    /* RFC 6793 section 3 */
    {65, true,  1, AT(four_octet_as),     "four-octet-as",          write_four_octet_as, read_four_octet_as, 0, {0}},
    /* RFC 7911 section 4 */
    {69, false, 1, AT(add_path),          "add-path",               NULL, read_add_path, 0, {0}},
    /* RFC 7313 section 3.1 */
    {70, true,  1, AT(enhanced_refresh),  "enhanced-route-refresh", NULL, NULL, 0, {0}},
#undef AT
    /* clang-format on */
};

enum { CAPABILITY_ROWS = sizeof capability_rows / sizeof *capability_rows };

static uint8_t *octet_of(const struct capability_row *row, const struct capabilities *capabilities)
{
    return (uint8_t *)capabilities + row->offset;
}

static bool is_offered(const struct capability_row *row, const struct capabilities *capabilities)
{
    return row->code == CODE_ROLE ? capabilities->role != ROLE_NONE : *octet_of(row, capabilities) & row->bit;
}

void capabilities_encode(struct wire_writer *writer, const struct capabilities *capabilities)
{
    for (size_t i = 0; i < CAPABILITY_ROWS; i++) {
        const struct capability_row *row = &capability_rows[i];
        if (!row->sent || !is_offered(row, capabilities))
            continue;
        wire_write_u8(writer, row->code);
        wire_write_u8(writer, row->size);
        size_t begin = writer->position;
        wire_write_bytes(writer, row->value, row->size);
        if (row->write)
            row->write(writer, capabilities);
        wire_patch_u8(writer, begin - 1, (uint8_t)(writer->position - begin));
    }
}

static void read_capability(uint8_t code, struct wire_reader value, struct capabilities *capabilities)
{
    for (size_t i = 0; i < CAPABILITY_ROWS; i++) {
        const struct capability_row *row = &capability_rows[i];
        if (row->code != code)
            continue;
        if (row->read)
            row->read(&value, capabilities);
        else if (wire_consumed(&value))
            *octet_of(row, capabilities) |= row->bit;
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
static bool roles_accepted(const struct capabilities *local, const struct capabilities *remote)
{
    static const int8_t counterparts[] = {[ROLE_PROVIDER] = ROLE_CUSTOMER,
                                          [ROLE_RS_SERVER] = ROLE_RS_CLIENT,
                                          [ROLE_RS_CLIENT] = ROLE_RS_SERVER,
                                          [ROLE_CUSTOMER] = ROLE_PROVIDER,
                                          [ROLE_PEER] = ROLE_PEER};

    if (remote->role_conflict)
        return false;
    return local->role == ROLE_NONE || remote->role == ROLE_NONE || remote->role == counterparts[local->role];
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

/* RFC 5492 section 5: the data is what the neighbor lacks, as it would have to be sent. */
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
        if (is_offered(&capability_rows[i], capabilities))
            add_name(names, capability_rows[i].name);
    }
    for (unsigned code = 0; code < 256; code++) {
        char name[CAPABILITY_NAME_SIZE];
        if (!(capabilities->other[code / 8] & 1 << code % 8))
            continue;
        snprintf(name, sizeof name, "unknown-%u", code);
        add_name(names, name);
    }
}
