/* The TLS leaves that several probe kinds share (grouping tls-options of the schema), for libcurl. */
#ifndef VIPGATE_HEALTHD_PROBES_TLS_SETTINGS_H
#define VIPGATE_HEALTHD_PROBES_TLS_SETTINGS_H

#include "healthd/endpoint.h"
#include "healthd/probe.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_settings {
    char *ca_file;            /* NULL: the system's */
    char *server_name;        /* NULL: the host */
    char *client_certificate; /* PEM with certificate and key; NULL: none */
    bool verify;
    bool certificate_expiry;   /* certificate_days is to be looked at */
    uint16_t certificate_days; /* FAIL when fewer are left */
};

/* Reads them from the kind's container NODE. Release with tls_settings_clear. */
void tls_settings_read(struct tls_settings *tls, const struct lyd_node *node);
void tls_settings_clear(struct tls_settings *tls);

/* Writes the "HOST:PORT" that the URL for libcurl bears into AUTHORITY: that of TARGET, or with server-name that name,
 * for SNI and verification; CONNECT_TO then gets the line that leads to TARGET all the same. */
void tls_settings_authority(const struct tls_settings *tls, const struct endpoint *target,
                            struct curl_slist **connect_to, char authority[static ENDPOINT_TEXT_SIZE]);

/* Sets up EASY, all but server_name, which goes into the URL. False when out of memory. */
bool tls_settings_apply(const struct tls_settings *tls, CURL *easy);

/* Whether the certificate that EASY's finished transfer saw expires too soon at the real time NOW_US; then *DAYS is how
 * many are left, negative after the end. */
bool tls_settings_expires_soon(const struct tls_settings *tls, CURL *easy, uint64_t now_us, long *days);

#endif
