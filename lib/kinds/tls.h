/* The TLS leaves that several probe kinds share (grouping tls-options of the schema). */
#ifndef VIPGATE_LIB_KINDS_TLS_H
#define VIPGATE_LIB_KINDS_TLS_H

#include "lib/kinds/endpoint.h"
#include "lib/kinds/kind.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_settings {
    const char *ca_file;            /* NULL: the system's */
    const char *server_name;        /* NULL: the host */
    const char *client_certificate; /* PEM with certificate and key; NULL: none */
    bool verify;
    bool certificate_expiry;   /* certificate_days is to be looked at */
    uint16_t certificate_days; /* FAIL when fewer are left */
};

/* Reads them from the kind's container NODE. */
void tls_settings_read(struct tls_settings *tls, const struct lyd_node *node, const struct kind_room *room);

/* Writes the "HOST:PORT" that the URL for libcurl bears into AUTHORITY: that of TARGET, or with server-name that name,
 * for SNI and verification; CONNECT_TO then gets the line that leads to TARGET all the same. */
void tls_settings_authority(const struct tls_settings *tls, const struct endpoint *target,
                            struct curl_slist **connect_to, char authority[static ENDPOINT_TEXT_SIZE],
                            const struct kind_room *room);

#endif
