/* Octets for tests, written as hexadecimal text so that a vector can be annotated line by line. */
#ifndef VIPGATE_TESTS_OCTETS_H
#define VIPGATE_TESTS_OCTETS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static inline int octets_digit(char character)
{
    const char *digits = "0123456789abcdef", *found = strchr(digits, character);

    return character && found ? (int)(found - digits) : -1;
}

/* Writes the octets of HEX ("40 01 01 00"; blanks count for nothing) to OUT of SIZE octets, and answers how many. */
static inline size_t octets_of(uint8_t *out, size_t size, const char *hex)
{
    size_t count = 0;

    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        int high = octets_digit(hex[0]), low = octets_digit(hex[1]);
        assert_true(high >= 0 && low >= 0 && count < size);
        out[count++] = (uint8_t)(high << 4 | low);
        hex++;
    }
    return count;
}

/* DATA must be the octets of HEX; where it is not, both are printed. */
static inline void assert_octets(const uint8_t *data, size_t size, const char *hex)
{
    static uint8_t expected[65535];
    size_t expected_size = octets_of(expected, sizeof expected, hex);

    if (size != expected_size || memcmp(data, expected, size) != 0) {
        print_error("expected %s\ngot      ", hex);
        for (size_t i = 0; i < size; i++)
            print_error("%02x ", data[i]);
        print_error("\n");
        fail();
    }
}

#endif
