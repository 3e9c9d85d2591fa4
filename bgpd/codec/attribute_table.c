#include "bgpd/codec/attribute_table.h"

#include "bgpd/codec/as_path.h"

#include <stdio.h>

static size_t as_size(const struct update_session *session)
{
    return session->four_octet_as ? AS_SIZE : AS_SIZE_OLD;
}

static const char *check_origin(struct wire_reader value, const struct update_session *session)
{
    (void)session;
    return wire_read_u8(&value) > ORIGIN_INCOMPLETE ? "undefined value" : NULL;
}

/* Segments of a confederation may come from within ours, that is over iBGP, only. */
static const char *check_as_path(struct wire_reader value, const struct update_session *session)
{
    return as_path_check(value, as_size(session), !session->ebgp);
}

/* RFC 6793 section 6: at least one AS; segments of a confederation are discarded later, alone. */
static const char *check_as4_path(struct wire_reader value, const struct update_session *session)
{
    (void)session;
    return wire_remaining(&value) == 0 ? "empty" : as_path_check(value, AS_SIZE, true);
}

bool next_hop_is_host(const struct address *next_hop)
{
    uint8_t first = next_hop->octets[0];

    if (next_hop->family == FAMILY_IPV4)
        return first != 0 && first < 224;
    return first != 0xff && !address_is_unspecified(next_hop);
}

/* RFC 4271 section 6.3: syntactically a host's address; semantically not our own, where it is more than loopback. */
static const char *check_next_hop(struct wire_reader value, const struct update_session *session)
{
    struct address address = {.family = FAMILY_IPV4};
    for (int i = 0; i < 4; i++)
        address.octets[i] = wire_read_u8(&value);

    if (!next_hop_is_host(&address))
        return "not a host address";
    return address.octets[0] != 127 && address_equal(&address, &session->local_ipv4) ? "our own address" : NULL;
}

/* RFC 7606 section 7.7, RFC 7607: the length depends on how the neighbour writes ASes. */
static const char *check_aggregator(struct wire_reader value, const struct update_session *session)
{
    if (wire_remaining(&value) != as_size(session) + 4)
        return session->four_octet_as ? "length is not 8" : "length is not 6";
    uint32_t as = session->four_octet_as ? wire_read_u32(&value) : wire_read_u16(&value);
    return as == 0 ? "AS 0 (RFC 7607)" : NULL;
}

static const char *check_as4_aggregator(struct wire_reader value, const struct update_session *session)
{
    (void)session;
    return wire_read_u32(&value) == 0 ? "AS 0 (RFC 7607)" : NULL;
}

/* RFC 7606 section 7.16: the origin AS and a well-formed list of attributes, neither of them NLRI. */
static const char *check_attribute_set(struct wire_reader value, const struct update_session *session)
{
    struct attribute attribute;

    (void)session;
    wire_read_u32(&value);
    if (value.failed)
        return "no origin AS";
    while (wire_remaining(&value) > 0) {
        if (!attribute_next(&value, &attribute))
            return "attribute runs past the end";
        if (attribute.code == ATTRIBUTE_MP_REACH_NLRI || attribute.code == ATTRIBUTE_MP_UNREACH_NLRI)
            return "NLRI inside";
    }
    return NULL;
}

enum {
    WELL_KNOWN = ATTRIBUTE_TRANSITIVE,
    TRANSITIVE = ATTRIBUTE_OPTIONAL | ATTRIBUTE_TRANSITIVE,
    NON_TRANSITIVE = ATTRIBUTE_OPTIONAL,
};

#define DISCARD  UPDATE_ATTRIBUTE_DISCARD
#define WITHDRAW UPDATE_TREAT_AS_WITHDRAW
#define RESET    UPDATE_RESET

static const struct attribute_row attribute_rows[] = {
    [ATTRIBUTE_ORIGIN] = {"ORIGIN", WELL_KNOWN, LENGTH_EXACTLY, 1, WITHDRAW, "RFC 7606 7.1", .check = check_origin,
                          .subcode = UPDATE_INVALID_ORIGIN},
    [ATTRIBUTE_AS_PATH] = {"AS_PATH", WELL_KNOWN, LENGTH_ANY, 0, WITHDRAW, "RFC 7606 7.2", .check = check_as_path,
                           .subcode = UPDATE_MALFORMED_AS_PATH},
    [ATTRIBUTE_NEXT_HOP] = {"NEXT_HOP", WELL_KNOWN, LENGTH_EXACTLY, 4, WITHDRAW, "RFC 7606 7.3",
                            .check = check_next_hop, .subcode = UPDATE_INVALID_NEXT_HOP},
    [ATTRIBUTE_MULTI_EXIT_DISC] = {"MULTI_EXIT_DISC", NON_TRANSITIVE, LENGTH_EXACTLY, 4, WITHDRAW, "RFC 7606 7.4",
                                   .check = NULL},
    [ATTRIBUTE_LOCAL_PREF] = {"LOCAL_PREF", WELL_KNOWN, LENGTH_EXACTLY, 4, WITHDRAW, "RFC 7606 7.5",
                              .internal_only = true},
    [ATTRIBUTE_ATOMIC_AGGREGATE] = {"ATOMIC_AGGREGATE", WELL_KNOWN, LENGTH_EXACTLY, 0, DISCARD, "RFC 7606 7.6",
                                    .check = NULL},
    [ATTRIBUTE_AGGREGATOR] = {"AGGREGATOR", TRANSITIVE, LENGTH_ANY, 0, DISCARD, "RFC 7606 7.7",
                              .check = check_aggregator},
    [ATTRIBUTE_COMMUNITIES] = {"COMMUNITIES", TRANSITIVE, LENGTH_LIST_OF, 4, WITHDRAW, "RFC 7606 7.8", .check = NULL},
    [ATTRIBUTE_ORIGINATOR_ID] = {"ORIGINATOR_ID", NON_TRANSITIVE, LENGTH_EXACTLY, 4, WITHDRAW, "RFC 7606 7.9",
                                 .internal_only = true},
    [ATTRIBUTE_CLUSTER_LIST] = {"CLUSTER_LIST", NON_TRANSITIVE, LENGTH_LIST_OF, 4, WITHDRAW, "RFC 7606 7.10",
                                .internal_only = true},
    /* Their values are read by the decoder, which needs the NLRI; wrong flags make that unsure (RFC 7606 5.3). */
    [ATTRIBUTE_MP_REACH_NLRI] = {"MP_REACH_NLRI", NON_TRANSITIVE, LENGTH_ANY, 0, RESET, "RFC 7606 7.11",
                                 .flags_outcome = RESET},
    [ATTRIBUTE_MP_UNREACH_NLRI] = {"MP_UNREACH_NLRI", NON_TRANSITIVE, LENGTH_ANY, 0, RESET, "RFC 7606 7.12",
                                   .flags_outcome = RESET},
    [ATTRIBUTE_EXTENDED_COMMUNITIES] = {"EXTENDED_COMMUNITIES", TRANSITIVE, LENGTH_LIST_OF, 8, WITHDRAW,
                                        "RFC 7606 7.14", .check = NULL},
    [ATTRIBUTE_AS4_PATH] = {"AS4_PATH", TRANSITIVE, LENGTH_ANY, 0, DISCARD, "RFC 6793 6", .check = check_as4_path,
                            .two_octet_only = true},
    [ATTRIBUTE_AS4_AGGREGATOR] = {"AS4_AGGREGATOR", TRANSITIVE, LENGTH_EXACTLY, 8, DISCARD, "RFC 6793 6",
                                  .check = check_as4_aggregator, .two_octet_only = true},
    [24] = {"TRAFFIC_ENGINEERING", NON_TRANSITIVE, LENGTH_ANY, 0, WITHDRAW, "RFC 7606 7.13", .check = NULL},
    [25] = {"IPV6_EXTENDED_COMMUNITIES", TRANSITIVE, LENGTH_LIST_OF, 20, WITHDRAW, "RFC 7606 7.15", .check = NULL},
    [ATTRIBUTE_AIGP] = {"AIGP", NON_TRANSITIVE, LENGTH_ANY, 0, DISCARD, "RFC 7311 3", .flags_outcome = DISCARD},
    [ATTRIBUTE_LARGE_COMMUNITIES] = {"LARGE_COMMUNITIES", TRANSITIVE, LENGTH_LIST_OF, 12, WITHDRAW, "RFC 8092 6",
                                     .check = NULL},
    [ATTRIBUTE_ONLY_TO_CUSTOMER] = {"ONLY_TO_CUSTOMER", TRANSITIVE, LENGTH_EXACTLY, 4, WITHDRAW, "RFC 9234 5",
                                    .check = NULL},
    [ATTRIBUTE_SET] = {"ATTR_SET", TRANSITIVE, LENGTH_ANY, 0, WITHDRAW, "RFC 7606 7.16", .check = check_attribute_set},
};

const struct attribute_row *attribute_row(uint8_t code)
{
    if (code >= sizeof attribute_rows / sizeof *attribute_rows || !attribute_rows[code].name)
        return NULL;
    return &attribute_rows[code];
}

const char *attribute_name(uint8_t code, char buffer[static ATTRIBUTE_NAME_SIZE])
{
    const struct attribute_row *row = attribute_row(code);

    if (row)
        return row->name;
    snprintf(buffer, ATTRIBUTE_NAME_SIZE, "%u", code);
    return buffer;
}

bool attribute_next(struct wire_reader *list, struct attribute *attribute)
{
    size_t begin = list->position;

    attribute->flags = wire_read_u8(list);
    attribute->code = wire_read_u8(list);
    size_t size = attribute->flags & ATTRIBUTE_EXTENDED_LENGTH ? wire_read_u16(list) : wire_read_u8(list);
    attribute->value = wire_read_sub(list, size);
    attribute->octets = list->data + begin;
    attribute->size = list->position - begin;
    return !list->failed;
}

void attribute_write_header(struct wire_writer *writer, uint8_t flags, uint8_t code, size_t size)
{
    bool extended = size > UINT8_MAX;

    wire_write_u8(writer, (uint8_t)(flags | (extended ? ATTRIBUTE_EXTENDED_LENGTH : 0)));
    wire_write_u8(writer, code);
    if (extended)
        wire_write_u16(writer, (uint16_t)size);
    else
        wire_write_u8(writer, (uint8_t)size);
}
