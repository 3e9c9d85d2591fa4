#include "healthd/net/openssl.h"

#include <dlfcn.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>

#define LIBRARY "libssl.so." OPENSSL_MSTR(OPENSSL_SHLIB_VERSION)

/* clang-format off */
#define FUNCTIONS(F) \
    F(int, ASN1_TIME_to_tm, (const ASN1_TIME *a, struct tm *b), (a, b)) \
    F(long, BIO_ctrl, (BIO *a, int b, long c, void *d), (a, b, c, d)) \
    F(int, BIO_free, (BIO *a), (a)) \
    F(BIO *, BIO_new, (const BIO_METHOD *a), (a)) \
    F(int, BIO_read, (BIO *a, void *b, int c), (a, b, c)) \
    F(const BIO_METHOD *, BIO_s_mem, (void), ()) \
    F(int, BIO_write, (BIO *a, const void *b, int c), (a, b, c)) \
    F(void, ERR_clear_error, (void), ()) \
    F(unsigned long, ERR_peek_last_error, (void), ()) \
    F(const char *, ERR_reason_error_string, (unsigned long a), (a)) \
    F(int, OPENSSL_init_crypto, (uint64_t a, const OPENSSL_INIT_SETTINGS *b), (a, b)) \
    F(void, OPENSSL_thread_stop, (void), ()) \
    F(int, SSL_CTX_check_private_key, (const SSL_CTX *a), (a)) \
    F(long, SSL_CTX_ctrl, (SSL_CTX *a, int b, long c, void *d), (a, b, c, d)) \
    F(void, SSL_CTX_free, (SSL_CTX *a), (a)) \
    F(SSL_CTX *, SSL_CTX_new, (const SSL_METHOD *a), (a)) \
    F(void, SSL_CTX_set_cert_store, (SSL_CTX *a, X509_STORE *b), (a, b)) \
    F(int, SSL_CTX_set_cipher_list, (SSL_CTX *a, const char *b), (a, b)) \
    F(void, SSL_CTX_set_default_passwd_cb, (SSL_CTX *a, pem_password_cb *b), (a, b)) \
    F(uint64_t, SSL_CTX_set_options, (SSL_CTX *a, uint64_t b), (a, b)) \
    F(void, SSL_CTX_set_verify, (SSL_CTX *a, int b, SSL_verify_cb c), (a, b, c)) \
    F(void, SSL_CTX_set_verify_depth, (SSL_CTX *a, int b), (a, b)) \
    F(int, SSL_CTX_use_PrivateKey_file, (SSL_CTX *a, const char *b, int c), (a, b, c)) \
    F(int, SSL_CTX_use_certificate_chain_file, (SSL_CTX *a, const char *b), (a, b)) \
    F(long, SSL_ctrl, (SSL *a, int b, long c, void *d), (a, b, c, d)) \
    F(int, SSL_do_handshake, (SSL *a), (a)) \
    F(void, SSL_free, (SSL *a), (a)) \
    F(void, SSL_get0_alpn_selected, (const SSL *a, const unsigned char **b, unsigned int *c), (a, b, c)) \
    F(X509_VERIFY_PARAM *, SSL_get0_param, (SSL *a), (a)) \
    F(X509 *, SSL_get0_peer_certificate, (const SSL *a), (a)) \
    F(int, SSL_get_error, (const SSL *a, int b), (a, b)) \
    F(int, SSL_get_verify_mode, (const SSL *a), (a)) \
    F(long, SSL_get_verify_result, (const SSL *a), (a)) \
    F(SSL *, SSL_new, (SSL_CTX *a), (a)) \
    F(int, SSL_is_init_finished, (const SSL *a), (a)) \
    F(int, SSL_read_ex, (SSL *a, void *b, size_t c, size_t *d), (a, b, c, d)) \
    F(int, SSL_set_alpn_protos, (SSL *a, const unsigned char *b, unsigned int c), (a, b, c)) \
    F(void, SSL_set_bio, (SSL *a, BIO *b, BIO *c), (a, b, c)) \
    F(void, SSL_set_connect_state, (SSL *a), (a)) \
    F(int, SSL_shutdown, (SSL *a), (a)) \
    F(int, SSL_write_ex, (SSL *a, const void *b, size_t c, size_t *d), (a, b, c, d)) \
    F(const SSL_METHOD *, TLS_client_method, (void), ()) \
    F(void, X509_STORE_free, (X509_STORE *a), (a)) \
    F(int, X509_STORE_load_file, (X509_STORE *a, const char *b), (a, b)) \
    F(X509_STORE *, X509_STORE_new, (void), ()) \
    F(int, X509_STORE_up_ref, (X509_STORE *a), (a)) \
    F(int, X509_VERIFY_PARAM_set1_host, (X509_VERIFY_PARAM *a, const char *b, size_t c), (a, b, c)) \
    F(int, X509_VERIFY_PARAM_set1_ip, (X509_VERIFY_PARAM *a, const unsigned char *b, size_t c), (a, b, c)) \
    F(void, X509_VERIFY_PARAM_set_hostflags, (X509_VERIFY_PARAM *a, unsigned int b), (a, b)) \
    F(const ASN1_TIME *, X509_get0_notAfter, (const X509 *a), (a)) \
    F(const char *, X509_get_default_cert_file, (void), ()) \
    F(const char *, X509_get_default_cert_file_env, (void), ()) \
    F(const char *, X509_verify_cert_error_string, (long a), (a))
/* clang-format on */

#define POINTER(type, name, parameters, arguments) type(*name) parameters;

static struct {
    FUNCTIONS(POINTER)
} openssl;

#define PASS_ON(type, name, parameters, arguments)                                                                     \
    type name parameters                                                                                               \
    {                                                                                                                  \
        return openssl.name ? openssl.name arguments : (type)0;                                                        \
    }

FUNCTIONS(PASS_ON)

static char wrong[256];

static void *find(void *library, const char *name)
{
    void *function = library ? dlsym(library, name) : NULL;

    if (!function && !wrong[0])
        snprintf(wrong, sizeof wrong, "cannot load OpenSSL: %s", dlerror());
    return function;
}

#define FIND(type, name, parameters, arguments) openssl.name = (type(*) parameters)find(library, #name);

static void load(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    FUNCTIONS(FIND)
    if (!wrong[0])
        OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL); /* a thread may still be at work when the program ends */
}

const char *openssl_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return wrong[0] ? wrong : NULL;
}
