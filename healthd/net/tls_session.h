/*
 * The client's side of one TLS connection, by OpenSSL. Pure: octets of the connection in and out, and it touches no
 * socket, so that OpenSSL can't go on longer than what it was given.
 */
#ifndef VIPGATE_HEALTHD_NET_TLS_SESSION_H
#define VIPGATE_HEALTHD_NET_TLS_SESSION_H

#include "healthd/net/tls.h"
#include "healthd/probe/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tls_session;

enum tls_progress {
    TLS_DONE,   /* the handshake, or some content */
    TLS_MORE,   /* not yet: with what else was fed, or with what is to come */
    TLS_CLOSED, /* the server has said that it closes */
    TLS_FAILED, /* see tls_session_failure */
};

/* With NAME, a host's name or address, which the certificate must bear where it is verified. ALPN is the one protocol
 * offered: "http/1.1", "h2". NULL when out of memory. */
struct tls_session *tls_session_new(struct tls_context *context, const char *name, const char *alpn);
void tls_session_free(struct tls_session *session); /* NULL is nothing */

/* Takes SIZE octets from the server, for the next two functions to read. False when out of memory. */
bool tls_session_feed(struct tls_session *session, const uint8_t *bytes, size_t size);

/* Goes on with the handshake: TLS_DONE, TLS_MORE or TLS_FAILED. */
enum tls_progress tls_session_handshake(struct tls_session *session);

/* Reads one record at most. TLS_DONE: *COUNT octets of content are in BYTES, of SIZE. */
enum tls_progress tls_session_read(struct tls_session *session, uint8_t *bytes, size_t size, size_t *count);

/* Whether some of what was fed has not been read. */
bool tls_session_has_more(const struct tls_session *session);

/* Puts SIZE octets of content into records. False when out of memory. */
bool tls_session_write(struct tls_session *session, const void *bytes, size_t size);

/* Says that we close, unless the session has failed or has yet to begin. */
void tls_session_close(struct tls_session *session);

/* What is to be sent to the server, *SIZE octets, valid until the next call; *SIZE is 0 where there is nothing. */
const uint8_t *tls_session_say(struct tls_session *session, size_t *size);

/* Why it has just failed: REASON_CERTIFICATE or REASON_TLS, and WORDS. */
enum reason tls_session_failure(struct tls_session *session, char *words, size_t size);

/* Whether the server chose the protocol ALPN. */
bool tls_session_chose(const struct tls_session *session, const char *alpn);

/* Whole days, at the real time NOW_US, until the server's own certificate ends; negative after that. False where it
 * showed none. */
bool tls_session_days_left(const struct tls_session *session, uint64_t now_us, long *days);

#endif
