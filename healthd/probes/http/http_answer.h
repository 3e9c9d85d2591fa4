/*
 * An HTTP/1 answer (RFC 9112), read as it comes and in whatever pieces it comes. Pure. It wants the status and the
 * first HTTP_BODY_MAX octets of the body, and finds where the body ends; all else is passed over, within bounds.
 */
#ifndef VIPGATE_HEALTHD_PROBES_HTTP_HTTP_ANSWER_H
#define VIPGATE_HEALTHD_PROBES_HTTP_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEADER_MAX = 64 * 1024, HTTP_BODY_MAX = 64 * 1024, HTTP_LINE_SIZE = 128 };

enum http_answer_state {
    HTTP_ANSWER_MORE,     /* not over yet */
    HTTP_ANSWER_COMPLETE, /* status and body are there; of an endless body, as much as is wanted */
    HTTP_ANSWER_EMPTY,    /* closed before the first octet */
    HTTP_ANSWER_NOT_HTTP, /* begins with no status line of HTTP/1; `line` is how it begins */
    HTTP_ANSWER_LONG,     /* a header, or its trailer, without end */
    HTTP_ANSWER_CUT,      /* closed within the header, or before the body's end */
    HTTP_ANSWER_MALFORMED /* a length or a chunk that is none */
};

struct http_answer {
    enum http_answer_state state;
    unsigned status;
    char *body;       /* of HTTP_BODY_MAX, the caller's; NULL: only counted */
    size_t body_size; /* of what was taken */
    /* the reader's own */
    enum {
        HTTP_STATUS_LINE,
        HTTP_HEADER,
        HTTP_BODY_LENGTH, /* so many octets */
        HTTP_BODY_UNTIL_CLOSE,
        HTTP_CHUNK_SIZE,
        HTTP_CHUNK_DATA,
        HTTP_CHUNK_END, /* the line end after it */
        HTTP_TRAILER
    } part;
    bool no_body; /* of the answer to HEAD */
    bool chunked, has_length;
    uint64_t length; /* left of the body or chunk */
    size_t header_size;
    size_t line_size; /* of the line being read; only the beginning of a long one is kept */
    char line[HTTP_LINE_SIZE];
};

/* Begins the answer to a request, which was HEAD where NO_BODY. */
void http_answer_begin(struct http_answer *answer, bool no_body, char *body);

/* Takes the next SIZE octets; returns the state. Once it is not HTTP_ANSWER_MORE, more is not worth reading. */
enum http_answer_state http_answer_feed(struct http_answer *answer, const char *bytes, size_t size);

/* Takes SIZE octets of a body that came by another way, as far as it is wanted; returns body_size. */
size_t http_answer_add(struct http_answer *answer, const char *bytes, size_t size);

/* The connection has ended; returns the state, which is then not HTTP_ANSWER_MORE. */
enum http_answer_state http_answer_end(struct http_answer *answer);

#endif
