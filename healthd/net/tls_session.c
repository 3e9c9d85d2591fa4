#include "healthd/net/tls_session.h"

#include "lib/prefix.h"

#include <bsd/string.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tls_session {
    SSL *ssl;
    BIO *in, *out; /* SSL's own */
    bool failed;
};

/* ---- life ---- */

/* The name goes out as SNI (RFC 6066 section 3: without the last dot, and never an address) and is what the
 * certificate is held against. */
static bool set_name(SSL *ssl, const char *name)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    struct address address;
    char host[256];

    if (address_parse(&address, name))
        return X509_VERIFY_PARAM_set1_ip(param, address.octets, family_octets(address.family)) == 1;
    size_t length = strlcpy(host, name, sizeof host);
    if (length > 1 && length < sizeof host && host[length - 1] == '.')
        host[length - 1] = '\0';
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static bool set_alpn(SSL *ssl, const char *alpn)
{
    unsigned char line[32];
    size_t length = strlcpy((char *)line + 1, alpn, sizeof line - 1);

    line[0] = (unsigned char)length;
    return SSL_set_alpn_protos(ssl, line, (unsigned)length + 1) == 0;
}

static bool set_up(struct tls_session *session, struct tls_context *context, const char *name, const char *alpn)
{
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

    session->ssl = SSL_new(tls_context_ssl(context));
    if (!session->ssl || !in || !out) {
        BIO_free(in);
        BIO_free(out);
        return false;
    }
    session->in = in;
    session->out = out;
    SSL_set_bio(session->ssl, in, out);
    SSL_set_connect_state(session->ssl);
    return set_name(session->ssl, name) && set_alpn(session->ssl, alpn);
}

struct tls_session *tls_session_new(struct tls_context *context, const char *name, const char *alpn)
{
    struct tls_session *session = calloc(1, sizeof *session);

    if (session && set_up(session, context, name, alpn))
        return session;
    tls_session_free(session);
    return NULL;
}

void tls_session_free(struct tls_session *session)
{
    if (session)
        SSL_free(session->ssl);
    free(session);
    ERR_clear_error();
}

/* ---- octets ---- */

bool tls_session_feed(struct tls_session *session, const uint8_t *bytes, size_t size)
{
    return BIO_write(session->in, bytes, (int)size) == (int)size;
}

bool tls_session_has_more(const struct tls_session *session)
{
    return BIO_pending(session->in) > 0;
}

const uint8_t *tls_session_say(struct tls_session *session, size_t *size)
{
    static uint8_t bytes[16 * 1024];
    int count = BIO_read(session->out, bytes, sizeof bytes);

    *size = count > 0 ? (size_t)count : 0;
    return bytes;
}

static enum tls_progress progress_of(struct tls_session *session, int result)
{
    switch (result > 0 ? SSL_ERROR_NONE : SSL_get_error(session->ssl, result)) {
    case SSL_ERROR_NONE:
        return TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return TLS_MORE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    default:
        session->failed = true;
        return TLS_FAILED;
    }
}

enum tls_progress tls_session_handshake(struct tls_session *session)
{
    ERR_clear_error();
    enum tls_progress progress = progress_of(session, SSL_do_handshake(session->ssl));
    session->failed |= progress == TLS_CLOSED;
    return progress == TLS_CLOSED ? TLS_FAILED : progress;
}

enum tls_progress tls_session_read(struct tls_session *session, uint8_t *bytes, size_t size, size_t *count)
{
    ERR_clear_error();
    return progress_of(session, SSL_read_ex(session->ssl, bytes, size, count));
}

bool tls_session_write(struct tls_session *session, const void *bytes, size_t size)
{
    size_t written;

    return size == 0 || SSL_write_ex(session->ssl, bytes, size, &written) == 1;
}

void tls_session_close(struct tls_session *session)
{
    if (!session->failed && SSL_is_init_finished(session->ssl))
        SSL_shutdown(session->ssl);
}

/* ---- what is known of the server ---- */

enum reason tls_session_failure(struct tls_session *session, char *words, size_t size)
{
    long verdict = SSL_get_verify_result(session->ssl);
    bool certificate = SSL_get_verify_mode(session->ssl) != SSL_VERIFY_NONE && verdict != X509_V_OK;
    const char *why =
        certificate ? X509_verify_cert_error_string(verdict) : ERR_reason_error_string(ERR_peek_last_error());

    snprintf(words, size, "%s: %s", certificate ? "certificate" : "TLS", why ? why : "failed");
    ERR_clear_error();
    return certificate ? REASON_CERTIFICATE : REASON_TLS;
}

bool tls_session_chose(const struct tls_session *session, const char *alpn)
{
    const unsigned char *chosen = NULL;
    unsigned length = 0;

    SSL_get0_alpn_selected(session->ssl, &chosen, &length);
    return length == strlen(alpn) && memcmp(chosen, alpn, length) == 0;
}

bool tls_session_days_left(const struct tls_session *session, uint64_t now_us, long *days)
{
    const X509 *certificate = SSL_get0_peer_certificate(session->ssl);
    struct tm end;

    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
        return false;
    int64_t left = (int64_t)timegm(&end) - (int64_t)(now_us / 1000000);
    *days = (long)(left / 86400 - (left < 0 && left % 86400 != 0));
    return true;
}
