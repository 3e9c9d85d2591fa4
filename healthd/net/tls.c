#include "healthd/net/tls.h"

#include "lib/clock.h"
#include "lib/prefix.h"

#include <bsd/string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    LOOK_AGAIN_MS = 1000,
    ERROR_SIZE = 128,
    CHAIN_SIZE_MAX = 64 * 1024, /* of the certificates that a server sends, in octets */
    CHAIN_DEPTH_MAX = 10,
};

/*
 * OpenSSL's defaults without finite-field Diffie-Hellman: there the server chooses the size, and one exchange with 8192
 * or 10000 bits keeps the loop for up to a second. Whoever has no elliptic curves has RSA.
 */
static const char ciphers[] = "DEFAULT:!DHE:!PSK:!SRP";
static const char groups[] = "X25519:P-256:X448:P-384:P-521";

/* Whether a file is still the one that was read. */
struct stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct tls {
    uv_loop_t *loop;
    unsigned uses; /* the owner's, and one for each context */
    LIST_HEAD(contexts, tls_context) contexts;
    pthread_mutex_t lock; /* over what follows, which only threads touch */
    X509_STORE *system;   /* NULL: not read yet */
    struct stamp system_stamp;
};

struct tls_context {
    struct tls *tls;
    char *ca_file, *client_certificate;
    bool verify;
    unsigned uses;
    bool reading; /* a thread is at it, and counts as a use */
    SSL_CTX *ctx; /* NULL: not read yet, or the files can't be used */
    struct stamp stamps[2];
    char error[ERROR_SIZE]; /* "": none */
    uint64_t looked_ms;     /* when the files were last looked at; 0: never */
    TAILQ_HEAD(waits, tls_wait) waits;
    LIST_ENTRY(tls_context) all;
};

/* What a thread gets and gives. */
struct reading {
    uv_work_t work;
    struct tls_context *context; /* its files do not change */
    SSL_CTX *ctx;                /* the result; NULL: the files are as they were, or see error */
    struct stamp stamps[2];      /* as they were, then as they are */
    char error[ERROR_SIZE];
};

/* ---- in a thread ---- */

static bool complain(struct reading *reading, const char *what, const char *path, const char *words)
{
    snprintf(reading->error, sizeof reading->error, "%s %.64s: %s", what, path, words);
    return false;
}

static const char *ssl_words(void)
{
    const char *words = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return words ? words : "it can't be used";
}

static bool take_stamp(struct reading *reading, const char *what, const char *path, struct stamp *stamp)
{
    struct stat status;
    char words[64];

    if (stat(path, &status) < 0)
        return complain(reading, what, path, strerror_r(errno, words, sizeof words));
    if (!S_ISREG(status.st_mode))
        return complain(reading, what, path, "not a regular file");
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

static X509_STORE *load_store(struct reading *reading, const char *what, const char *path)
{
    X509_STORE *store = X509_STORE_new();

    if (store && X509_STORE_load_file(store, path) == 1)
        return store;
    complain(reading, what, path, ssl_words());
    X509_STORE_free(store);
    return NULL;
}

/* One store for all who trust the system's. The caller gets a reference. */
static X509_STORE *system_store(struct reading *reading, const char *path, const struct stamp *stamp)
{
    struct tls *tls = reading->context->tls;
    X509_STORE *store;

    pthread_mutex_lock(&tls->lock);
    if (!tls->system || memcmp(&tls->system_stamp, stamp, sizeof *stamp) != 0) {
        store = load_store(reading, "the system's CA certificates", path);
        if (store) {
            X509_STORE_free(tls->system);
            tls->system = store;
            tls->system_stamp = *stamp;
        }
    }
    store = reading->error[0] ? NULL : tls->system;
    if (store)
        X509_STORE_up_ref(store);
    pthread_mutex_unlock(&tls->lock);
    return store;
}

static bool load_trust(struct reading *reading, SSL_CTX *ctx, const char *path, const struct stamp *stamp)
{
    X509_STORE *store =
        reading->context->ca_file ? load_store(reading, "ca-file", path) : system_store(reading, path, stamp);

    if (store)
        SSL_CTX_set_cert_store(ctx, store); /* takes the reference */
    return store;
}

static bool load_identity(struct reading *reading, SSL_CTX *ctx, const char *path)
{
    if (SSL_CTX_use_certificate_chain_file(ctx, path) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1)
        return complain(reading, "client-certificate", path, ssl_words());
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

static void read_files(uv_work_t *work)
{
    struct reading *reading = work->data;
    const struct tls_context *context = reading->context;
    const char *trust = context->ca_file ? context->ca_file : system_bundle();
    struct stamp stamps[2] = {0};

    if (context->verify &&
        !take_stamp(reading, context->ca_file ? "ca-file" : "the system's CA certificates", trust, &stamps[0]))
        return;
    if (context->client_certificate &&
        !take_stamp(reading, "client-certificate", context->client_certificate, &stamps[1]))
        return;
    if (context->ctx && memcmp(stamps, reading->stamps, sizeof stamps) == 0)
        return;
    memcpy(reading->stamps, stamps, sizeof stamps);
    SSL_CTX *ctx = new_context(context->verify);
    if (!ctx)
        complain(reading, "OpenSSL", "set up", ssl_words());
    else if ((!context->verify || load_trust(reading, ctx, trust, &stamps[0])) &&
             (!context->client_certificate || load_identity(reading, ctx, context->client_certificate)))
        reading->ctx = ctx;
    if (!reading->ctx)
        SSL_CTX_free(ctx);
}

/* ---- in the loop ---- */

static void tell(struct tls_context *context)
{
    struct tls_wait *wait;

    while ((wait = TAILQ_FIRST(&context->waits))) {
        tls_ready *ready = wait->ready;
        tls_context_cancel(wait);
        ready(wait);
    }
}

static void on_read(uv_work_t *work, int status)
{
    struct reading *reading = work->data;
    struct tls_context *context = reading->context;

    (void)status;
    if (reading->ctx) {
        SSL_CTX_free(context->ctx);
        context->ctx = reading->ctx;
        memcpy(context->stamps, reading->stamps, sizeof context->stamps);
    }
    strlcpy(context->error, reading->error, sizeof context->error);
    context->looked_ms = uv_now(context->tls->loop);
    context->reading = false;
    free(reading);
    tell(context);
    tls_context_release(context);
}

/* Without memory nothing is read now, and whoever asks next tries again. */
static bool read_aside(struct tls_context *context)
{
    struct reading *reading = calloc(1, sizeof *reading);

    if (!reading)
        return false;
    reading->context = context;
    reading->work.data = reading;
    memcpy(reading->stamps, context->stamps, sizeof reading->stamps);
    if (uv_queue_work(context->tls->loop, &reading->work, read_files, on_read) != 0) {
        free(reading);
        return false;
    }
    context->reading = true;
    context->uses++;
    return true;
}

struct tls *tls_new(uv_loop_t *loop)
{
    struct tls *tls = calloc(1, sizeof *tls);

    if (!tls)
        return NULL;
    tls->loop = loop;
    tls->uses = 1;
    LIST_INIT(&tls->contexts);
    pthread_mutex_init(&tls->lock, NULL);
    return tls;
}

void tls_free(struct tls *tls)
{
    if (!tls || --tls->uses > 0)
        return;
    X509_STORE_free(tls->system);
    pthread_mutex_destroy(&tls->lock);
    free(tls);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct tls_context *find(struct tls *tls, const char *ca_file, const char *client_certificate, bool verify)
{
    struct tls_context *context;

    LIST_FOREACH(context, &tls->contexts, all)
    {
        if (context->verify == verify && same_text(context->ca_file, ca_file) &&
            same_text(context->client_certificate, client_certificate))
            return context;
    }
    return NULL;
}

static void context_free(struct tls_context *context)
{
    SSL_CTX_free(context->ctx);
    free(context->ca_file);
    free(context->client_certificate);
    free(context);
}

static struct tls_context *add(struct tls *tls, const char *ca_file, const char *client_certificate, bool verify)
{
    struct tls_context *context = calloc(1, sizeof *context);

    if (!context)
        return NULL;
    context->tls = tls;
    context->verify = verify;
    context->ca_file = ca_file ? strdup(ca_file) : NULL;
    context->client_certificate = client_certificate ? strdup(client_certificate) : NULL;
    if (!context->ca_file != !ca_file || !context->client_certificate != !client_certificate) {
        context_free(context);
        return NULL;
    }
    TAILQ_INIT(&context->waits);
    LIST_INSERT_HEAD(&tls->contexts, context, all);
    tls->uses++;
    return context;
}

struct tls_context *tls_context_acquire(struct tls *tls, const char *ca_file, const char *client_certificate,
                                        bool verify)
{
    const char *trusted = verify ? ca_file : NULL;
    struct tls_context *context = find(tls, trusted, client_certificate, verify);

    if (!context)
        context = add(tls, trusted, client_certificate, verify);
    if (!context)
        return NULL;
    context->uses++;
    if (!context->looked_ms && !context->reading)
        read_aside(context);
    return context;
}

void tls_context_release(struct tls_context *context)
{
    if (!context || --context->uses > 0)
        return;
    LIST_REMOVE(context, all);
    tls_free(context->tls);
    context_free(context);
}

bool tls_context_await(struct tls_context *context, struct tls_wait *wait, tls_ready *ready)
{
    bool due = !context->looked_ms || uv_now(context->tls->loop) - context->looked_ms >= LOOK_AGAIN_MS;

    if (due && !context->reading && !read_aside(context))
        strlcpy(context->error, "out of memory", sizeof context->error);
    if (context->looked_ms || !context->reading)
        return false;
    wait->ready = ready;
    wait->context = context;
    TAILQ_INSERT_TAIL(&context->waits, wait, line);
    return true;
}

void tls_context_cancel(struct tls_wait *wait)
{
    if (wait->ready)
        TAILQ_REMOVE(&wait->context->waits, wait, line);
    wait->ready = NULL;
}

const char *tls_context_error(const struct tls_context *context)
{
    return context->error[0] ? context->error : NULL;
}

/* ---- connections ---- */

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

SSL *tls_context_open(struct tls_context *context, const char *name, const char *alpn)
{
    SSL *ssl = SSL_new(context->ctx);

    if (ssl && set_name(ssl, name) && set_alpn(ssl, alpn)) {
        SSL_set_connect_state(ssl);
        return ssl;
    }
    SSL_free(ssl);
    return NULL;
}

enum reason tls_failure(const SSL *ssl, char *words, size_t size)
{
    long verdict = SSL_get_verify_result(ssl);
    bool certificate = SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && verdict != X509_V_OK;

    snprintf(words, size, "%s%s", certificate ? "certificate: " : "TLS: ",
             certificate ? X509_verify_cert_error_string(verdict) : ssl_words());
    ERR_clear_error();
    return certificate ? REASON_CERTIFICATE : REASON_TLS;
}

bool tls_days_left(const SSL *ssl, uint64_t now_us, long *days)
{
    const X509 *certificate = SSL_get0_peer_certificate(ssl);
    struct tm end;

    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
        return false;
    int64_t left = (int64_t)timegm(&end) - (int64_t)(now_us / 1000000);
    *days = (long)(left / 86400 - (left < 0 && left % 86400 != 0));
    return true;
}
