#include "healthd/probes/websocket/websocket_message.h"

#include <sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BIT_FINAL = 0x80, BITS_RESERVED = 0x70, BIT_MASKED = 0x80, SIZE_16 = 126, SIZE_64 = 127, CONTROL = 8 };
enum { LINE_SIZE = 1024 }; /* what is longer is none of the fields that matter */

/* Base64 (RFC 4648 section 4) of SIZE octets, NUL-terminated. */
static void encode_base64(const uint8_t *octets, size_t size, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)octets[i] << 16;
        group |= i + 1 < size ? (uint32_t)octets[i + 1] << 8 : 0;
        group |= i + 2 < size ? octets[i + 2] : 0;
        *text++ = digits[group >> 18];
        *text++ = digits[group >> 12 & 63];
        *text++ = i + 1 < size ? digits[group >> 6 & 63] : '=';
        *text++ = i + 2 < size ? digits[group & 63] : '=';
    }
    *text = '\0';
}

void websocket_key(const uint8_t nonce[static WEBSOCKET_NONCE_SIZE], char key[static WEBSOCKET_KEY_SIZE])
{
    encode_base64(nonce, WEBSOCKET_NONCE_SIZE, key);
}

void websocket_accept(const char *key, char accept[static WEBSOCKET_ACCEPT_SIZE])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[WEBSOCKET_KEY_SIZE + sizeof guid];
    uint8_t digest[SHA1_DIGEST_LENGTH];

    SHA1_CTX hash;

    int size = snprintf(text, sizeof text, "%s%s", key, guid);
    SHA1Init(&hash);
    SHA1Update(&hash, (const uint8_t *)text, (size_t)size);
    SHA1Final(digest, &hash);
    encode_base64(digest, sizeof digest, accept);
}

/* ---- the handshake ---- */

/* TEXT without the blanks around it, which are cut off. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    for (size_t size = strlen(text); size > 0 && strchr(" \t", text[size - 1]); size--)
        text[size - 1] = '\0';
    return text;
}

/* The value of the field NAME where LINE is one, else NULL. */
static char *value_of(char *line, const char *name)
{
    size_t length = strlen(name);

    return strncasecmp(line, name, length) == 0 && line[length] == ':' ? trim(line + length + 1) : NULL;
}

/* Whether WORD is one of the words of a list with commas, in any case. */
static bool holds_word(char *list, const char *word)
{
    char *item;

    while ((item = strsep(&list, ",")) && strcasecmp(trim(item), word) != 0)
        continue;
    return item;
}

static void read_field(char *line, const char *accept, const char *subprotocol, struct websocket_answer *answer)
{
    char *value;

    if ((value = value_of(line, "Upgrade")))
        answer->upgrade = strcasecmp(value, "websocket") == 0;
    else if ((value = value_of(line, "Connection")))
        answer->connection = holds_word(value, "upgrade");
    else if ((value = value_of(line, "Sec-WebSocket-Accept")))
        answer->accept = strcmp(value, accept) == 0;
    else if ((value = value_of(line, "Sec-WebSocket-Protocol")))
        answer->subprotocol = subprotocol && strcmp(value, subprotocol) == 0;
}

bool websocket_read_answer(const char *data, size_t size, const char *accept, const char *subprotocol,
                           struct websocket_answer *answer)
{
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    char line[LINE_SIZE];

    *answer = (struct websocket_answer){0};
    if (!end)
        return false;
    answer->size = (size_t)(end - data) + 4;
    for (const char *at = data; at <= end;) {
        const char *line_end = memmem(at, (size_t)(end + 2 - at), "\r\n", 2);
        snprintf(line, sizeof line, "%.*s", (int)(line_end - at), at);
        if (at == data)
            sscanf(line, "HTTP/1.1 %3d", &answer->status);
        else
            read_field(line, accept, subprotocol, answer);
        at = line_end + 2;
    }
    return true;
}

/* ---- frames ---- */

void websocket_write_frame(struct wire_writer *writer, uint8_t opcode, const void *payload, size_t size, uint32_t mask)
{
    const uint8_t *octets = payload;

    wire_write_u8(writer, BIT_FINAL | opcode);
    wire_write_u8(writer, (uint8_t)(BIT_MASKED | size));
    wire_write_u32(writer, mask);
    for (size_t i = 0; i < size; i++)
        wire_write_u8(writer, octets[i] ^ (uint8_t)(mask >> (24 - 8 * (i % 4))));
}

int websocket_read_frame(struct wire_reader *reader, struct websocket_frame *frame, const char **wrong)
{
    struct wire_reader ahead = *reader;
    uint8_t first = wire_read_u8(&ahead), second = wire_read_u8(&ahead);
    uint64_t size = second & 0x7f;
    bool control = first & CONTROL;

    *wrong = NULL;
    if (ahead.failed)
        return 0;
    if (first & BITS_RESERVED)
        *wrong = "frame with reserved bits set";
    else if (second & BIT_MASKED)
        *wrong = "masked frame from a server";
    else if (control && (size > WEBSOCKET_CONTROL_MAX || !(first & BIT_FINAL)))
        *wrong = "control frame too long or fragmented";
    if (*wrong)
        return -1;
    if (size == SIZE_16)
        size = wire_read_u16(&ahead);
    else if (size == SIZE_64)
        size = wire_read_u64(&ahead);
    const uint8_t *payload = wire_read_bytes(&ahead, size);
    if (!payload)
        return 0;
    *frame = (struct websocket_frame){.opcode = first & 15, .payload = payload, .size = size};
    *reader = ahead;
    return 1;
}
