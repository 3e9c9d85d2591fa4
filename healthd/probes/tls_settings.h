/* What tls_settings means to libcurl. */
#ifndef VIPGATE_HEALTHD_PROBES_TLS_SETTINGS_H
#define VIPGATE_HEALTHD_PROBES_TLS_SETTINGS_H

#include "lib/kinds/tls.h"

#include <curl/curl.h>
#include <stdint.h>

/* Sets up EASY, all but server_name, which goes into the URL. False when out of memory. */
bool tls_settings_apply(const struct tls_settings *tls, CURL *easy);

/* Whether the certificate that EASY's finished transfer saw expires too soon at the real time NOW_US; then *DAYS is how
 * many are left, negative after the end. */
bool tls_settings_expires_soon(const struct tls_settings *tls, CURL *easy, uint64_t now_us, long *days);

#endif
