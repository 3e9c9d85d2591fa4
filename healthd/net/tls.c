#include "healthd/net/tls.h"

#include "healthd/net/openssl.h"
#include "lib/daemon/beside.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHAIN_SIZE_MAX = 64 * 1024, /* of the certificates that a server sends, in octets */
    CHAIN_DEPTH_MAX = 10,
    LOOK_AGAIN_MS = 5000,
    TRY_AGAIN_MS = 1000,
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

/* The files behind a context. Reading them may wait for a disk and takes some 30 ms for the system's bundle, so it is
 * done in a thread, which touches nothing but its struct tls_files. */
struct tls_files {
    char *ca_file;            /* NULL: the system's */
    char *client_certificate; /* NULL: none */
    bool verify;              /* else ca_file is not read */
    bool known;               /* STAMPS are of what was read before: the same need not be read again */
    struct stamp stamps[2];
    SSL_CTX *ctx;    /* what was made of them; NULL: they are the same, or see error */
    char error[128]; /* what is wrong, "": nothing */
    void *user;
};

struct tls {
    uv_loop_t *loop;
    LIST_HEAD(contexts, tls_context) contexts;
};

struct tls_context {
    struct tls *tls;
    struct tls_files *files; /* as they were read; ctx is here, NULL while it can't be used */
    struct beside *reading;  /* a thread is at it; NULL: none */
    unsigned uses;
    uint64_t looked_ms; /* when the files were last looked at; 0: never */
    TAILQ_HEAD(waits, tls_wait) waits;
    LIST_ENTRY(tls_context) all;
};

/* ---- files, in a thread ---- */

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

static bool take_stamp(struct tls_files *files, const char *what, const char *path, struct stamp *stamp)
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
static X509_STORE *system_store(struct tls_files *files, const char *path, const struct stamp *stamp)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static X509_STORE *system;
    static struct stamp of;
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

static bool load_trust(struct tls_files *files, SSL_CTX *ctx, const char *path, const struct stamp *stamp)
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

/* Fills in stamps, and ctx or error. */
static void read_files(struct tls_files *files)
{
    const char *what = files->ca_file ? "ca-file" : "the system's CA certificates";
    const char *wrong = openssl_load(), *trust;
    struct stamp stamps[2] = {0};

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

static void files_free(void *user)
{
    struct tls_files *files = user;

    if (!files)
        return;
    SSL_CTX_free(files->ctx);
    free(files->ca_file);
    free(files->client_certificate);
    free(files);
}

/* With copies of the names; NULL when out of memory. */
static struct tls_files *files_new(const char *ca_file, const char *client_certificate, bool verify)
{
    struct tls_files *files = calloc(1, sizeof *files);

    if (!files)
        return NULL;
    files->ca_file = ca_file ? strdup(ca_file) : NULL;
    files->client_certificate = client_certificate ? strdup(client_certificate) : NULL;
    files->verify = verify;
    if (!files->ca_file == !ca_file && !files->client_certificate == !client_certificate)
        return files;
    files_free(files);
    return NULL;
}

/* ---- when they are read ---- */

static void tell(struct tls_context *context)
{
    struct tls_wait *wait;

    while ((wait = TAILQ_FIRST(&context->waits))) {
        tls_ready *ready = wait->ready;
        tls_context_cancel(wait);
        ready(wait);
    }
}

static void read_them(void *files)
{
    read_files(files);
    OPENSSL_thread_stop(); /* what OpenSSL keeps for a thread is freed here, while it is sure to be found */
}

static void on_read(void *user)
{
    struct tls_files *files = user;
    struct tls_context *context = files->user;

    context->reading = NULL;
    context->looked_ms = uv_now(context->tls->loop);
    if (!files->ctx && !files->error[0]) { /* they are the same */
        context->files->error[0] = '\0';
        files_free(files);
    } else {
        files_free(context->files);
        context->files = files;
    }
    context->uses++; /* while we speak to it */
    tell(context);
    tls_context_release(context);
}

/* Where that can't be had now, whoever asks next tries again. */
static void read_aside(struct tls_context *context)
{
    const struct tls_files *old = context->files;
    struct tls_files *files = files_new(old->ca_file, old->client_certificate, old->verify);

    if (!files)
        return;
    files->known = old->ctx;
    memcpy(files->stamps, old->stamps, sizeof files->stamps);
    files->user = context;
    context->reading = beside_start(context->tls->loop, read_them, on_read, files);
    if (!context->reading)
        files_free(files);
}

/* ---- contexts ---- */

struct tls *tls_new(uv_loop_t *loop)
{
    struct tls *tls = calloc(1, sizeof *tls);

    if (!tls)
        return NULL;
    tls->loop = loop;
    LIST_INIT(&tls->contexts);
    return tls;
}

void tls_free(struct tls *tls)
{
    OPENSSL_thread_stop();
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
        const struct tls_files *files = context->files;
        if (files->verify == verify && same_text(files->ca_file, ca_file) &&
            same_text(files->client_certificate, client_certificate))
            return context;
    }
    return NULL;
}

static struct tls_context *add(struct tls *tls, const char *ca_file, const char *client_certificate, bool verify)
{
    struct tls_context *context = calloc(1, sizeof *context);

    if (!context)
        return NULL;
    context->tls = tls;
    context->files = files_new(ca_file, client_certificate, verify);
    if (!context->files) {
        free(context);
        return NULL;
    }
    TAILQ_INIT(&context->waits);
    LIST_INSERT_HEAD(&tls->contexts, context, all);
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
    if (context->reading)
        beside_abandon(context->reading, files_free);
    LIST_REMOVE(context, all);
    files_free(context->files);
    free(context);
}

bool tls_context_await(struct tls_context *context, struct tls_wait *wait, tls_ready *ready)
{
    uint64_t pause_ms = context->files->error[0] ? TRY_AGAIN_MS : LOOK_AGAIN_MS;

    if (!context->reading && (!context->looked_ms || uv_now(context->tls->loop) - context->looked_ms >= pause_ms))
        read_aside(context);
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
    const struct tls_files *files = context->files;

    if (files->error[0])
        return files->error;
    return files->ctx ? NULL : "no memory or thread to read certificates";
}

SSL_CTX *tls_context_ssl(const struct tls_context *context)
{
    return context->files->ctx;
}
