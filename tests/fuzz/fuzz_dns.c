/* Any message as an answer to the dns probe: its header is ours to read, its records c-ares'. */
#include "healthd/probes/dns/dns_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct address ipv4 = {.family = FAMILY_IPV4, .octets = {192, 0, 2, 1}};
    const struct address ipv6 = {.family = FAMILY_IPV6, .octets = {0x20, 0x01, 0x0d, 0xb8}};
    struct dns_answer answer;

    if (size > 65535 || dns_answer_read(&answer, data, size) != NULL)
        return 0;
    dns_answer_holds(data, size, &ipv4);
    dns_answer_holds(data, size, &ipv6);
    return 0;
}
