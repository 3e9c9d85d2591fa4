#include "healthd/net/http2_stream.h"

#include <errno.h>

static void flush(struct http2 *http2, struct stream *stream)
{
    const uint8_t *bytes;
    size_t size;

    while ((bytes = http2_say(http2, &size)) && size > 0)
        stream_send(stream, bytes, size);
}

bool http2_begin(struct http2 **http2, struct stream *stream, const struct http2_request *request,
                 const struct http2_reader *reader, void *user)
{
    if (!stream_chose_alpn(stream))
        return stream_fail(stream, REASON_PROTOCOL, "server did not select HTTP/2 (ALPN h2)");
    *http2 = http2_new(request, reader, user);
    if (!*http2)
        return stream_fail_errno(stream, -ENOMEM);
    flush(*http2, stream);
    return true;
}

static bool fail(struct http2 *http2, struct stream *stream, enum http2_state state)
{
    static const enum reason reasons[] = {
        [HTTP2_CLOSED] = REASON_CLOSED,   [HTTP2_RESET] = REASON_RESET,     [HTTP2_LONG] = REASON_TOO_LARGE,
        [HTTP2_FLOOD] = REASON_TOO_LARGE, [HTTP2_BROKEN] = REASON_PROTOCOL,
    };

    return stream_fail(stream, reasons[state], "%s%s", state == HTTP2_FLOOD ? "response too large: " : "",
                       http2_words(http2));
}

bool http2_exchange(struct http2 *http2, struct stream *stream, const uint8_t *bytes, size_t size,
                    enum http2_state *state)
{
    http2_take(http2, bytes, size);
    flush(http2, stream);
    *state = http2_state(http2);
    return *state <= HTTP2_ENOUGH || fail(http2, stream, *state);
}
