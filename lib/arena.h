/* Memory that is released all at once: what lives as long as one document is being read. It is bounded, so that no
 * document can make a daemon grow beyond that. */
#ifndef VIPGATE_LIB_ARENA_H
#define VIPGATE_LIB_ARENA_H

#include <stdbool.h>
#include <stddef.h>

enum { ARENA_SIZE_MAX = 256 * 1024 * 1024 };

/* Zero-initialised. FAILED sticks once memory, or the bound, ran out. */
struct arena {
    struct arena_block *blocks;
    size_t size; /* of all blocks */
    bool failed;
};

/* SIZE zeroed bytes, aligned for any type; NULL when out of memory or past the bound. */
void *arena_alloc(struct arena *arena, size_t size);

/* A NUL-terminated copy of LENGTH bytes at TEXT. */
char *arena_text(struct arena *arena, const char *text, size_t length);

/* A copy of all of TEXT; NULL where TEXT is. */
char *arena_copy(struct arena *arena, const char *text);

void arena_free(struct arena *arena);

#endif
