/*
 * One request over HTTP/2 (RFC 9113) and its answer, with nghttp2. Pure: octets in, octets out. Every frame of the
 * other side costs a little, whatever is in it, so their number is bounded, as is the size of all headers together.
 */
#ifndef VIPGATE_HEALTHD_NET_HTTP2_H
#define VIPGATE_HEALTHD_NET_HTTP2_H

#include "lib/kinds/kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP2_FRAMES_MAX = 4096, HTTP2_HEADER_MAX = 64 * 1024 };

struct http2;

struct http2_request {
    const char *method, *scheme, *authority, *path;
    const struct http_field *fields; /* fields of the connection, and Host, are left out */
    size_t field_count;
    const void *body;
    size_t body_size;
};

/* Who reads the answer. */
struct http2_reader {
    /* A field of a header or trailer; ":status" is one. Both are NUL-terminated. */
    void (*field)(void *user, const char *name, const char *value);
    /* Octets of the body. False: that is enough of it. */
    bool (*body)(void *user, const uint8_t *bytes, size_t size);
};

enum http2_state {
    HTTP2_MORE,     /* not over yet */
    HTTP2_COMPLETE, /* the answer is there */
    HTTP2_ENOUGH,   /* as the reader said */
    HTTP2_CLOSED,   /* closed before the end */
    HTTP2_RESET,    /* the server gave the stream up */
    HTTP2_LONG,     /* a header without end */
    HTTP2_FLOOD,    /* frames without end */
    HTTP2_BROKEN,   /* not what the protocol allows */
};

/* Begins with REQUEST, which is borrowed until the end. NULL when out of memory. */
struct http2 *http2_new(const struct http2_request *request, const struct http2_reader *reader, void *user);
void http2_free(struct http2 *http2); /* NULL is nothing */

/* Takes the next SIZE octets, none at the end of the connection. */
void http2_take(struct http2 *http2, const uint8_t *bytes, size_t size);

/* The next octets to send, valid until the next call of http2_; *SIZE is 0 where there are none. */
const uint8_t *http2_say(struct http2 *http2, size_t *size);

/* How far it is, once all that is to be sent has been said. Where it is not HTTP2_MORE, more is not worth reading. */
enum http2_state http2_state(const struct http2 *http2);

/* What is wrong in any other state than HTTP2_MORE, _COMPLETE and _ENOUGH. */
const char *http2_words(const struct http2 *http2);

#endif
