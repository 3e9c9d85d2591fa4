/* A text that is put together in a buffer of fixed size: a piece that does not fit is left out, and noted. */
#ifndef VIPGATE_BGPD_CODEC_WORDS_H
#define VIPGATE_BGPD_CODEC_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct words {
    char *buffer; /* borrowed; always terminated */
    size_t size;  /* of buffer, at least 1 */
    size_t length;
    bool truncated; /* sticky: nothing is added any more */
};

/* Nothing yet, in the SIZE bytes at BUFFER. */
struct words words_of(char *buffer, size_t size);

void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Octets in hexadecimal: "40 01 02". */
void words_add_hex(struct words *words, const uint8_t *data, size_t size);

#endif
