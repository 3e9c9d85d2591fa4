#include "lib/conf/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 64 };

static unsigned minimum(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* One cell of the table of the restricted Damerau-Levenshtein distance; ROWS are the last three. */
static unsigned cell(unsigned rows[3][WORD_MAX + 1], const char *a, const char *b, size_t i, size_t j)
{
    const unsigned *before_last = rows[(i + 1) % 3], *last = rows[(i + 2) % 3], *row = rows[i % 3];
    unsigned distance = minimum(minimum(last[j], row[j - 1]) + 1, last[j - 1] + !same(a[i - 1], b[j - 1]));

    if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        distance = minimum(distance, before_last[j - 2] + 1);
    return distance;
}

unsigned nearest_distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX + 1];
    size_t a_length = strlen(a), b_length = strlen(b);

    if (a_length > WORD_MAX || b_length > WORD_MAX)
        return (unsigned)(a_length > b_length ? a_length : b_length);
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        rows[i % 3][0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++)
            rows[i % 3][j] = cell(rows, a, b, i, j);
    }
    return rows[a_length % 3][b_length];
}

/* As many edits as a slip of the hand makes in a word of this length. */
static unsigned tolerance(const char *word)
{
    size_t length = strlen(word);

    return length < 3 ? 0 : length < 5 ? 1 : length < 9 ? 2 : 3;
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    unsigned distance = nearest_distance(nearest->to, candidate);

    if (distance > tolerance(nearest->to) || (nearest->word && distance >= nearest->distance))
        return;
    nearest->word = candidate;
    nearest->distance = distance;
}

const char *nearest_hint(const struct nearest *nearest, char *buffer, size_t size)
{
    if (nearest->word)
        snprintf(buffer, size, "; did you mean '%s'?", nearest->word);
    else
        buffer[0] = '\0';
    return buffer;
}
