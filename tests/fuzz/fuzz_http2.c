/* Any octets as an HTTP/2 server's answer, in one piece and in pieces: the same comes of it. */
#include "healthd/net/http2.h"

#include <stdlib.h>
#include <string.h>

struct seen {
    size_t body, fields;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_field(void *user, const char *name, const char *value)
{
    ((struct seen *)user)->fields += strlen(name) + strlen(value) + 1;
}

static bool on_body(void *user, const uint8_t *bytes, size_t size)
{
    (void)bytes;
    ((struct seen *)user)->body += size;
    return true;
}

static void say(struct http2 *http2)
{
    size_t size;

    do
        http2_say(http2, &size);
    while (size > 0);
}

static enum http2_state read_in_pieces(struct seen *seen, const uint8_t *data, size_t size, size_t piece)
{
    static const struct http2_reader reader = {.field = on_field, .body = on_body};
    const struct http2_request request = {.method = "GET", .scheme = "http", .authority = "h", .path = "/"};
    struct http2 *http2 = http2_new(&request, &reader, seen);

    if (!http2)
        abort();
    say(http2);
    for (size_t at = 0; at < size && http2_state(http2) == HTTP2_MORE; at += piece) {
        http2_take(http2, data + at, size - at < piece ? size - at : piece);
        say(http2);
    }
    http2_take(http2, NULL, 0);
    enum http2_state state = http2_state(http2);
    http2_free(http2);
    return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = {0}, pieces = {0};

    if (size == 0)
        return 0;
    enum http2_state state = read_in_pieces(&whole, data + 1, size - 1, size);
    if (state == HTTP2_MORE)
        abort();
    /* What ends well in pieces ends so in one; not the other way, because nghttp2 counts the pieces of a CONTINUATION.
     */
    enum http2_state again = read_in_pieces(&pieces, data + 1, size - 1, 1u + data[0] % 16);
    if (again == HTTP2_COMPLETE && (state != HTTP2_COMPLETE || whole.fields != pieces.fields))
        abort();
    return 0;
}
