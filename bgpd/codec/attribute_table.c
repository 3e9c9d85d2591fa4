#include "bgpd/codec/attribute_table.h"

#include "bgpd/codec/as_path.h"
#include "bgpd/codec/words.h"

#include <stdio.h>
#include <string.h>

/* ---- what is wrong with a value ---------------------------------------------------------------------------------- */

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

static bool is_loopback(const struct address *address)
{
    static const uint8_t ipv6_loopback[16] = {[15] = 1};

    if (address->family == FAMILY_IPV4)
        return address->octets[0] == 127;
    return address->family == FAMILY_IPV6 && memcmp(address->octets, ipv6_loopback, sizeof ipv6_loopback) == 0;
}

/* Without the interface that a link-local address is on: none comes with a next hop. */
static bool is_own(const struct address *address, const struct address *own)
{
    return address->family == own->family && memcmp(address->octets, own->octets, sizeof own->octets) == 0;
}

const char *next_hop_fault(const struct address *next_hop, const struct update_session *session)
{
    uint8_t first = next_hop->octets[0];
    bool ipv4 = next_hop->family == FAMILY_IPV4;

    if (ipv4 ? first == 0 || first >= 224 : first == 0xff || address_is_unspecified(next_hop))
        return "not a unicast address";
    /* A session on one machine has both ends there, maybe at one address. */
    if (is_loopback(next_hop))
        return is_loopback(&session->local_ipv4) || is_loopback(&session->local_ipv6) ? NULL : "a loopback address";
    if (is_own(next_hop, &session->local_ipv4) || is_own(next_hop, &session->local_ipv6) ||
        is_own(next_hop, &session->local_link_local))
        return "our own address";
    return NULL;
}

static struct address read_address(struct wire_reader *value, uint8_t family)
{
    struct address address = {.family = family};
    const uint8_t *octets = wire_read_bytes(value, family_octets(family));

    if (octets)
        memcpy(address.octets, octets, family_octets(family));
    return address;
}

static const char *check_next_hop(struct wire_reader value, const struct update_session *session)
{
    struct address address = read_address(&value, FAMILY_IPV4);

    return next_hop_fault(&address, session);
}

/* RFC 7606 section 7.7, RFC 7607: the length depends on how the neighbor writes ASes. */
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

/* ---- how a value is shown ------------------------------------------------------------------------------------------
 */

static bool view_origin(struct wire_reader *value, struct route_view *view)
{
    view->origin = wire_read_u8(value);
    return view->origin <= ORIGIN_INCOMPLETE;
}

static bool view_as_path(struct wire_reader *value, struct route_view *view)
{
    struct words words = words_of(view->as_path, sizeof view->as_path);
    struct wire_reader path = wire_read_sub(value, wire_remaining(value));

    if (as_path_check(path, AS_SIZE, true))
        return false;
    as_path_text(&words, path);
    view->truncated |= words.truncated;
    return true;
}

/* MP_REACH_NLRI's next hop comes later, and is the better one for its family. */
static bool view_next_hop(struct wire_reader *value, struct route_view *view)
{
    struct address next_hop = read_address(value, FAMILY_IPV4);

    if (view->family == FAMILY_IPV4)
        view->next_hop = next_hop;
    return true;
}

static bool view_mp_next_hop(struct wire_reader *value, struct route_view *view)
{
    uint16_t afi = wire_read_u16(value);

    wire_read_u8(value); /* SAFI */
    uint8_t size = wire_read_u8(value);
    struct address next_hop = read_address(value, size == 4 ? FAMILY_IPV4 : FAMILY_IPV6);
    struct address link_local = {0};

    if (size == 32)
        link_local = read_address(value, FAMILY_IPV6);
    if (afi != view->family)
        return true;
    view->next_hop = address_is_unspecified(&next_hop) && size == 32 ? link_local : next_hop;
    view->next_hop_link_local = link_local;
    return true;
}

static bool view_atomic_aggregate(struct wire_reader *value, struct route_view *view)
{
    (void)value;
    return view->atomic_aggregate = true;
}

static bool view_aggregator(struct wire_reader *value, struct route_view *view)
{
    view->aggregator_as = wire_read_u32(value);
    view->aggregator = read_address(value, FAMILY_IPV4);
    return true;
}

/* Whether there is a further element to read and room for it. */
static bool has_room(struct wire_reader *value, size_t count, struct route_view *view)
{
    if (wire_remaining(value) > 0 && count == COMMUNITIES_MAX) {
        view->truncated = true;
        wire_read_bytes(value, wire_remaining(value));
    }
    return wire_remaining(value) > 0;
}

static bool view_communities(struct wire_reader *value, struct route_view *view)
{
    while (has_room(value, view->community_count, view))
        view->communities[view->community_count++] = wire_read_u32(value);
    return true;
}

static bool view_large_communities(struct wire_reader *value, struct route_view *view)
{
    while (has_room(value, view->large_community_count, view)) {
        struct large_community *community = &view->large_communities[view->large_community_count++];
        community->global = wire_read_u32(value);
        community->local1 = wire_read_u32(value);
        community->local2 = wire_read_u32(value);
    }
    return true;
}

static bool view_extended_communities(struct wire_reader *value, struct route_view *view)
{
    while (has_room(value, view->extended_community_count, view))
        view->extended_communities[view->extended_community_count++] = wire_read_u64(value);
    return true;
}

/* ---- the rows ------------------------------------------------------------------------------------------------------
 */

enum {
    WELL_KNOWN = ATTRIBUTE_TRANSITIVE,
    TRANSITIVE = ATTRIBUTE_OPTIONAL | ATTRIBUTE_TRANSITIVE,
    LOCAL = ATTRIBUTE_OPTIONAL, /* non-transitive */
};

/* Shown as this member of struct route_view. */
#define NUMBER(member)                                                                                                 \
    .number = offsetof(struct route_view, member), .present = offsetof(struct route_view, has_##member)

/* Assigned to a specification that is not vipgate's: only the flags are judged. */
#define FOREIGN(name_of_it, rule_of_it, kind)                                                                          \
    {                                                                                                                  \
        .name = (name_of_it), .rule = (rule_of_it), .length = LENGTH_ANY, .flags = (kind), .foreign = true             \
    }
#define DISCARD  UPDATE_ATTRIBUTE_DISCARD
#define WITHDRAW UPDATE_TREAT_AS_WITHDRAW
#define RESET    UPDATE_RESET

/*
 * Name, rule, length, flags, what a malformed one does to the message; below that, what is special.
 *
 * The values of MP_REACH_NLRI and MP_UNREACH_NLRI are read by the decoder, which needs the NLRI; wrong flags make that
 * unsure (RFC 7606 section 5.3).
 */
/* clang-format off */
static const struct attribute_row attribute_rows[] = {
    [ATTRIBUTE_ORIGIN] =
        {.name = "ORIGIN",                    "RFC 7606 7.1",   LENGTH_EXACTLY, 1,  WELL_KNOWN,  WITHDRAW,
         .check = check_origin, .subcode = UPDATE_INVALID_ORIGIN, .view = view_origin},
    [ATTRIBUTE_AS_PATH] =
        {.name = "AS_PATH",                   "RFC 7606 7.2",   LENGTH_ANY, 0,      WELL_KNOWN,  WITHDRAW,
         .check = check_as_path, .subcode = UPDATE_MALFORMED_AS_PATH, .view = view_as_path},
    [ATTRIBUTE_NEXT_HOP] =
        {.name = "NEXT_HOP",                  "RFC 7606 7.3",   LENGTH_EXACTLY, 4,  WELL_KNOWN,  WITHDRAW,
         .check = check_next_hop, .subcode = UPDATE_INVALID_NEXT_HOP, .view = view_next_hop},
    [ATTRIBUTE_MULTI_EXIT_DISC] =
        {.name = "MULTI_EXIT_DISC",           "RFC 7606 7.4",   LENGTH_EXACTLY, 4,  LOCAL,       WITHDRAW,
         NUMBER(med)},
    [ATTRIBUTE_LOCAL_PREF] =
        {.name = "LOCAL_PREF",                "RFC 7606 7.5",   LENGTH_EXACTLY, 4,  WELL_KNOWN,  WITHDRAW,
         .internal_only = true, NUMBER(local_preference)},
    [ATTRIBUTE_ATOMIC_AGGREGATE] =
        {.name = "ATOMIC_AGGREGATE",          "RFC 7606 7.6",   LENGTH_EXACTLY, 0,  WELL_KNOWN,  DISCARD,
         .view = view_atomic_aggregate},
    [ATTRIBUTE_AGGREGATOR] =
        {.name = "AGGREGATOR",                "RFC 7606 7.7",   LENGTH_ANY, 0,      TRANSITIVE,  DISCARD,
         .check = check_aggregator, .view = view_aggregator},
    [ATTRIBUTE_COMMUNITIES] =
        {.name = "COMMUNITIES",               "RFC 7606 7.8",   LENGTH_LIST_OF, 4,  TRANSITIVE,  WITHDRAW,
         .view = view_communities},
    [ATTRIBUTE_ORIGINATOR_ID] =
        {.name = "ORIGINATOR_ID",             "RFC 7606 7.9",   LENGTH_EXACTLY, 4,  LOCAL,       WITHDRAW,
         .internal_only = true},
    [ATTRIBUTE_CLUSTER_LIST] =
        {.name = "CLUSTER_LIST",              "RFC 7606 7.10",  LENGTH_LIST_OF, 4,  LOCAL,       WITHDRAW,
         .internal_only = true},
    [ATTRIBUTE_MP_REACH_NLRI] =
        {.name = "MP_REACH_NLRI",             "RFC 7606 7.11",  LENGTH_ANY, 0,      LOCAL,       RESET,
         .flags_outcome = RESET, .view = view_mp_next_hop},
    [ATTRIBUTE_MP_UNREACH_NLRI] =
        {.name = "MP_UNREACH_NLRI",           "RFC 7606 7.12",  LENGTH_ANY, 0,      LOCAL,       RESET,
         .flags_outcome = RESET},
    [ATTRIBUTE_EXTENDED_COMMUNITIES] =
        {.name = "EXTENDED_COMMUNITIES",      "RFC 7606 7.14",  LENGTH_LIST_OF, 8,  TRANSITIVE,  WITHDRAW,
         .view = view_extended_communities},
    [ATTRIBUTE_AS4_PATH] =
        {.name = "AS4_PATH",                  "RFC 6793 6",     LENGTH_ANY, 0,      TRANSITIVE,  DISCARD,
         .check = check_as4_path, .two_octet_only = true},
    [ATTRIBUTE_AS4_AGGREGATOR] =
        {.name = "AS4_AGGREGATOR",            "RFC 6793 6",     LENGTH_EXACTLY, 8,  TRANSITIVE,  DISCARD,
         .check = check_as4_aggregator, .two_octet_only = true},
    [24] =
        {.name = "TRAFFIC_ENGINEERING",       "RFC 7606 7.13",  LENGTH_ANY, 0,      LOCAL,       WITHDRAW},
    [25] =
        {.name = "IPV6_EXTENDED_COMMUNITIES", "RFC 7606 7.15",  LENGTH_LIST_OF, 20, TRANSITIVE,  WITHDRAW},
    [ATTRIBUTE_AIGP] =
        {.name = "AIGP",                      "RFC 7311 3",     LENGTH_ANY, 0,      LOCAL,       DISCARD,
         .flags_outcome = DISCARD},
    [ATTRIBUTE_LARGE_COMMUNITIES] =
        {.name = "LARGE_COMMUNITIES",         "RFC 8092 6",     LENGTH_LIST_OF, 12, TRANSITIVE,  WITHDRAW,
         .view = view_large_communities},
    [ATTRIBUTE_ONLY_TO_CUSTOMER] =
        {.name = "ONLY_TO_CUSTOMER",          "RFC 9234 5",     LENGTH_EXACTLY, 4,  TRANSITIVE,  WITHDRAW,
         NUMBER(only_to_customer)},
    [ATTRIBUTE_SET] =
        {.name = "ATTR_SET",                  "RFC 7606 7.16",  LENGTH_ANY, 0,      TRANSITIVE,  WITHDRAW,
         .check = check_attribute_set},

    [11] = FOREIGN("DPA",                     "RFC 6938",       TRANSITIVE),
    [12] = FOREIGN("ADVERTISER",              "RFC 1863",       LOCAL),
    [13] = FOREIGN("RCID_PATH",               "RFC 1863",       LOCAL),
    [19] = FOREIGN("SAFI_SPECIFIC",           "IANA",           TRANSITIVE),
    [20] = FOREIGN("CONNECTOR",               "RFC 6037",       TRANSITIVE),
    [21] = FOREIGN("AS_PATHLIMIT",            "IANA",           TRANSITIVE),
    [22] = FOREIGN("PMSI_TUNNEL",             "RFC 6514 5",     TRANSITIVE),
    [23] = FOREIGN("TUNNEL_ENCAPSULATION",    "RFC 9012 2",     TRANSITIVE),
    [27] = FOREIGN("PE_DISTINGUISHER_LABELS", "RFC 6514 8",     TRANSITIVE),
    [28] = FOREIGN("ENTROPY_LABEL",           "RFC 6790 5.2",   TRANSITIVE),
    [29] = FOREIGN("BGP_LS",                  "RFC 9552 5.3",   LOCAL),
    [33] = FOREIGN("BGPSEC_PATH",             "RFC 8205 3",     LOCAL),
    [34] = FOREIGN("COMMUNITY_CONTAINER",     "IANA",           TRANSITIVE),
    [36] = FOREIGN("D_PATH",                  "IANA",           TRANSITIVE),
    [37] = FOREIGN("SFP",                     "RFC 9015 3.2",   TRANSITIVE),
    [38] = FOREIGN("BFD_DISCRIMINATOR",       "RFC 9026 3.1.6", TRANSITIVE),
    [39] = FOREIGN("NEXT_HOP_DEPENDENT",      "IANA",           TRANSITIVE),
    [40] = FOREIGN("PREFIX_SID",              "RFC 8669 3",     TRANSITIVE),
    [41] = FOREIGN("BIER",                    "RFC 9793 3",     TRANSITIVE),
};
/* clang-format on */

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

/* ---- a kept route ---- */

static bool view_attribute(struct attribute *attribute, struct route_view *view)
{
    const struct attribute_row *row = attribute_row(attribute->code);

    if (row && row->view)
        return row->view(&attribute->value, view) && wire_consumed(&attribute->value);
    if (row && row->number) {
        *(uint32_t *)(void *)((char *)view + row->number) = wire_read_u32(&attribute->value);
        *((bool *)view + row->present) = true;
        return wire_consumed(&attribute->value);
    }
    if (!row || row->foreign)
        view->unknown_count++;
    return true;
}

bool attributes_decode(const uint8_t *octets, size_t size, uint8_t family, struct route_view *view)
{
    struct wire_reader list = wire_reader_of(octets, size);
    struct attribute attribute;
    int previous = -1;

    memset(view, 0, offsetof(struct route_view, as_path)); /* the text need not be cleared for each of a million */
    view->as_path[0] = '\0';
    view->family = family;
    while (wire_remaining(&list) > 0) {
        if (!attribute_next(&list, &attribute) || attribute.code <= previous || !view_attribute(&attribute, view))
            return false;
        previous = attribute.code;
    }
    return true;
}

const char *origin_name(uint8_t origin)
{
    static const char *const names[] = {"igp", "egp", "incomplete"};

    return origin <= ORIGIN_INCOMPLETE ? names[origin] : "unknown";
}
