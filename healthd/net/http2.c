#include "healthd/net/http2.h"

#include <bsd/string.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    FIELDS_MAX = 128,
    NAME_SIZE = 256,
    FIELD_COST = 32, /* of each field beside its text (RFC 9113 section 10.5.1) */
    SETTINGS_MAX = 32,
    ACKS_MAX = HTTP2_FRAMES_MAX,
};

struct http2 {
    nghttp2_session *session;
    const struct http2_reader *reader;
    void *user;
    enum http2_state state;
    int32_t stream;
    const uint8_t *body; /* not yet sent */
    size_t body_size;
    unsigned frames;
    size_t header_size;
    char words[96];
};

/* ---- what comes back ---- */

static void end(struct http2 *http2, enum http2_state state, const char *words)
{
    if (http2->state != HTTP2_MORE)
        return;
    http2->state = state;
    strlcpy(http2->words, words, sizeof http2->words);
}

static int on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *header, void *user)
{
    struct http2 *http2 = user;

    (void)session;
    (void)header;
    if (++http2->frames <= HTTP2_FRAMES_MAX)
        return 0;
    end(http2, HTTP2_FLOOD, "too many HTTP/2 frames");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* Fields that are not allowed are counted as well: they cost as much. */
static int count_field(struct http2 *http2, size_t name_size, size_t value_size)
{
    http2->header_size += name_size + value_size + FIELD_COST;
    if (http2->header_size <= HTTP2_HEADER_MAX)
        return 0;
    end(http2, HTTP2_LONG, "response header too large");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_size,
                     const uint8_t *value, size_t value_size, uint8_t flags, void *user)
{
    struct http2 *http2 = user;

    (void)session;
    (void)flags;
    if (frame->hd.stream_id == http2->stream)
        http2->reader->field(http2->user, (const char *)name, (const char *)value);
    return count_field(http2, name_size, value_size);
}

static int on_invalid_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                             size_t name_size, const uint8_t *value, size_t value_size, uint8_t flags, void *user)
{
    (void)session;
    (void)frame;
    (void)name;
    (void)value;
    (void)flags;
    return count_field(user, name_size, value_size);
}

static int on_body(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes, size_t size,
                   void *user)
{
    struct http2 *http2 = user;

    (void)session;
    (void)flags;
    if (stream != http2->stream || http2->reader->body(http2->user, bytes, size))
        return 0;
    end(http2, HTTP2_ENOUGH, "");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_stream_close(nghttp2_session *session, int32_t stream, uint32_t code, void *user)
{
    struct http2 *http2 = user;
    char words[sizeof http2->words];

    (void)session;
    if (stream != http2->stream)
        return 0;
    snprintf(words, sizeof words, "HTTP/2 stream reset: %s", nghttp2_http2_strerror(code));
    end(http2, code == NGHTTP2_NO_ERROR ? HTTP2_COMPLETE : HTTP2_RESET, words);
    return 0;
}

/* What nghttp2 does not forgive it ends the session for, with a GOAWAY. */
static int on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    char words[96];

    (void)session;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
        snprintf(words, sizeof words, "not an HTTP/2 response: %s", nghttp2_http2_strerror(frame->goaway.error_code));
        end(user, HTTP2_BROKEN, words);
    }
    return 0;
}

/* Of some of it nghttp2 speaks before. */
static int on_error(nghttp2_session *session, int code, const char *words, size_t size, void *user)
{
    (void)session;
    (void)code;
    (void)size;
    end(user, HTTP2_BROKEN, words);
    return 0;
}

void http2_take(struct http2 *http2, const uint8_t *bytes, size_t size)
{
    if (size == 0)
        end(http2, HTTP2_CLOSED, "closed in the middle of the response");
    if (http2->state != HTTP2_MORE)
        return;
    ssize_t taken = nghttp2_session_mem_recv(http2->session, bytes, size);
    if (taken < 0)
        end(http2, taken == NGHTTP2_ERR_FLOODED ? HTTP2_FLOOD : HTTP2_BROKEN, nghttp2_strerror((int)taken));
}

enum http2_state http2_state(const struct http2 *http2)
{
    return http2->state;
}

const char *http2_words(const struct http2 *http2)
{
    return http2->words;
}

/* ---- what is said ---- */

const uint8_t *http2_say(struct http2 *http2, size_t *size)
{
    const uint8_t *bytes = NULL;
    ssize_t count = nghttp2_session_mem_send(http2->session, &bytes);

    *size = count > 0 ? (size_t)count : 0;
    return bytes;
}

static ssize_t read_body(nghttp2_session *session, int32_t stream, uint8_t *to, size_t size, uint32_t *flags,
                         nghttp2_data_source *source, void *user)
{
    struct http2 *http2 = user;
    size_t count = size < http2->body_size ? size : http2->body_size;

    (void)session;
    (void)stream;
    (void)source;
    memcpy(to, http2->body, count);
    http2->body += count;
    http2->body_size -= count;
    if (http2->body_size == 0)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)count;
}

/* Fields that speak of a connection of HTTP/1.1 have no place here (RFC 9113 section 8.2.2). */
static bool is_left_out(const struct http_field *field)
{
    static const char *const names[] = {"Host",    "Connection",        "Proxy-Connection", "Keep-Alive",
                                        "Upgrade", "Transfer-Encoding", "HTTP2-Settings"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(field->name, names[i]) == 0)
            return true;
    }
    return strcasecmp(field->name, "TE") == 0 && strcasecmp(field->value, "trailers") != 0;
}

static nghttp2_nv pair_of(const char *name, const char *value)
{
    return (nghttp2_nv){
        .name = (uint8_t *)name, .namelen = strlen(name), .value = (uint8_t *)value, .valuelen = strlen(value)};
}

/* nghttp2 makes names lower case, as HTTP/2 has them. */
static bool submit(struct http2 *http2, const struct http2_request *request)
{
    const nghttp2_data_provider provider = {.read_callback = read_body};
    nghttp2_nv pairs[FIELDS_MAX];
    size_t count = 0;

    pairs[count++] = pair_of(":method", request->method);
    pairs[count++] = pair_of(":scheme", request->scheme);
    pairs[count++] = pair_of(":authority", request->authority);
    pairs[count++] = pair_of(":path", request->path);
    for (size_t i = 0; i < request->field_count && count < FIELDS_MAX; i++) {
        if (!is_left_out(&request->fields[i]))
            pairs[count++] = pair_of(request->fields[i].name, request->fields[i].value);
    }
    http2->body = request->body;
    http2->body_size = request->body_size;
    http2->stream =
        nghttp2_submit_request(http2->session, NULL, pairs, count, request->body_size ? &provider : NULL, NULL);
    return http2->stream > 0;
}

/* ---- life ---- */

static nghttp2_session *new_session(struct http2 *http2)
{
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *option = NULL;
    nghttp2_session *session = NULL;

    if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0)
        goto done;
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_body);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_sent);
    nghttp2_session_callbacks_set_error_callback2(callbacks, on_error);
    nghttp2_option_set_max_settings(option, SETTINGS_MAX);
    nghttp2_option_set_max_outbound_ack(option, ACKS_MAX);
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_session_client_new2(&session, callbacks, http2, option);
done:
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
    return session;
}

struct http2 *http2_new(const struct http2_request *request, const struct http2_reader *reader, void *user)
{
    static const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HTTP2_HEADER_MAX},
    };
    struct http2 *http2 = calloc(1, sizeof *http2);

    if (!http2)
        return NULL;
    http2->reader = reader;
    http2->user = user;
    http2->session = new_session(http2);
    if (http2->session &&
        nghttp2_submit_settings(http2->session, NGHTTP2_FLAG_NONE, settings, sizeof settings / sizeof *settings) == 0 &&
        submit(http2, request))
        return http2;
    http2_free(http2);
    return NULL;
}

void http2_free(struct http2 *http2)
{
    if (!http2)
        return;
    nghttp2_session_del(http2->session);
    free(http2);
}
