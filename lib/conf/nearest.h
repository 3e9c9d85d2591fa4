/* "did you mean": the known word nearest to one that is unknown. */
#ifndef VIPGATE_LIB_CONF_NEAREST_H
#define VIPGATE_LIB_CONF_NEAREST_H

#include <stddef.h>

/* Begins as {.to = WORD}. */
struct nearest {
    const char *to;   /* the unknown word */
    const char *word; /* the nearest of those offered that is near enough, or NULL */
    unsigned distance;
};

/* Offers CANDIDATE, which must outlive NEAREST. */
void nearest_offer(struct nearest *nearest, const char *candidate);

/* Writes "; did you mean 'WORD'?", or nothing where no word is near, into BUFFER and returns it. */
const char *nearest_hint(const struct nearest *nearest, char *buffer, size_t size);

/* Edits (a letter inserted, deleted, replaced, or two swapped; case does not count) that turn A into B; words longer
 * than 64 octets are taken as far from each other as they are long. */
unsigned nearest_distance(const char *a, const char *b);

#endif
