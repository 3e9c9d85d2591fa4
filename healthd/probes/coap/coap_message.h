/* CoAP messages (RFC 7252 section 3), as far as a probe needs them. Pure. */
#ifndef VIPGATE_HEALTHD_PROBES_COAP_COAP_MESSAGE_H
#define VIPGATE_HEALTHD_PROBES_COAP_COAP_MESSAGE_H

#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum coap_type { COAP_CONFIRMABLE, COAP_NON_CONFIRMABLE, COAP_ACKNOWLEDGEMENT, COAP_RESET };

enum { COAP_EMPTY = 0x00, COAP_GET = 0x01, COAP_TOKEN_MAX = 8 };

struct coap_message {
    enum coap_type type;
    uint8_t code; /* class in the upper three bits, detail in the lower five */
    uint16_t id;
    uint8_t token_length;
    uint8_t token[COAP_TOKEN_MAX];
};

/* Appends the header and token. */
void coap_write_header(struct wire_writer *writer, const struct coap_message *message);

/* Appends one option; NUMBER is not below *PREVIOUS, the number of the option before it, which is updated. */
void coap_write_option(struct wire_writer *writer, unsigned *previous, unsigned number, const char *value,
                       size_t length);

/* Reads a whole datagram, its options and payload included. NULL, or what is wrong with it, as a static string. */
const char *coap_read(struct coap_message *message, const uint8_t *data, size_t size);

#endif
