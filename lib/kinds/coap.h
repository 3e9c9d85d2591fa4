/* The settings of the coap probe. */
#ifndef VIPGATE_LIB_KINDS_COAP_H
#define VIPGATE_LIB_KINDS_COAP_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"

#include <stdint.h>

enum coap_option_number { COAP_URI_HOST = 3, COAP_URI_PATH = 11, COAP_URI_QUERY = 15 };

/* VALUE may hold any octet. */
struct coap_option {
    enum coap_option_number number;
    const char *value;
    size_t length; /* at most 255 */
};

struct coap_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    size_t option_count;
    struct coap_option *options; /* what the URI asks for (RFC 7252 section 6.4), in ascending order */
    bool ping;
    uint8_t expect_code;
};

#endif
