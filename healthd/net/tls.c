#include "healthd/net/tls.h"

#include "healthd/net/tls_files.h"
#include "lib/daemon/beside.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_AGAIN_MS = 5000, TRY_AGAIN_MS = 1000 };

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

/* ---- files ---- */

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
    tls_files_read(files);
    OPENSSL_thread_stop(); /* what OpenSSL keeps for a thread is freed here, while it is sure to be found */
}

static void drop(void *files)
{
    tls_files_free(files);
}

static void on_read(void *user)
{
    struct tls_files *files = user;
    struct tls_context *context = files->user;

    context->reading = NULL;
    context->looked_ms = uv_now(context->tls->loop);
    if (!files->ctx && !files->error[0]) { /* they are the same */
        context->files->error[0] = '\0';
        tls_files_free(files);
    } else {
        tls_files_free(context->files);
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
    struct tls_files *files = tls_files_new(old->ca_file, old->client_certificate, old->verify);

    if (!files)
        return;
    files->known = old->ctx;
    memcpy(files->stamps, old->stamps, sizeof files->stamps);
    files->user = context;
    context->reading = beside_start(context->tls->loop, read_them, on_read, files);
    if (!context->reading)
        tls_files_free(files);
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
    context->files = tls_files_new(ca_file, client_certificate, verify);
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
        beside_abandon(context->reading, drop);
    LIST_REMOVE(context, all);
    tls_files_free(context->files);
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
