#include "healthd/probes/tls_settings.h"

#include <string.h>
#include <time.h>

bool tls_settings_apply(const struct tls_settings *tls, CURL *easy)
{
    CURLcode code = CURLE_OK;

    /* A resumed session shows no certificate, and an expired one would go unnoticed. */
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls->verify ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls->verify ? 2L : 0L);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, tls->certificate_expiry ? 1L : 0L);
    if (tls->ca_file)
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file);
    if (tls->client_certificate && code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->client_certificate);
    if (tls->client_certificate && code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SSLKEY, tls->client_certificate);
    return code == CURLE_OK;
}

/* The end of the server's own certificate, the first of its chain. False where there is none. */
static bool read_expiry(CURL *easy, time_t *expiry)
{
    static const char name[] = "Expire date:";
    struct curl_certinfo *chain = NULL;
    struct tm utc = {0};

    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1)
        return false;
    for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next) {
        if (strncmp(line->data, name, strlen(name)) != 0)
            continue;
        if (!strptime(line->data + strlen(name), "%b %d %H:%M:%S %Y", &utc))
            return false;
        *expiry = timegm(&utc);
        return true;
    }
    return false;
}

bool tls_settings_expires_soon(const struct tls_settings *tls, CURL *easy, uint64_t now_us, long *days)
{
    time_t expiry;

    if (!tls->certificate_expiry || !read_expiry(easy, &expiry))
        return false;
    int64_t left = (int64_t)expiry - (int64_t)(now_us / 1000000);
    *days = (long)(left / 86400 - (left < 0 && left % 86400 != 0));
    return left < (int64_t)tls->certificate_days * 86400;
}
