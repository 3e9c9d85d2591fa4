/* Memory that is released all at once: what lives as long as one document is being read. */
#ifndef VIPGATE_LIB_CONF_ARENA_H
#define VIPGATE_LIB_CONF_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* Zero-initialised. FAILED sticks once memory ran out. */
struct arena {
    struct arena_block *blocks;
    bool failed;
};

/* SIZE zeroed bytes, aligned for any type; NULL when out of memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A NUL-terminated copy of LENGTH bytes at TEXT. */
char *arena_text(struct arena *arena, const char *text, size_t length);

void arena_free(struct arena *arena);

#endif
