#include "bgpd/codec/attribute.h"

#include "bgpd/codec/as_path.h"
#include "bgpd/codec/attribute_table.h"
#include "bgpd/codec/words.h"

#include <string.h>

/* Reads one attribute's value into the view; false where it is not as it must be. */
typedef bool attribute_view(struct wire_reader *value, uint8_t family, struct route_view *view);

static bool view_origin(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
    view->origin = wire_read_u8(value);
    return view->origin <= ORIGIN_INCOMPLETE;
}

static bool view_as_path(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    struct words words = words_of(view->as_path, sizeof view->as_path);
    struct wire_reader path = wire_read_sub(value, wire_remaining(value));

    (void)family;
    if (as_path_check(path, AS_SIZE, true))
        return false;
    as_path_text(&words, path);
    view->truncated |= words.truncated;
    return true;
}

static struct address read_address(struct wire_reader *value, uint8_t family)
{
    struct address address = {.family = family};
    const uint8_t *octets = wire_read_bytes(value, family_octets(family));

    if (octets)
        memcpy(address.octets, octets, family_octets(family));
    return address;
}

/* MP_REACH_NLRI's next hop comes later, and is the better one for its family. */
static bool view_next_hop(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    struct address next_hop = read_address(value, FAMILY_IPV4);

    if (family == FAMILY_IPV4)
        view->next_hop = next_hop;
    return true;
}

static bool view_mp_next_hop(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    uint16_t afi = wire_read_u16(value);
    wire_read_u8(value); /* SAFI */
    uint8_t size = wire_read_u8(value);
    struct address next_hop = read_address(value, size == 4 ? FAMILY_IPV4 : FAMILY_IPV6);
    struct address link_local = {0};

    if (size == 32)
        link_local = read_address(value, FAMILY_IPV6);
    if (afi != family)
        return true;
    view->next_hop = address_is_unspecified(&next_hop) && size == 32 ? link_local : next_hop;
    view->next_hop_link_local = link_local;
    return true;
}

static bool view_med(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
    view->med = wire_read_u32(value);
    return view->has_med = true;
}

static bool view_local_preference(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
    view->local_preference = wire_read_u32(value);
    return view->has_local_preference = true;
}

static bool view_atomic_aggregate(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)value;
    (void)family;
    return view->atomic_aggregate = true;
}

static bool view_aggregator(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
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

static bool view_communities(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
    while (has_room(value, view->community_count, view))
        view->communities[view->community_count++] = wire_read_u32(value);
    return true;
}

static bool view_large_communities(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
    while (has_room(value, view->large_community_count, view)) {
        struct large_community *community = &view->large_communities[view->large_community_count++];
        community->global = wire_read_u32(value);
        community->local1 = wire_read_u32(value);
        community->local2 = wire_read_u32(value);
    }
    return true;
}

static bool view_extended_communities(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
    while (has_room(value, view->extended_community_count, view))
        view->extended_communities[view->extended_community_count++] = wire_read_u64(value);
    return true;
}

static bool view_only_to_customer(struct wire_reader *value, uint8_t family, struct route_view *view)
{
    (void)family;
    view->only_to_customer = wire_read_u32(value);
    return view->has_only_to_customer = true;
}

static attribute_view *const attribute_views[] = {
    [ATTRIBUTE_ORIGIN] = view_origin,
    [ATTRIBUTE_AS_PATH] = view_as_path,
    [ATTRIBUTE_NEXT_HOP] = view_next_hop,
    [ATTRIBUTE_MULTI_EXIT_DISC] = view_med,
    [ATTRIBUTE_LOCAL_PREF] = view_local_preference,
    [ATTRIBUTE_ATOMIC_AGGREGATE] = view_atomic_aggregate,
    [ATTRIBUTE_AGGREGATOR] = view_aggregator,
    [ATTRIBUTE_COMMUNITIES] = view_communities,
    [ATTRIBUTE_MP_REACH_NLRI] = view_mp_next_hop,
    [ATTRIBUTE_EXTENDED_COMMUNITIES] = view_extended_communities,
    [ATTRIBUTE_LARGE_COMMUNITIES] = view_large_communities,
    [ATTRIBUTE_ONLY_TO_CUSTOMER] = view_only_to_customer,
};

static bool view_attribute(struct attribute *attribute, uint8_t family, struct route_view *view)
{
    size_t known = sizeof attribute_views / sizeof *attribute_views;
    attribute_view *hook = attribute->code < known ? attribute_views[attribute->code] : NULL;

    if (hook)
        return hook(&attribute->value, family, view) && wire_consumed(&attribute->value);
    const struct attribute_row *row = attribute_row(attribute->code);
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
    while (wire_remaining(&list) > 0) {
        if (!attribute_next(&list, &attribute) || attribute.code <= previous ||
            !view_attribute(&attribute, family, view))
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
