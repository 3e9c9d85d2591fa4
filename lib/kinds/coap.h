/* The settings of the coap probe. */
#ifndef VIPGATE_LIB_KINDS_COAP_H
#define VIPGATE_LIB_KINDS_COAP_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"

#include <stdint.h>

struct coap_settings {
    struct endpoint target;
    const char *uri;
    const char *path; /* after the authority, with the query; "" where there is none */
    bool ping;
    uint8_t expect_code;
};

extern const struct kind kind_coap;

#endif
