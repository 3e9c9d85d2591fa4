#include "healthd/probes/dns/dns_answer.h"

#include "lib/wire.h"

#include <ares.h>
#include <netdb.h>
#include <string.h>

enum { FLAG_RESPONSE = 0x8000, FLAG_TRUNCATED = 0x0200 };

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
        return "truncated DNS header";
    if (!(flags & FLAG_RESPONSE))
        return "a query, not a response";
    *answer = result;
    return NULL;
}

bool dns_answer_holds(const uint8_t *data, size_t size, const struct address *address)
{
    struct hostent *host = NULL;
    bool found = false;
    int status = address->family == FAMILY_IPV4 ? ares_parse_a_reply(data, (int)size, &host, NULL, NULL)
                                                : ares_parse_aaaa_reply(data, (int)size, &host, NULL, NULL);

    if (status != ARES_SUCCESS)
        return false;
    for (char **at = host->h_addr_list; *at && !found; at++)
        found = memcmp(*at, address->octets, family_octets(address->family)) == 0;
    ares_free_hostent(host);
    return found;
}
