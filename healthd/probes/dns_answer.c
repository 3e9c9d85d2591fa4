#include "healthd/probes/dns_answer.h"

#include "lib/wire.h"

#include <ares.h>
#include <string.h>

enum { RECORDS_MAX = 64, FLAG_RESPONSE = 0x8000, FLAG_TRUNCATED = 0x0200 };

const char *dns_answer_read(struct dns_answer *answer, const uint8_t *data, size_t size)
{
    struct wire_reader reader = wire_reader_of(data, size);
    struct dns_answer result = {.id = wire_read_u16(&reader)};
    uint16_t flags = wire_read_u16(&reader);

    wire_read_u16(&reader); /* questions */
    result.record_count = wire_read_u16(&reader);
    wire_read_u32(&reader); /* authority, additional */
    result.truncated = flags & FLAG_TRUNCATED;
    result.rcode = flags & 15;
    if (reader.failed)
        return "less than a DNS header";
    if (!(flags & FLAG_RESPONSE))
        return "a query, not a response";
    *answer = result;
    return NULL;
}

static bool holds_ipv4(const uint8_t *data, size_t size, const struct address *address)
{
    struct ares_addrttl records[RECORDS_MAX];
    int count = RECORDS_MAX;

    if (ares_parse_a_reply(data, (int)size, NULL, records, &count) != ARES_SUCCESS)
        return false;
    for (int i = 0; i < count; i++) {
        if (memcmp(&records[i].ipaddr, address->octets, 4) == 0)
            return true;
    }
    return false;
}

static bool holds_ipv6(const uint8_t *data, size_t size, const struct address *address)
{
    struct ares_addr6ttl records[RECORDS_MAX];
    int count = RECORDS_MAX;

    if (ares_parse_aaaa_reply(data, (int)size, NULL, records, &count) != ARES_SUCCESS)
        return false;
    for (int i = 0; i < count; i++) {
        if (memcmp(&records[i].ip6addr, address->octets, 16) == 0)
            return true;
    }
    return false;
}

bool dns_answer_holds(const uint8_t *data, size_t size, const struct address *address)
{
    return address->family == FAMILY_IPV4 ? holds_ipv4(data, size, address) : holds_ipv6(data, size, address);
}
