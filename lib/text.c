#include "lib/text.h"

#include <bsd/string.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3629 section 4: first octet, range of the second, number of octets. Later octets are all 80..BF. */
static const struct {
    uint8_t first_low, first_high, second_low, second_high, length;
} utf8_rows[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

size_t text_utf8_length(const char *text)
{
    const uint8_t *octets = (const uint8_t *)text;

    if (octets[0] == 0)
        return 0;
    if (octets[0] < 0x80)
        return 1;
    for (size_t row = 0; row < sizeof utf8_rows / sizeof *utf8_rows; row++) {
        if (octets[0] < utf8_rows[row].first_low || octets[0] > utf8_rows[row].first_high)
            continue;
        if (octets[1] < utf8_rows[row].second_low || octets[1] > utf8_rows[row].second_high)
            return 0;
        for (size_t i = 2; i < utf8_rows[row].length; i++) {
            if ((octets[i] & 0xc0) != 0x80)
                return 0;
        }
        return utf8_rows[row].length;
    }
    return 0;
}

/* C0, DEL, C1 (a terminal obeys those too), and the two noncharacters that YANG strings exclude. */
static bool is_control(const char *character, size_t length)
{
    const uint8_t *octets = (const uint8_t *)character;

    if (length == 1)
        return octets[0] < 0x20 || octets[0] == 0x7f;
    if (length == 2)
        return octets[0] == 0xc2 && octets[1] < 0xa0;
    if (length == 3 && octets[0] == 0xef)
        return (octets[1] == 0xbf && octets[2] >= 0xbe) ||
               (octets[1] == 0xb7 && octets[2] >= 0x90 && octets[2] <= 0xaf);
    return length == 4 && (octets[1] & 0x0f) == 0x0f && octets[2] == 0xbf && octets[3] >= 0xbe;
}

size_t text_clean_length(const char *text)
{
    size_t length = text_utf8_length(text);

    return is_control(text, length) ? 0 : length;
}

/* Octets at the beginning of TEXT that are printable ASCII. */
static size_t plain_length(const char *text)
{
    size_t length = 0;

    while (text[length] >= ' ' && text[length] < 0x7f)
        length++;
    return length;
}

bool text_is_clean(const char *text)
{
    while (*(text += plain_length(text))) {
        size_t length = text_clean_length(text);
        if (length == 0)
            return false;
        text += length;
    }
    return true;
}

void text_clean(char *text)
{
    while (*(text += plain_length(text))) {
        size_t length = text_clean_length(text);
        if (length == 0) {
            *text = '?';
            length = 1;
        }
        text += length;
    }
}

const char *errno_text(int error, char buffer[static ERRNO_TEXT_SIZE])
{
    char room[ERRNO_TEXT_SIZE];

    strlcpy(buffer, strerror_r(abs(error), room, sizeof room), ERRNO_TEXT_SIZE);
    if (!isupper((unsigned char)buffer[1])) /* but for "RFS …" and its like */
        buffer[0] = (char)tolower((unsigned char)buffer[0]);
    return buffer;
}
