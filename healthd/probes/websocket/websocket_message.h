/* The opening handshake and the frames of WebSocket (RFC 6455), as far as a probe needs them. Pure. */
#ifndef VIPGATE_HEALTHD_PROBES_WEBSOCKET_WEBSOCKET_MESSAGE_H
#define VIPGATE_HEALTHD_PROBES_WEBSOCKET_WEBSOCKET_MESSAGE_H

#include "lib/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEBSOCKET_NONCE_SIZE = 16, WEBSOCKET_KEY_SIZE = 25, WEBSOCKET_ACCEPT_SIZE = 29, WEBSOCKET_CONTROL_MAX = 125 };

/* Opcodes (section 5.2). */
enum { WEBSOCKET_CLOSE = 8, WEBSOCKET_PING = 9, WEBSOCKET_PONG = 10 };

/* The key to send for NONCE, and the accept value that the server must answer it with (section 4.2.2). */
void websocket_key(const uint8_t nonce[static WEBSOCKET_NONCE_SIZE], char key[static WEBSOCKET_KEY_SIZE]);
void websocket_accept(const char *key, char accept[static WEBSOCKET_ACCEPT_SIZE]);

/* What a server answered to the handshake. */
struct websocket_answer {
    size_t size; /* octets, the empty line included */
    int status;  /* of HTTP; 0 where the answer is not HTTP */
    bool upgrade, connection;
    bool accept;      /* is there, and is ACCEPT */
    bool subprotocol; /* is there, and is SUBPROTOCOL */
};

/* Reads the answer's header. False: not all of it is there yet. SUBPROTOCOL may be NULL. */
bool websocket_read_answer(const char *data, size_t size, const char *accept, const char *subprotocol,
                           struct websocket_answer *answer);

struct websocket_frame {
    uint8_t opcode;
    const uint8_t *payload; /* in place */
    size_t size;            /* of the payload */
};

/* Appends a masked frame, as a client must send it, of at most WEBSOCKET_CONTROL_MAX octets. */
void websocket_write_frame(struct wire_writer *writer, uint8_t opcode, const void *payload, size_t size, uint32_t mask);

/* Takes one frame off READER: 1 a frame, 0 not all of it is there yet (nothing consumed), -1 the server broke the
 * protocol, with what it did in *WRONG. */
int websocket_read_frame(struct wire_reader *reader, struct websocket_frame *frame, const char **wrong);

#endif
