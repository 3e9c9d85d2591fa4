/* What a dns probe wants of an answer (RFC 1035 section 4.1). Pure; the records themselves are c-ares' to read. */
#ifndef VIPGATE_HEALTHD_PROBES_DNS_DNS_ANSWER_H
#define VIPGATE_HEALTHD_PROBES_DNS_DNS_ANSWER_H

#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_answer {
    uint16_t id;
    bool truncated;
    uint8_t rcode;
    uint16_t record_count;
};

/* Reads the header. NULL, or what is wrong, as a static string. */
const char *dns_answer_read(struct dns_answer *answer, const uint8_t *data, size_t size);

/* Whether one of the answer's A or AAAA records is ADDRESS. */
bool dns_answer_holds(const uint8_t *data, size_t size, const struct address *address);

#endif
