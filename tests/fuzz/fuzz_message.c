/*
 * Bytes of a session's stream: messages are cut off it, as they would arrive in two pieces, and given to their
 * decoders. The first octet says where the pieces part and which limit holds.
 */
#include "bgpd/codec/message.h"
#include "bgpd/codec/notification.h"
#include "bgpd/codec/update.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(const struct message *message)
{
    static uint8_t scratch[UPDATE_SCRATCH_SIZE];
    const struct update_session session = {
        .local_as = 65010, .ebgp = true, .four_octet_as = true, .families = FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6};
    struct open_message open;
    struct refresh_message refresh;
    struct update_view view;
    struct bgp_error error;

    switch (message->type) {
    case MESSAGE_OPEN:
        open_decode(message->body, &open, &error);
        break;
    case MESSAGE_UPDATE:
        update_decode(message->body, &session, scratch, &view);
        break;
    case MESSAGE_NOTIFICATION:
        notification_decode(message->body, &error);
        break;
    case MESSAGE_ROUTE_REFRESH:
        refresh_decode(message->body, &refresh, &error);
        break;
    case MESSAGE_KEEPALIVE:
        if (!wire_consumed(&message->body))
            abort();
        break;
    default:
        abort();
    }
}

/* Takes all whole messages, and answers whether the stream is still good. */
static bool take_all(struct wire_reader *stream, size_t limit)
{
    for (;;) {
        size_t position = stream->position;
        struct message message;
        struct bgp_error error = {0};
        switch (message_next(stream, limit, &message, &error)) {
        case MESSAGE_COMPLETE:
            if (stream->position < position + MESSAGE_HEADER_SIZE)
                abort();
            take(&message);
            break;
        case MESSAGE_INCOMPLETE:
            if (stream->position != position || stream->failed)
                abort();
            return true;
        case MESSAGE_ERROR:
            if (error.code != ERROR_HEADER)
                abort();
            return false;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader input = wire_reader_of(data, size);
    uint8_t choice = wire_read_u8(&input);
    size_t limit = choice & 1 ? MESSAGE_MAX_EXTENDED : MESSAGE_MAX;
    size_t whole = wire_remaining(&input), part = whole * (choice >> 1) / 127;
    struct wire_reader first = wire_reader_of(data + 1, part), all = wire_reader_of(data + 1, whole);

    if (size == 0 || !take_all(&first, limit))
        return 0;
    all.position = first.position; /* the rest has arrived */
    take_all(&all, limit);
    return 0;
}
