/*
 * Writing UPDATEs. The path attributes of policy are shared by all sessions; what depends on the session is added here:
 * AS_PATH, next hop, LOCAL_PREF, ONLY_TO_CUSTOMER. MP_REACH_NLRI goes first (RFC 7606 section 5.1), the others follow
 * in ascending order (RFC 4271 section 5). Lengths that are known only afterwards are patched.
 */
#include "bgpd/codec/as_path.h"
#include "bgpd/codec/attribute_table.h"
#include "bgpd/codec/update.h"
#include "bgpd/codec/words.h"

enum { LOCAL_PREFERENCE_DEFAULT = 100 };

/* Own copies of the local AS. To an internal neighbor the path is empty (RFC 4271 section 5.1.2): it would take its
 * own AS there for a loop. */
static unsigned as_copies(const struct update_session *session, const struct path_attributes *attributes)
{
    return session->ebgp ? attributes->prepend + 1u : 0;
}

static void write_header(struct wire_writer *writer, uint8_t code, size_t size)
{
    attribute_write_header(writer, attribute_row(code)->flags, code, size);
}

static void write_u32_attribute(struct wire_writer *writer, uint8_t code, uint32_t value)
{
    write_header(writer, code, 4);
    wire_write_u32(writer, value);
}

/* COUNT copies of AS as an AS_SEQUENCE, in segments of at most 255; nothing where there are none. */
static void write_path(struct wire_writer *writer, uint8_t code, uint32_t as, unsigned count, size_t as_size)
{
    size_t segments = (count + SEGMENT_ASES_MAX - 1) / SEGMENT_ASES_MAX;

    write_header(writer, code, segments * 2 + count * as_size);
    while (count > 0) {
        unsigned in_segment = count < SEGMENT_ASES_MAX ? count : SEGMENT_ASES_MAX;
        wire_write_u8(writer, SEGMENT_SEQUENCE);
        wire_write_u8(writer, (uint8_t)in_segment);
        for (unsigned i = 0; i < in_segment; i++) {
            if (as_size == AS_SIZE)
                wire_write_u32(writer, as);
            else
                wire_write_u16(writer, (uint16_t)as);
        }
        count -= in_segment;
    }
}

/* RFC 6793 section 4.2.2: an AS that does not fit two octets becomes AS_TRANS, and AS4_PATH tells the real one. */
static bool needs_as4_path(const struct update_session *session, const struct path_attributes *attributes)
{
    return !session->four_octet_as && session->local_as > UINT16_MAX && as_copies(session, attributes) > 0;
}

static void write_as_path(struct wire_writer *writer, const struct update_session *session,
                          const struct path_attributes *attributes)
{
    uint32_t as = session->four_octet_as || session->local_as <= UINT16_MAX ? session->local_as : AS_TRANS;

    write_path(writer, ATTRIBUTE_AS_PATH, as, as_copies(session, attributes),
               session->four_octet_as ? AS_SIZE : AS_SIZE_OLD);
}

/* COUNT communities of WORDS numbers each. */
static void write_communities(struct wire_writer *writer, uint8_t code, const void *list, size_t count, size_t words)
{
    const uint32_t *numbers = list;

    if (count > 0)
        write_header(writer, code, count * words * sizeof *numbers);
    for (size_t i = 0; i < count * words; i++)
        wire_write_u32(writer, numbers[i]);
}

static void write_extended_communities(struct wire_writer *writer, const struct path_attributes *attributes)
{
    unsigned count = attributes->extended_community_count;

    if (count > 0)
        write_header(writer, ATTRIBUTE_EXTENDED_COMMUNITIES, count * sizeof *attributes->extended_communities);
    for (unsigned i = 0; i < count; i++)
        wire_write_u64(writer, attributes->extended_communities[i]);
}

/* RFC 9234 section 5, transmission: routes of our own to a customer, a peer or a client of our route server. */
static bool needs_only_to_customer(const struct update_session *session)
{
    return session->ebgp &&
           (session->role == ROLE_PROVIDER || session->role == ROLE_PEER || session->role == ROLE_RS_SERVER);
}

/* All but MP_REACH_NLRI. NEXT_HOP only where it is an IPv4 one for the classic NLRI. */
static void write_attributes(struct wire_writer *writer, const struct update_session *session,
                             const struct path_attributes *attributes, const struct address *classic_next_hop)
{
    write_header(writer, ATTRIBUTE_ORIGIN, 1);
    wire_write_u8(writer, attributes->origin);
    write_as_path(writer, session, attributes);
    if (classic_next_hop) {
        write_header(writer, ATTRIBUTE_NEXT_HOP, 4);
        wire_write_bytes(writer, classic_next_hop->octets, 4);
    }
    if (attributes->has_med)
        write_u32_attribute(writer, ATTRIBUTE_MULTI_EXIT_DISC, attributes->med);
    if (!session->ebgp)
        write_u32_attribute(writer, ATTRIBUTE_LOCAL_PREF,
                            attributes->has_local_preference ? attributes->local_preference : LOCAL_PREFERENCE_DEFAULT);
    write_communities(writer, ATTRIBUTE_COMMUNITIES, attributes->communities, attributes->community_count, 1);
    write_extended_communities(writer, attributes);
    if (needs_as4_path(session, attributes))
        write_path(writer, ATTRIBUTE_AS4_PATH, session->local_as, as_copies(session, attributes), AS_SIZE);
    write_communities(writer, ATTRIBUTE_LARGE_COMMUNITIES, attributes->large_communities,
                      attributes->large_community_count, 3);
    if (needs_only_to_customer(session))
        write_u32_attribute(writer, ATTRIBUTE_ONLY_TO_CUSTOMER, session->local_as);
}

/* How many of PREFIXES fit into SPACE, and the octets that they take. */
static size_t prefixes_fit(const struct prefix *prefixes, size_t count, size_t space, size_t *octets)
{
    size_t fit = 0;

    for (*octets = 0; fit < count && *octets + nlri_size(&prefixes[fit]) <= space; fit++)
        *octets += nlri_size(&prefixes[fit]);
    return fit;
}

static void write_prefixes(struct wire_writer *writer, const struct prefix *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nlri_write(writer, &prefixes[i]);
}

static size_t less(size_t space, size_t used)
{
    return space > used ? space - used : 0;
}

/* Octets around NLRI: the two lengths of the message, a header of extended length with AFI and SAFI. */
enum { FIELD_LENGTHS = 4, MP_HEADER = 4 + 3 };

static size_t write_withdrawal(struct wire_writer *writer, const struct prefix *prefixes, size_t count)
{
    size_t octets, fit = prefixes_fit(prefixes, count, less(wire_space(writer), FIELD_LENGTHS), &octets);

    wire_write_u16(writer, (uint16_t)octets);
    write_prefixes(writer, prefixes, fit);
    wire_write_u16(writer, 0);
    return fit;
}

static void write_mp_header(struct wire_writer *writer, uint8_t code, uint8_t family, size_t octets)
{
    write_header(writer, code, 3 + octets);
    wire_write_u16(writer, family);
    wire_write_u8(writer, SAFI_UNICAST);
}

/* The two lengths of a message whose classic fields are empty; the second is patched by end_fields. */
static size_t begin_fields(struct wire_writer *writer)
{
    wire_write_u16(writer, 0);
    wire_write_u16(writer, 0);
    return writer->position;
}

static void end_fields(struct wire_writer *writer, size_t begin)
{
    if (!writer->failed)
        wire_patch_u16(writer, begin - 2, (uint16_t)(writer->position - begin));
}

static size_t write_mp_withdrawal(struct wire_writer *writer, const struct prefix *prefixes, size_t count)
{
    size_t begin = begin_fields(writer);
    size_t octets, fit = prefixes_fit(prefixes, count, less(wire_space(writer), MP_HEADER), &octets);

    write_mp_header(writer, ATTRIBUTE_MP_UNREACH_NLRI, prefixes->family, octets);
    write_prefixes(writer, prefixes, fit);
    end_fields(writer, begin);
    return fit;
}

static size_t write_announcement(struct wire_writer *writer, const struct update_session *session,
                                 const struct path_attributes *attributes, const struct address *next_hop,
                                 const struct prefix *prefixes, size_t count)
{
    size_t begin = begin_fields(writer);

    write_attributes(writer, session, attributes, next_hop);
    end_fields(writer, begin);

    size_t octets, fit = prefixes_fit(prefixes, count, wire_space(writer), &octets);
    write_prefixes(writer, prefixes, fit);
    return fit;
}

/* RFC 2545 section 3: a global next hop of our own takes the link-local one along. */
static bool has_two_next_hops(const struct update_session *session, const struct address *next_hop)
{
    return session->local_link_local.family != FAMILY_NONE && address_equal(next_hop, &session->local_ipv6) &&
           !address_is_link_local(next_hop);
}

/* Octets of a link-local address without the interface that it is on. */
static void write_mp_next_hop(struct wire_writer *writer, const struct update_session *session,
                              const struct address *next_hop)
{
    bool two = has_two_next_hops(session, next_hop);

    wire_write_u8(writer, two ? 32 : 16);
    wire_write_bytes(writer, next_hop->octets, 16);
    if (two)
        wire_write_bytes(writer, session->local_link_local.octets, 16);
    wire_write_u8(writer, 0); /* reserved */
}

/* What follows the NLRI is written aside first: only then is known how much room it leaves. Policy's communities and
 * prepends bound it to less than a message. */
static size_t write_mp_announcement(struct wire_writer *writer, const struct update_session *session,
                                    const struct path_attributes *attributes, const struct address *next_hop,
                                    const struct prefix *prefixes, size_t count)
{
    uint8_t aside[MESSAGE_MAX];
    struct wire_writer others = wire_writer_of(aside, sizeof aside);

    write_attributes(&others, session, attributes, NULL);

    size_t begin = begin_fields(writer);
    size_t next_hop_octets = has_two_next_hops(session, next_hop) ? 34 : 18;
    size_t room = less(wire_space(writer), MP_HEADER + next_hop_octets + others.position);
    size_t octets, fit = prefixes_fit(prefixes, count, room, &octets);

    write_mp_header(writer, ATTRIBUTE_MP_REACH_NLRI, prefixes->family, next_hop_octets + octets);
    write_mp_next_hop(writer, session, next_hop);
    write_prefixes(writer, prefixes, fit);
    wire_write_bytes(writer, aside, others.position);
    end_fields(writer, begin);
    return others.failed ? 0 : fit;
}

static size_t write_body(struct wire_writer *writer, const struct update_session *session,
                         const struct path_attributes *attributes, const struct prefix *prefixes, size_t count)
{
    uint8_t family = prefixes->family;
    struct address next_hop;

    if (!attributes)
        return family == FAMILY_IPV4 ? write_withdrawal(writer, prefixes, count)
                                     : write_mp_withdrawal(writer, prefixes, count);
    if (!update_next_hop(session, family, attributes, &next_hop))
        return 0;
    return next_hop.family == FAMILY_IPV4
               ? write_announcement(writer, session, attributes, &next_hop, prefixes, count)
               : write_mp_announcement(writer, session, attributes, &next_hop, prefixes, count);
}

size_t update_encode(struct wire_writer *writer, const struct update_session *session,
                     const struct path_attributes *attributes, const struct prefix *prefixes, size_t count)
{
    struct wire_writer message = *writer;

    if (count == 0)
        return 0;
    if (wire_space(writer) > session->message_max)
        message.capacity = writer->position + session->message_max;
    size_t begin = message_begin(&message, MESSAGE_UPDATE);
    size_t fit = write_body(&message, session, attributes, prefixes, count);
    message_end(&message, begin);
    if (fit == 0 || message.failed)
        return 0;
    writer->position = message.position;
    return fit;
}

void update_encode_end_of_rib(struct wire_writer *writer, uint8_t family)
{
    size_t begin = message_begin(writer, MESSAGE_UPDATE);
    size_t fields = begin_fields(writer);

    if (family != FAMILY_IPV4)
        write_mp_header(writer, ATTRIBUTE_MP_UNREACH_NLRI, family, 0);
    end_fields(writer, fields);
    message_end(writer, begin);
}

/* Whether a next hop of its family can be told for prefixes of FAMILY on this session. */
static bool next_hop_fits(const struct update_session *session, uint8_t family, const struct address *next_hop)
{
    if (next_hop->family == FAMILY_NONE)
        return false;
    return next_hop->family == family || (family == FAMILY_IPV4 && session->extended_next_hop);
}

bool update_next_hop(const struct update_session *session, uint8_t family, const struct path_attributes *attributes,
                     struct address *next_hop)
{
    const struct address candidates[] = {attributes->next_hop, session->local_ipv4, session->local_ipv6,
                                         session->local_link_local};

    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (!next_hop_fits(session, family, &candidates[i]))
            continue;
        *next_hop = candidates[i];
        /* Another one instead would lead packets where nobody wanted them. */
        return !address_equal(next_hop, &session->neighbor);
    }
    *next_hop = (struct address){.family = FAMILY_NONE};
    return false;
}

const char *update_obstacle(const struct update_session *session, uint8_t family,
                            const struct path_attributes *attributes)
{
    struct address next_hop;

    if (!(session->families & family_bit(family)))
        return family == FAMILY_IPV4 ? "its session carries no IPv4 routes" : "its session carries no IPv6 routes";
    if (update_next_hop(session, family, attributes, &next_hop))
        return NULL;
    if (next_hop.family != FAMILY_NONE)
        return "the next hop is the neighbor's own address (RFC 4271 section 5.1.3); give the profile another next-hop";
    return family == FAMILY_IPV4 ? "there is no next hop that this session can carry; give the profile a next-hop or "
                                   "the neighbor extended-next-hop"
                                 : "there is no next hop that this session can carry; give the profile a next-hop";
}

const char *update_as_path_text(const struct update_session *session, const struct path_attributes *attributes,
                                char *buffer, size_t size)
{
    struct words words = words_of(buffer, size);

    for (unsigned i = 0; i < as_copies(session, attributes); i++)
        words_add(&words, "%s%u", i ? " " : "", session->local_as);
    return buffer;
}
