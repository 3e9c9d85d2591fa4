/*
 * Reading an UPDATE. The message is walked once: the fields are cut, NLRI are checked to the last octet, each attribute
 * is judged by its row, and those worth keeping are noted. Then the message is judged as a whole (what is missing,
 * what needs what), and what was noted is written in its canonical form.
 *
 * Errors are noted as they are found, and the strongest one stays (RFC 7606 section 3 h). NOTIFICATION data is kept
 * with treat-as-withdraw too, as a message without NLRI turns that into a reset (section 5.2).
 */
#include "bgpd/codec/as_path.h"
#include "bgpd/codec/attribute_table.h"
#include "bgpd/codec/update.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct decoder {
    const struct update_session *session;
    struct update_view *view;
    uint8_t seen[32]; /* bitmap of attribute codes */
    bool reachable;   /* the message has NLRI to announce, of whatever family */
    bool classic;     /* some of them in the field that NEXT_HOP belongs to */
    struct canonical_attributes attributes;
};

/* Notes an error, unless a stronger one or the first of its kind is there already. DATA is for the NOTIFICATION. */
static void __attribute__((format(printf, 7, 8)))
note(struct decoder *decoder, enum update_outcome outcome, uint8_t subcode, const void *data, size_t size,
     const char *rule, const char *format, ...)
{
    static const char *const outcomes[] = {"accept", "attribute discard", "treat-as-withdraw", "session reset"};
    struct update_view *view = decoder->view;
    char detail[96];

    if (outcome <= view->outcome)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    view->outcome = outcome;
    bgp_error_set(&view->error, ERROR_UPDATE, subcode, data, size);
    snprintf(view->what, sizeof view->what, "%s: %s (%s)", detail, outcomes[outcome], rule);
}

static void note_attribute(struct decoder *decoder, const struct attribute *attribute, enum update_outcome outcome,
                           uint8_t subcode, const char *rule, const char *detail)
{
    char name[ATTRIBUTE_NAME_SIZE];

    note(decoder, outcome, subcode, attribute->octets, attribute->size, rule, "attribute %s: %s",
         attribute_name(attribute->code, name), detail);
}

/* MP_REACH_NLRI and MP_UNREACH_NLRI that can't be read: nothing tells which routes are meant (RFC 4760 section 7). */
static void note_unreadable(struct decoder *decoder, const struct attribute *attribute, const char *detail)
{
    note_attribute(decoder, attribute, UPDATE_RESET, UPDATE_OPTIONAL_ATTRIBUTE, "RFC 7606 5.3", detail);
}

/* The unicast family of AFI and SAFI, where it was negotiated. */
static uint8_t negotiated_family(const struct decoder *decoder, uint16_t afi, uint8_t safi)
{
    uint8_t family = family_of(afi, safi);

    return decoder->session->families & family_bit(family) ? family : FAMILY_NONE;
}

static bool next_hop_length_is_right(const struct decoder *decoder, uint8_t family, size_t length)
{
    bool ipv6 = length == 16 || length == 32; /* RFC 2545 section 3: global, or global and link-local */

    if (family == FAMILY_IPV6)
        return ipv6;
    return length == 4 || (ipv6 && decoder->session->extended_next_hop);
}

/* Of the first, global one of NEXT_HOP; where a speaker has none (BIRD on a link-local session) it is unspecified, and
 * the link-local one behind it counts. */
static const char *mp_next_hop_fault(const struct decoder *decoder, struct wire_reader next_hop)
{
    struct address address = {.family = wire_remaining(&next_hop) == 4 ? FAMILY_IPV4 : FAMILY_IPV6};
    unsigned size = family_octets(address.family);

    memcpy(address.octets, wire_read_bytes(&next_hop, size), size);
    if (address_is_unspecified(&address) && wire_remaining(&next_hop) == size) {
        memcpy(address.octets, wire_read_bytes(&next_hop, size), size);
        if (!address_is_link_local(&address))
            return "not a unicast address";
    }
    return next_hop_fault(&address, decoder->session);
}

static void note_next_hop(struct decoder *decoder, const struct attribute *attribute, const char *fault)
{
    char detail[64];

    if (!fault)
        return;
    snprintf(detail, sizeof detail, "next hop is %s", fault);
    note_attribute(decoder, attribute, UPDATE_TREAT_AS_WITHDRAW, UPDATE_INVALID_NEXT_HOP, "RFC 4271 6.3", detail);
}

static void read_mp_reach(struct decoder *decoder, const struct attribute *attribute)
{
    struct wire_reader value = attribute->value;
    uint16_t afi = wire_read_u16(&value);
    uint8_t family = negotiated_family(decoder, afi, wire_read_u8(&value));
    struct wire_reader next_hop = wire_read_sub(&value, wire_read_u8(&value));

    wire_read_u8(&value); /* reserved: ignored (RFC 4760 section 3) */

    if (value.failed) {
        note_unreadable(decoder, attribute, "cut short");
        return;
    }
    decoder->reachable |= wire_remaining(&value) > 0;
    if (family == FAMILY_NONE)
        return;
    struct nlri nlri = {family, wire_read_sub(&value, wire_remaining(&value))};
    if (!next_hop_length_is_right(decoder, family, wire_remaining(&next_hop))) {
        note_attribute(decoder, attribute, UPDATE_RESET, UPDATE_OPTIONAL_ATTRIBUTE, "RFC 7606 7.11", "next hop length");
        return;
    }
    if (!nlri_check(nlri.reader, family)) {
        note_unreadable(decoder, attribute, "NLRI");
        return;
    }
    note_next_hop(decoder, attribute, mp_next_hop_fault(decoder, next_hop));
    decoder->view->announced[1] = nlri;
    decoder->attributes.mp_family = family;
    decoder->attributes.mp_next_hop = next_hop;
}

static void read_mp_unreach(struct decoder *decoder, const struct attribute *attribute)
{
    struct wire_reader value = attribute->value;
    uint16_t afi = wire_read_u16(&value);
    uint8_t family = negotiated_family(decoder, afi, wire_read_u8(&value));

    if (value.failed) {
        note_unreadable(decoder, attribute, "cut short");
        return;
    }
    if (family == FAMILY_NONE)
        return;
    struct nlri nlri = {family, wire_read_sub(&value, wire_remaining(&value))};
    if (nlri_check(nlri.reader, family))
        decoder->view->withdrawn[1] = nlri;
    else
        note_unreadable(decoder, attribute, "NLRI");
}

/* Whether the length is as the row wants it; notes where it is not. */
static bool length_is_right(struct decoder *decoder, const struct attribute *attribute, const struct attribute_row *row)
{
    size_t size = wire_remaining(&attribute->value);
    char detail[64];

    if (row->length == LENGTH_EXACTLY && size != row->octets)
        snprintf(detail, sizeof detail, "length %zu, not %u", size, row->octets);
    else if (row->length == LENGTH_LIST_OF && (size == 0 || size % row->octets != 0))
        snprintf(detail, sizeof detail, "length %zu, not a multiple of %u", size, row->octets);
    else
        return true;
    note_attribute(decoder, attribute, row->malformed, UPDATE_LENGTH, row->rule, detail);
    return false;
}

/* Whether the neighbor is one that may send it. */
static bool sender_is_right(struct decoder *decoder, const struct attribute *attribute, const struct attribute_row *row)
{
    const char *detail = row->internal_only && decoder->session->ebgp             ? "from an external neighbor"
                         : row->two_octet_only && decoder->session->four_octet_as ? "from a four-octet neighbor"
                                                                                  : NULL;

    if (detail)
        note_attribute(decoder, attribute, UPDATE_ATTRIBUTE_DISCARD, UPDATE_OPTIONAL_ATTRIBUTE, row->rule, detail);
    return !detail;
}

static bool flags_are_right(struct decoder *decoder, const struct attribute *attribute, const struct attribute_row *row)
{
    uint8_t kind = attribute->flags & (ATTRIBUTE_OPTIONAL | ATTRIBUTE_TRANSITIVE);
    enum update_outcome outcome = row->flags_outcome != UPDATE_ACCEPT ? row->flags_outcome : UPDATE_TREAT_AS_WITHDRAW;
    char detail[64];

    if (kind == row->flags)
        return true;
    snprintf(detail, sizeof detail, "flags 0x%02x, not 0x%02x", kind, row->flags);
    note_attribute(decoder, attribute, outcome, UPDATE_FLAGS, "RFC 7606 3 c", detail);
    return false;
}

/* Whether the attribute is well-formed and in its place; notes where it is not. */
static bool judge_attribute(struct decoder *decoder, const struct attribute *attribute, const struct attribute_row *row)
{
    if (!sender_is_right(decoder, attribute, row) || !flags_are_right(decoder, attribute, row) ||
        !length_is_right(decoder, attribute, row))
        return false;
    const char *wrong = row->check ? row->check(attribute->value, decoder->session) : NULL;
    uint8_t subcode = row->subcode != 0 ? row->subcode : UPDATE_OPTIONAL_ATTRIBUTE;
    if (wrong)
        note_attribute(decoder, attribute, row->malformed, subcode, row->rule, wrong);
    return !wrong;
}

/* RFC 4271 section 5: an unknown attribute is passed on, dropped, or, where it claims to be well-known, an error. */
static bool judge_unknown(struct decoder *decoder, const struct attribute *attribute)
{
    if (!(attribute->flags & ATTRIBUTE_OPTIONAL)) {
        note_attribute(decoder, attribute, UPDATE_RESET, UPDATE_UNRECOGNIZED_WELL_KNOWN, "RFC 4271 6.3",
                       "unknown, but flagged as well-known");
        return false;
    }
    return attribute->flags & ATTRIBUTE_TRANSITIVE;
}

/* Whether its code was there before; RFC 7606 section 3 g. */
static bool is_repeated(struct decoder *decoder, const struct attribute *attribute)
{
    uint8_t *octet = &decoder->seen[attribute->code / 8], bit = (uint8_t)(1 << attribute->code % 8);
    bool nlri = attribute->code == ATTRIBUTE_MP_REACH_NLRI || attribute->code == ATTRIBUTE_MP_UNREACH_NLRI;

    if (!(*octet & bit)) {
        *octet |= bit;
        return false;
    }
    note_attribute(decoder, attribute, nlri ? UPDATE_RESET : UPDATE_ATTRIBUTE_DISCARD, UPDATE_MALFORMED_LIST,
                   "RFC 7606 3 g", "appears twice");
    return true;
}

static void read_attribute(struct decoder *decoder, const struct attribute *attribute)
{
    const struct attribute_row *row = attribute_row(attribute->code);

    if (is_repeated(decoder, attribute))
        return;
    /* RFC 4760 section 3: without NLRI of its own it is ignored, whatever it holds; some write 0.0.0.0. */
    if (attribute->code == ATTRIBUTE_NEXT_HOP && !decoder->classic)
        return;
    if (row ? !judge_attribute(decoder, attribute, row) : !judge_unknown(decoder, attribute))
        return;
    if (row && row->foreign && !(row->flags & ATTRIBUTE_TRANSITIVE))
        return;
    if (attribute->code == ATTRIBUTE_MP_REACH_NLRI)
        read_mp_reach(decoder, attribute);
    if (attribute->code == ATTRIBUTE_MP_UNREACH_NLRI)
        read_mp_unreach(decoder, attribute);
    canonical_attributes_add(&decoder->attributes, attribute);
}

static void read_attributes(struct decoder *decoder, struct wire_reader list)
{
    struct attribute attribute;

    while (wire_remaining(&list) > 0 && decoder->view->outcome != UPDATE_RESET) {
        if (!attribute_next(&list, &attribute)) {
            note(decoder, UPDATE_TREAT_AS_WITHDRAW, UPDATE_MALFORMED_LIST, NULL, 0, "RFC 7606 4",
                 "attribute list: its length ends within an attribute");
            return;
        }
        read_attribute(decoder, &attribute);
    }
}

static bool was_seen(const struct decoder *decoder, uint8_t code)
{
    return decoder->seen[code / 8] & 1 << code % 8;
}

/* RFC 7606 section 3 d; NEXT_HOP belongs to the classic NLRI only (RFC 4760 section 3). */
static void judge_missing(struct decoder *decoder)
{
    static const uint8_t mandatory[] = {ATTRIBUTE_ORIGIN, ATTRIBUTE_AS_PATH, ATTRIBUTE_NEXT_HOP};

    for (size_t i = 0; i < sizeof mandatory; i++) {
        char name[ATTRIBUTE_NAME_SIZE];
        if (was_seen(decoder, mandatory[i]) || (mandatory[i] == ATTRIBUTE_NEXT_HOP && !decoder->classic))
            continue;
        note(decoder, UPDATE_TREAT_AS_WITHDRAW, UPDATE_MISSING_WELL_KNOWN, &mandatory[i], 1, "RFC 7606 3 d",
             "attribute %s: missing", attribute_name(mandatory[i], name));
    }
}

/* RFC 7606 section 5.2: without NLRI to announce nobody can say that it was found; an error is then a reset. */
static void judge_without_nlri(struct decoder *decoder)
{
    struct update_view *view = decoder->view;

    if (view->outcome != UPDATE_TREAT_AS_WITHDRAW)
        return;
    char detail[UPDATE_WHAT_SIZE];
    snprintf(detail, sizeof detail, "%s", view->what);
    view->outcome = UPDATE_RESET;
    snprintf(view->what, sizeof view->what, "%.100s, without NLRI: session reset (RFC 7606 5.2)", detail);
}

/* The classic fields; false where the message can't be cut (RFC 4271 section 6.3, RFC 7606 section 3 b and 5.3). */
static bool cut_fields(struct decoder *decoder, struct wire_reader body, struct wire_reader *attributes)
{
    struct update_view *view = decoder->view;
    struct wire_reader withdrawn = wire_read_sub(&body, wire_read_u16(&body));

    *attributes = wire_read_sub(&body, wire_read_u16(&body));
    struct wire_reader announced = wire_read_sub(&body, wire_remaining(&body));

    if (body.failed) {
        note(decoder, UPDATE_RESET, UPDATE_MALFORMED_LIST, NULL, 0, "RFC 7606 3 b", "lengths exceed the message");
        return false;
    }
    if (!nlri_check(withdrawn, FAMILY_IPV4) || !nlri_check(announced, FAMILY_IPV4)) {
        note(decoder, UPDATE_RESET, UPDATE_INVALID_NETWORK, NULL, 0, "RFC 7606 5.3", "NLRI: invalid prefix");
        return false;
    }
    decoder->reachable = wire_remaining(&announced) > 0;
    if (decoder->session->families & FAMILY_BIT_IPV4) {
        view->withdrawn[0].reader = withdrawn;
        view->announced[0].reader = announced;
        decoder->classic = decoder->reachable;
    }
    return true;
}

/* RFC 4724 section 2: a message with nothing in it, or with nothing but an MP_UNREACH_NLRI with nothing in it. */
static uint8_t end_of_rib_family(const struct decoder *decoder, struct wire_reader body)
{
    const struct canonical_attributes *attributes = &decoder->attributes;
    const struct nlri *unreachable = &decoder->view->withdrawn[1];

    if (decoder->view->outcome != UPDATE_ACCEPT || decoder->reachable)
        return FAMILY_NONE;
    if (wire_remaining(&body) == 4)
        return FAMILY_IPV4;
    bool only =
        wire_read_u16(&body) == 0 && attributes->count == 1 && attributes->list[0].code == ATTRIBUTE_MP_UNREACH_NLRI;
    return only && wire_remaining(&unreachable->reader) == 0 ? unreachable->family : FAMILY_NONE;
}

/* RFC 9234 section 5, reception. */
static bool is_leak(const struct decoder *decoder)
{
    const struct attribute *attribute = canonical_attributes_find(&decoder->attributes, ATTRIBUTE_ONLY_TO_CUSTOMER);
    int8_t role = decoder->session->role;

    if (!attribute)
        return false;
    struct wire_reader value = attribute->value;
    return role == ROLE_PROVIDER || role == ROLE_RS_SERVER ||
           (role == ROLE_PEER && wire_read_u32(&value) != decoder->session->peer_as);
}

static void keep_attributes(struct decoder *decoder, uint8_t *scratch)
{
    struct wire_writer writer = wire_writer_of(scratch, UPDATE_SCRATCH_SIZE);
    struct update_view *view = decoder->view;

    if (!canonical_attributes_write(&writer, &decoder->attributes, decoder->session)) {
        note(decoder, UPDATE_TREAT_AS_WITHDRAW, UPDATE_MALFORMED_AS_PATH, NULL, 0, "RFC 6793 4.2.3",
             "attribute AS_PATH: too long in four-octet ASes");
        return;
    }
    view->attributes = scratch;
    view->attributes_size = writer.position;
    view->leak = is_leak(decoder);

    struct wire_reader written = wire_reader_of(scratch, writer.position);
    struct attribute attribute;
    while (wire_remaining(&written) > 0 && attribute_next(&written, &attribute)) {
        if (attribute.code == ATTRIBUTE_AS_PATH)
            view->own_as = as_path_contains(attribute.value, AS_SIZE, decoder->session->local_as);
    }
}

static void view_begin(struct update_view *view)
{
    view->outcome = UPDATE_ACCEPT;
    view->what[0] = '\0';
    view->end_of_rib = FAMILY_NONE;
    view->own_as = view->leak = false;
    view->attributes = NULL;
    view->attributes_size = 0;
    for (int i = 0; i < 2; i++) {
        uint8_t family = i == 0 ? FAMILY_IPV4 : FAMILY_NONE;
        view->withdrawn[i] = view->announced[i] = (struct nlri){family, wire_reader_of(NULL, 0)};
    }
}

void update_decode(struct wire_reader body, const struct update_session *session,
                   uint8_t scratch[static UPDATE_SCRATCH_SIZE], struct update_view *view)
{
    struct decoder decoder; /* the array in it is not worth clearing */
    struct wire_reader attributes;

    decoder.session = session;
    decoder.view = view;
    memset(decoder.seen, 0, sizeof decoder.seen);
    decoder.attributes.count = 0;
    decoder.classic = false;
    decoder.attributes.mp_family = FAMILY_NONE;
    view_begin(view);
    if (!cut_fields(&decoder, body, &attributes))
        return;
    read_attributes(&decoder, attributes);
    if (view->outcome == UPDATE_RESET)
        return;
    if (decoder.reachable)
        judge_missing(&decoder);
    else
        judge_without_nlri(&decoder);
    view->end_of_rib = end_of_rib_family(&decoder, body);
    if (decoder.reachable && view->outcome < UPDATE_TREAT_AS_WITHDRAW)
        keep_attributes(&decoder, scratch);
}
