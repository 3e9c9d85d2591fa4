#include "healthd/net/tls_files.h"

#include "healthd/net/openssl.h"
#include "lib/errno_text.h"

#include <bsd/string.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHAIN_SIZE_MAX = 64 * 1024, /* of the certificates that a server sends, in octets */
    CHAIN_DEPTH_MAX = 10,
};

/*
 * OpenSSL's defaults without finite-field Diffie-Hellman: there the server chooses the size, and one exchange with 8192
 * or 10000 bits keeps the loop for up to a second. Whoever has no elliptic curves has RSA.
 */
static const char ciphers[] = "DEFAULT:!DHE:!PSK:!SRP";
static const char groups[] = "X25519:P-256:X448:P-384:P-521";

static bool complain(struct tls_files *files, const char *what, const char *path, const char *words)
{
    snprintf(files->error, sizeof files->error, "%s %.64s: %s", what, path, words);
    return false;
}

static const char *ssl_words(void)
{
    const char *words = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return words ? words : "cannot be used";
}

static bool take_stamp(struct tls_files *files, const char *what, const char *path, struct tls_stamp *stamp)
{
    struct stat status;
    char words[ERRNO_TEXT_SIZE];

    if (stat(path, &status) < 0)
        return complain(files, what, path, errno_text(errno, words));
    if (!S_ISREG(status.st_mode))
        return complain(files, what, path, "not a regular file");
    memset(stamp, 0, sizeof *stamp);
    stamp->device = status.st_dev;
    stamp->inode = status.st_ino;
    stamp->size = status.st_size;
    stamp->modified = status.st_mtim;
    stamp->changed = status.st_ctim;
    return true;
}

/* The certificates that this machine trusts, all in one file: a folder of them would be read during a handshake. */
static const char *system_bundle(void)
{
    static const char *const usual[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"};
    const char *named = getenv(X509_get_default_cert_file_env());

    if (named)
        return named;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (access(usual[i], R_OK) == 0)
            return usual[i];
    }
    return X509_get_default_cert_file();
}

static X509_STORE *load_store(struct tls_files *files, const char *what, const char *path)
{
    X509_STORE *store = X509_STORE_new();

    if (store && X509_STORE_load_file(store, path) == 1)
        return store;
    complain(files, what, path, ssl_words());
    X509_STORE_free(store);
    return NULL;
}

/* One store for all who trust the system's. The caller gets a reference. */
static X509_STORE *system_store(struct tls_files *files, const char *path, const struct tls_stamp *stamp)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static X509_STORE *system;
    static struct tls_stamp of;
    X509_STORE *store;

    pthread_mutex_lock(&lock);
    if (!system || memcmp(&of, stamp, sizeof of) != 0) {
        X509_STORE_free(system);
        system = load_store(files, "the system's CA certificates", path);
        of = *stamp;
    }
    store = system;
    if (store)
        X509_STORE_up_ref(store);
    pthread_mutex_unlock(&lock);
    return store;
}

static bool load_trust(struct tls_files *files, SSL_CTX *ctx, const char *path, const struct tls_stamp *stamp)
{
    X509_STORE *store = files->ca_file ? load_store(files, "ca-file", path) : system_store(files, path, stamp);

    if (store)
        SSL_CTX_set_cert_store(ctx, store); /* takes the reference */
    return store;
}

static bool load_identity(struct tls_files *files, SSL_CTX *ctx, const char *path)
{
    if (SSL_CTX_use_certificate_chain_file(ctx, path) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1)
        return complain(files, "client-certificate", path, ssl_words());
    return true;
}

/* Nobody is there to type the passphrase of a key. */
static int no_passphrase(char *text, int size, int writing, void *user)
{
    (void)text;
    (void)size;
    (void)writing;
    (void)user;
    return -1;
}

static SSL_CTX *new_context(bool verify)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 || SSL_CTX_set_cipher_list(ctx, ciphers) != 1 ||
        SSL_CTX_set1_groups_list(ctx, groups) != 1) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    /* A resumed session shows no certificate, and an expired one would go unnoticed. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* SSL_read is back after each record, so that what a server makes us do can be counted. */
    SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_max_cert_list(ctx, CHAIN_SIZE_MAX);
    SSL_CTX_set_verify_depth(ctx, CHAIN_DEPTH_MAX);
    SSL_CTX_set_verify(ctx, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
    return ctx;
}

void tls_files_read(struct tls_files *files)
{
    const char *what = files->ca_file ? "ca-file" : "the system's CA certificates";
    const char *wrong = openssl_load(), *trust;
    struct tls_stamp stamps[2] = {0};

    if (wrong) {
        strlcpy(files->error, wrong, sizeof files->error);
        return;
    }
    trust = files->ca_file ? files->ca_file : system_bundle();
    if (files->verify && !take_stamp(files, what, trust, &stamps[0]))
        return;
    if (files->client_certificate && !take_stamp(files, "client-certificate", files->client_certificate, &stamps[1]))
        return;
    if (files->known && memcmp(stamps, files->stamps, sizeof stamps) == 0)
        return;
    memcpy(files->stamps, stamps, sizeof stamps);
    files->ctx = new_context(files->verify);
    if (!files->ctx)
        complain(files, "OpenSSL", "context", ssl_words());
    else if ((files->verify && !load_trust(files, files->ctx, trust, &stamps[0])) ||
             (files->client_certificate && !load_identity(files, files->ctx, files->client_certificate))) {
        SSL_CTX_free(files->ctx);
        files->ctx = NULL;
    }
}

struct tls_files *tls_files_new(const char *ca_file, const char *client_certificate, bool verify)
{
    struct tls_files *files = calloc(1, sizeof *files);

    if (!files)
        return NULL;
    files->ca_file = ca_file ? strdup(ca_file) : NULL;
    files->client_certificate = client_certificate ? strdup(client_certificate) : NULL;
    files->verify = verify;
    if (!files->ca_file == !ca_file && !files->client_certificate == !client_certificate)
        return files;
    tls_files_free(files);
    return NULL;
}

void tls_files_free(struct tls_files *files)
{
    if (!files)
        return;
    SSL_CTX_free(files->ctx);
    free(files->ca_file);
    free(files->client_certificate);
    free(files);
}
