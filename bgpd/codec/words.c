#include "bgpd/codec/words.h"

#include <stdarg.h>
#include <stdio.h>

struct words words_of(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct words){.buffer = buffer, .size = size};
}

void words_add(struct words *words, const char *format, ...)
{
    if (words->truncated)
        return;
    size_t space = words->size - words->length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words->buffer + words->length, space, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= space) {
        words->buffer[words->length] = '\0';
        words->truncated = true;
        return;
    }
    words->length += (size_t)length;
}

void words_add_hex(struct words *words, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        words_add(words, "%s%02x", i ? " " : "", data[i]);
}
