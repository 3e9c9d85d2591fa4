#include "bgpd/codec/as_path.h"
#include "bgpd/codec/attribute_table.h"

void canonical_attributes_add(struct canonical_attributes *attributes, const struct attribute *attribute)
{
    size_t place = attributes->count++;

    for (; place > 0 && attributes->list[place - 1].code > attribute->code; place--)
        attributes->list[place] = attributes->list[place - 1];
    attributes->list[place] = *attribute;
}

const struct attribute *canonical_attributes_find(const struct canonical_attributes *attributes, uint8_t code)
{
    for (size_t i = 0; i < attributes->count; i++) {
        if (attributes->list[i].code == code)
            return &attributes->list[i];
    }
    return NULL;
}

/* RFC 6793 section 4.2.3: an aggregator that is not AS_TRANS, beside AS4_AGGREGATOR, was set by one that knew nothing
 * of four-octet ASes: what came before it in both AS4 attributes is void. */
static bool as4_is_void(const struct canonical_attributes *attributes)
{
    const struct attribute *aggregator = canonical_attributes_find(attributes, ATTRIBUTE_AGGREGATOR);

    if (!aggregator || !canonical_attributes_find(attributes, ATTRIBUTE_AS4_AGGREGATOR))
        return false;
    struct wire_reader value = aggregator->value;
    return wire_read_u16(&value) != AS_TRANS;
}

/* The length is extended always, as it is known only afterwards. False where it does not hold it. */
static bool write_as_path(struct wire_writer *writer, const struct canonical_attributes *attributes,
                          const struct attribute *attribute, const struct update_session *session)
{
    const struct attribute *as4_path = canonical_attributes_find(attributes, ATTRIBUTE_AS4_PATH);

    wire_write_u8(writer, ATTRIBUTE_TRANSITIVE | ATTRIBUTE_EXTENDED_LENGTH);
    wire_write_u8(writer, ATTRIBUTE_AS_PATH);
    wire_write_u16(writer, 0);
    size_t begin = writer->position;
    if (session->four_octet_as)
        as_path_write(writer, attribute->value, AS_SIZE);
    else if (as4_path && !as4_is_void(attributes))
        as_path_write_merged(writer, attribute->value, as4_path->value);
    else
        as_path_write(writer, attribute->value, AS_SIZE_OLD);
    size_t size = writer->position - begin;
    wire_patch_u16(writer, begin - 2, (uint16_t)size);
    return size <= UINT16_MAX;
}

static void write_value(struct wire_writer *writer, const struct attribute *attribute)
{
    enum { KIND = ATTRIBUTE_OPTIONAL | ATTRIBUTE_TRANSITIVE | ATTRIBUTE_PARTIAL };
    struct wire_reader value = attribute->value;
    size_t size = wire_remaining(&value);

    attribute_write_header(writer, attribute->flags & KIND, attribute->code, size);
    wire_write_bytes(writer, wire_read_bytes(&value, size), size);
}

static void write_aggregator(struct wire_writer *writer, const struct canonical_attributes *attributes,
                             const struct attribute *attribute, const struct update_session *session)
{
    const struct attribute *as4_aggregator = canonical_attributes_find(attributes, ATTRIBUTE_AS4_AGGREGATOR);
    struct wire_reader value = attribute->value;

    if (session->four_octet_as) {
        write_value(writer, attribute);
        return;
    }
    attribute_write_header(writer, ATTRIBUTE_OPTIONAL | ATTRIBUTE_TRANSITIVE, ATTRIBUTE_AGGREGATOR, 8);
    uint32_t as = wire_read_u16(&value);
    if (as4_aggregator && !as4_is_void(attributes)) {
        value = as4_aggregator->value;
        as = wire_read_u32(&value);
    }
    wire_write_u32(writer, as);
    wire_write_u32(writer, wire_read_u32(&value));
}

static void write_mp_next_hop(struct wire_writer *writer, const struct canonical_attributes *attributes)
{
    struct wire_reader next_hop = attributes->mp_next_hop;
    size_t size = wire_remaining(&next_hop);

    attribute_write_header(writer, ATTRIBUTE_OPTIONAL, ATTRIBUTE_MP_REACH_NLRI, 4 + size);
    wire_write_u16(writer, attributes->mp_family);
    wire_write_u8(writer, SAFI_UNICAST);
    wire_write_u8(writer, (uint8_t)size);
    wire_write_bytes(writer, wire_read_bytes(&next_hop, size), size);
}

bool canonical_attributes_write(struct wire_writer *writer, const struct canonical_attributes *attributes,
                                const struct update_session *session)
{
    bool fits = true;

    for (size_t i = 0; i < attributes->count; i++) {
        const struct attribute *attribute = &attributes->list[i];
        switch (attribute->code) {
        case ATTRIBUTE_AS_PATH:
            fits = write_as_path(writer, attributes, attribute, session);
            break;
        case ATTRIBUTE_AGGREGATOR:
            write_aggregator(writer, attributes, attribute, session);
            break;
        case ATTRIBUTE_MP_REACH_NLRI:
            if (attributes->mp_family != FAMILY_NONE)
                write_mp_next_hop(writer, attributes);
            break;
        case ATTRIBUTE_MP_UNREACH_NLRI:
        case ATTRIBUTE_AS4_PATH:
        case ATTRIBUTE_AS4_AGGREGATOR:
        case ATTRIBUTE_AIGP: /* without an AIGP session it is dropped (RFC 7311 section 3.1) */
            break;
        default:
            write_value(writer, attribute);
        }
    }
    return fits && !writer->failed;
}
