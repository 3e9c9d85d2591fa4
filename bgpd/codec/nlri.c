/* NLRI (RFC 4271 section 4.3): prefixes as a length in bits and as many octets as it needs. */
#include "bgpd/codec/update.h"

#include <string.h>

static size_t octets_of(unsigned bits)
{
    return (bits + 7) / 8;
}

bool nlri_check(struct wire_reader field, uint8_t family)
{
    unsigned bits_max = family_octets(family) * 8;

    while (wire_remaining(&field) > 0) {
        unsigned bits = wire_read_u8(&field);
        if (bits > bits_max || !wire_read_bytes(&field, octets_of(bits)))
            return false;
    }
    return true;
}

/* RFC 4271 section 6.3: a multicast prefix is semantically incorrect, and ignored. */
static bool is_multicast(const struct prefix *prefix)
{
    if (prefix->family == FAMILY_IPV4)
        return prefix->length >= 4 && (prefix->octets[0] & 0xf0) == 0xe0;
    return prefix->length >= 8 && prefix->octets[0] == 0xff;
}

static bool read_prefix(struct nlri *nlri, struct prefix *prefix)
{
    uint8_t bits = wire_read_u8(&nlri->reader);
    const uint8_t *octets = wire_read_bytes(&nlri->reader, octets_of(bits));

    if (!octets || bits > family_octets(nlri->family) * 8)
        return false;
    *prefix = (struct prefix){.family = nlri->family, .length = bits};
    memcpy(prefix->octets, octets, octets_of(bits));
    if (bits % 8 != 0)
        prefix->octets[bits / 8] &= (uint8_t)(0xff00 >> bits % 8);
    return true;
}

bool nlri_next(struct nlri *nlri, struct prefix *prefix)
{
    while (wire_remaining(&nlri->reader) > 0) {
        if (!read_prefix(nlri, prefix))
            return false;
        if (!is_multicast(prefix))
            return true;
    }
    return false;
}

size_t nlri_take(struct nlri *nlri, struct prefix *prefixes, size_t limit)
{
    size_t count = 0;

    while (count < limit && nlri_next(nlri, &prefixes[count]))
        count++;
    return count;
}

size_t nlri_size(const struct prefix *prefix)
{
    return 1 + octets_of(prefix->length);
}

void nlri_write(struct wire_writer *writer, const struct prefix *prefix)
{
    wire_write_u8(writer, prefix->length);
    wire_write_bytes(writer, prefix->octets, octets_of(prefix->length));
}
