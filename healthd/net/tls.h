/*
 * TLS for probes, by OpenSSL: what checks that name the same files have in common. Files are read in a thread, once for
 * all such checks, and checked again every few seconds while they are used: a renewed certificate needs no reload.
 */
#ifndef VIPGATE_HEALTHD_NET_TLS_H
#define VIPGATE_HEALTHD_NET_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <uv.h>

struct tls;
struct tls_context;
struct tls_wait;

/* The files have been read, with or without success. */
typedef void tls_ready(struct tls_wait *wait);

/* Somebody who waits for files; lives in what waits. Zeroed: not waiting. */
struct tls_wait {
    tls_ready *ready; /* NULL: not waiting */
    struct tls_context *context;
    TAILQ_ENTRY(tls_wait) line;
};

/* NULL when out of memory. Freeing: every context has been released. NULL is nothing. */
struct tls *tls_new(uv_loop_t *loop);
void tls_free(struct tls *tls);

/* What connections that trust CA_FILE (NULL: the system's) and show CLIENT_CERTIFICATE (PEM with certificate and key;
 * NULL: none) have in common; without VERIFY nothing is trusted, and CA_FILE not read. Begins to read. NULL when out of
 * memory. */
struct tls_context *tls_context_acquire(struct tls *tls, const char *ca_file, const char *client_certificate,
                                        bool verify);
void tls_context_release(struct tls_context *context); /* NULL is nothing; nobody waits */

/* True: READY will be called, never from within, unless tls_context_cancel comes first. False: the files have been
 * read before. */
bool tls_context_await(struct tls_context *context, struct tls_wait *wait, tls_ready *ready);
void tls_context_cancel(struct tls_wait *wait);

/* Why the files can't be used, in words, or NULL. */
const char *tls_context_error(const struct tls_context *context);

/* For the connections; NULL while the files can't be used. */
SSL_CTX *tls_context_ssl(const struct tls_context *context);

#endif
